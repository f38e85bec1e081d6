//! Values that are printed as HTML, and values that are escaped.

use super::{check, html, text};
use crate::mail_part::MailPart;

#[test]
fn html_escapes_every_value_unless_raw() {
    let safe = "&lt;b&gt;&amp;&quot;&#39;";
    html("{{ tag }}", safe);
    html("{{ tag | raw }}{{ tag | upcase | raw }}{{ tag | raw | upcase }}", "<b>&\"'<B>&\"'<B>&\"'");
    html("{% cycle tag, 'x' %}", safe);
    html("{% for t in data.list limit: 1 %}{{ t | append: tag }}{% endfor %}", &format!("a{safe}"));
    html("{% assign t = tag | raw %}{{ t }}{{ t | raw }}", &format!("{safe}<b>&\"'"));
    html("{{ '<' }}{% increment tag %}{% decrement tag %}", "&lt;00");
    for part in [MailPart::Subject, MailPart::Text] {
        check(part, "{{ tag }}{{ tag | raw }}", "<b>&\"'<b>&\"'");
    }
}

#[test]
fn no_filter_but_raw_opts_out_of_escaping() {
    html("{{ tag | default: 'x' | strip | replace: '&', '<' }}", "&lt;b&gt;&lt;&quot;&#39;");
    html("{{ '%3Cb%3E' | url_decode }}", "&lt;b&gt;");
    html("{{ '&lt;' | replace: '&lt;', '<' }}", "&lt;");
    html("{{ tag | escape | replace: '&lt;', '<' }}", "&lt;b&gt;&amp;&quot;&#39;");
    html("{{ tag | escape_once | replace: '&lt;', '<' | truncate: 2 }}", "...");
    html("{{ tag | safe }}", "&lt;b&gt;&amp;&quot;&#39;");
}

#[test]
fn escaped_values_are_escaped_once() {
    let safe = "&lt;b&gt;&amp;&quot;&#39;";
    html("{{ tag | escape }}", safe);
    html("{{ tag | escape | raw }}", safe);
    html("{{ tag | escape ?? x }}{{ x | escape ?? y }}", &format!("{safe}y"));
    html("{{ tag | escape | downcase | strip }}", safe);
    html("{% assign t = tag | escape %}{{ t }}", safe);
    html("{{ '&lt;<' | escape_once }}", "&lt;&lt;");
    check(MailPart::Text, "{{ tag | escape }}", safe);
}

#[test]
fn line_breaks_become_tags_around_escaped_text() {
    html("{{ lines | newline_to_br }}", "1&lt;<br />\n2");
    html("{{ lines | escape | newline_to_br }}", "1&lt;<br />\n2");
    html("{{ lines | newline_to_br | upcase }}", "1&amp;LT;&lt;BR /&gt;\n2");
    html("{{ lines | raw | newline_to_br }}", "1<<br />\n2");
    check(MailPart::Text, "{{ lines | newline_to_br }}", "1<<br />\n2");
}

#[test]
fn captured_text_is_html_and_stays_in_its_place() {
    let safe = "&lt;b&gt;&amp;&quot;&#39;";
    html("{% capture c %}<i>{{ tag }}</i>{% endcapture %}{{ c }}", &format!("<i>{safe}</i>"));
    html("{% capture c %}{{ tag }}{% endcapture %}{% assign d = c %}{{ d }}", safe);
    html("{% capture c %}<i>{% endcapture %}{{ c ?? x }}{{ c | upcase }}", "<i>&lt;I&gt;");
    html(
        "{% capture c %}{{ tag }}{% endcapture %}{{ c | replace: '&lt;', '<' }}",
        "&amp;lt;b&amp;gt;&amp;amp;&amp;quot;&amp;#39;",
    );
    html("{% capture c %}x{% endcapture %}{% assign c = tag %}{{ c }}", safe);
    html(
        "{% capture c %}x{% endcapture %}{% for c in data.people limit: 1 %}{{ c }}{% endfor %}",
        "{&quot;name&quot;:&quot;C&quot;,&quot;age&quot;:2}",
    );
    html("{% capture c %}x{% endcapture %}{% assign d = c | append: tag %}{{ d }}", &format!("x{safe}"));
    check(MailPart::Text, "{% capture c %}{{ tag }}{% endcapture %}{{ c }}", "<b>&\"'");
}

#[test]
fn html_stays_html_if_only_white_space_is_removed() {
    let safe = "&lt;b&gt;&amp;&quot;&#39;";
    html("{% capture c %} <i>{{ tag }}</i> {% endcapture %}{{ c | strip }}", &format!("<i>{safe}</i>"));
    html("{{ lines | newline_to_br | strip_newlines }}", "1&lt;<br />2");
    html("{% capture c %}<hr>{% endcapture %}{{ x | default: c }}{{ c | default: x }}", "<hr><hr>");
    html("{{ tag | strip }}{{ x | default: tag }}", &format!("{safe}{safe}"));
}

