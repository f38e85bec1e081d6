//! What reaches HTML as markup, and what does not.

use super::{check, html, is_plain, text};
use crate::render::Part;

#[test]
fn html_escapes_every_value_unless_raw() {
    let safe = "&lt;b&gt;&amp;&quot;&#39;";
    html("{{ tag }}", safe);
    html("{{ tag | raw }}{{ tag | upcase | raw }}{{ tag | raw | upcase }}", "<b>&\"'<B>&\"'<B>&\"'");
    html("{% cycle tag, 'x' %}", safe);
    html("{% for t in data.list limit: 1 %}{{ t | append: tag }}{% endfor %}", &format!("a{safe}"));
    html("{% assign t = tag | raw %}{{ t }}{{ t | raw }}", &format!("{safe}<b>&\"'"));
    html("{{ '<' }}{% increment tag %}{% decrement tag %}", "&lt;00");
    for part in [Part::Subject, Part::Text] {
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
    is_plain("{{ tag | safe }}");
    html("{{ tag | safe }}", "{{ tag | safe }}");
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
    check(Part::Text, "{{ tag | escape }}", safe);
}

#[test]
fn line_breaks_become_tags_around_escaped_text() {
    html("{{ lines | newline_to_br }}", "1&lt;<br />\n2");
    html("{{ lines | escape | newline_to_br }}", "1&lt;<br />\n2");
    html("{{ lines | newline_to_br | upcase }}", "1&amp;LT;&lt;BR /&gt;\n2");
    html("{{ lines | raw | newline_to_br }}", "1<<br />\n2");
    check(Part::Text, "{{ lines | newline_to_br }}", "1<<br />\n2");
}

#[test]
fn captured_text_is_html_already_and_never_a_way_out() {
    let safe = "&lt;b&gt;&amp;&quot;&#39;";
    html("{% capture c %}<i>{{ tag }}</i>{% endcapture %}{{ c }}", &format!("<i>{safe}</i>"));
    html("{% capture c %}{{ tag }}{% endcapture %}{% assign d = c %}{{ d }}", safe);
    html("{% capture c %}<i>{% endcapture %}{{ c ?? x }}{{ c | upcase }}", "<i>&lt;I&gt;");
    html(
        "{% capture c %}{{ tag }}{% endcapture %}{{ c | replace: '&lt;', '<' }}",
        "&lt;b&amp;gt;&amp;amp;&amp;quot;&amp;#39;",
    );
    html("{% capture c %}x{% endcapture %}{% assign c = tag %}{{ c }}", safe);
    html(
        "{% capture c %}x{% endcapture %}{% for c in data.people limit: 1 %}{{ c }}{% endfor %}",
        "{&quot;age&quot;:2,&quot;name&quot;:&quot;C&quot;}",
    );
    html("{% capture c %}x{% endcapture %}{% assign d = c | append: tag %}{{ d }}", &format!("x{safe}"));
    check(Part::Text, "{% capture c %}{{ tag }}{% endcapture %}{{ c }}", "<b>&\"'");
}

#[test]
fn values_are_never_rendered_again() {
    text("{{ code }}", "{{ name }}{% if %}");
    text("{{ code }} {{ unclosed", "{{ name }}{% if %} {{ unclosed");
    text("{% capture c %}{{ code }}{% endcapture %}{{ c }}{{ x ?? '{{ name }}' }}", "{{ name }}{% if %}{{ name }}");
}