#[test]
fn html_joined_with_data_stays_html_and_the_data_is_escaped() {
    let safe = "&lt;b&gt;&amp;&quot;&#39;";
    let row = "{% capture row %}<tr>{{ tag }}</tr>{% endcapture %}";
    html(
        &format!("{row}{{% assign rows = rows | append: row %}}{{{{ rows | append: row }}}}"),
        &format!("<tr>{safe}</tr>").repeat(2),
    );
    html(&format!("{row}{{{{ row | append: tag | prepend: tag }}}}"), &format!("{safe}<tr>{safe}</tr>{safe}"));
    html(
        "{% capture c %}<i>a</i>,<i>b</i>{% endcapture %}{% assign l = c | split: ',' %}{{ l | join: tag }}",
        &format!("<i>a</i>{safe}<i>b</i>"),
    );
    html(
        "{% capture c %}<i>{% endcapture %}{{ list | join: c }}{{ tag | append: '<' }}",
        &format!("a<i>b<i>c{safe}&lt;"),
    );
    html("{% capture c %}<i>{{ tag }}</i>{% endcapture %}{{ c | escape }}", &format!("&lt;i&gt;{safe}&lt;/i&gt;"));
    html("{% capture c %}{{ tag }}{% endcapture %}<img alt=\"{{ c | escape }}\">", &format!("<img alt=\"{safe}\">"));
    html("{% capture c %}{{ tag }}{% endcapture %}{{ c | truncate: 6 }}", "&lt...");
    html("{% capture c %}x{% endcapture %}{{ c | truncate: 0, tag }}", safe);
    html("{{ '&nbsp;&copy;&#8364;<' | escape_once }}", "\u{a0}&copy;€&lt;");
    check(MailPart::Text, "{{ '&nbsp;&copy;&#8364;&x' | escape_once }}", "&nbsp;&copy;&#8364;&amp;x");
}

#[test]
fn an_address_is_judged_as_a_whole_wherever_its_parts_come_from() {
    let script = "{% assign a = 'java' %}{% assign b = 'script:alert(1)' %}";
    html(
        &format!("{script}<a href=\"{{{{ a }}}}{{% ifchanged %}}{{{{ b }}}}{{% endifchanged %}}\">"),
        "<a href=\"java\">",
    );
    html(
        "<a href=\"https://x/?q={% ifchanged %}{{ 'javascript:' }}{% endifchanged %}\">",
        "<a href=\"https://x/?q=javascript:\">",
    );
    html("<p x={% increment n %} href=\"{{ 'javascript:x' }}\">", "<p x=3 href=\"\">");
    html(
        &format!("{script}{{% for i in (1..2) %}}{{{{ b | prepend: a }}}}<a href=\"{{% endfor %}}"),
        "<a href=\"<a href=\"",
    );
    html(
        "{% for i in (1..2) %}<a href=\"{% if true %}{% break %}{% endif %}\">{{ 'javascript:x' }}{% endfor %}",
        "<a href=\"",
    );
    html("<a onclick=f('{{ \"');g('\" }}')>", "<a onclick=f('\\u0027);g(\\u0027')>");
}

#[test]
fn json_in_a_script_keeps_its_quotes_and_cannot_end_it() {
    let script = "<script type=\"application/ld+json\">{\"n\":{{ V | json }},\"s\":\"{{ V }}\"}</script>";
    html(
        &script.replace('V', "tag"),
        "<script type=\"application/ld+json\">{\"n\":\"\\u003cb\\u003e\\u0026\\\"'\",\"s\":\"\\u003cb\\u003e\\u0026\\u0022\\u0027\"}</script>",
    );
    html("<p>{{ tag | json }}</p>", "<p>&quot;&lt;b&gt;&amp;\\&quot;&#39;&quot;</p>");
    html("<style>p { font-family: {{ font }} }</style>", "<style>p { font-family:  }</style>");
    html(
        "<title>{{ list }}</title><ul>{{ list }}</ul>",
        "<title>a, b, c</title><ul><li>a</li>\n<li>b</li>\n<li>c</li></ul>",
    );
}

#[test]
fn values_are_never_rendered_again() {
    text("{{ code }}", "{{ name }}{% if %}");
    text("{{ code }} {{ unclosed", "{{ name }}{% if %} {{ unclosed");
    text("{% capture c %}{{ code }}{% endcapture %}{{ c }}{{ x ?? '{{ name }}' }}", "{{ name }}{% if %}{{ name }}");
}
