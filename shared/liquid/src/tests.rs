//! Templates of authors who know Liquid, of those who do not, and of those who mean harm.

mod escaping;
mod filters;
mod limits;
mod mistakes;
mod names;
mod properties;

use serde_json::{Value as Json, json};

use super::{MailPart, ParsedSource, RenderError, Template, Variables};

fn variables(data: &Json) -> Variables {
    let Json::Object(map) = data else { panic!("an object") };
    let mut variables = Variables::new("2026-11-27T12:00:00Z".parse().unwrap());
    for (key, value) in map {
        variables.insert(key, value);
    }
    variables
}

fn ada_lovelace() -> Json {
    json!({
        "email": "ada@x.test", "id": "c1", "name": "Ada", "tag": "<b>&\"'", "empty": "", "no": false, "yes": true,
        "nothing": null, "n": 3, "half": 1.5, "one": 1.0, "list": ["a", "b", "c"], "none": [], "nobody": {},
        "user": {"name": "Lovelace", "langs": ["en", "fr"]}, "a.b": "dot", "#": "hash", "x y": "space",
        "__proto__": "proto", "code": "{{ name }}{% if %}", "lines": "1<\n2", "numbers": [10, 9, 1.5, null, "z", "B"],
        "people": [{"name": "C", "age": 2}, {"name": "a", "age": 1}, {"name": "B"}], "date": "2024-05-01T10:20:30Z",
    })
}

#[track_caller]
fn check(part: MailPart, source: &str, expected: &str) {
    assert_eq!(
        Template::parse(source, part).render(&variables(&ada_lovelace())).as_deref(),
        Ok(expected),
        "{part:?} {source}"
    );
}

#[track_caller]
fn text(source: &str, expected: &str) {
    check(MailPart::Text, source, expected);
}

#[track_caller]
fn html(source: &str, expected: &str) {
    check(MailPart::Html, source, expected);
}

/// Asserts that the template is Liquid but exceeds a limit of rendering, and so has no text.
#[track_caller]
fn check_limit(source: &str) {
    check_limit_with(source, &ada_lovelace());
}

#[track_caller]
fn check_limit_with(source: &str, data: &Json) {
    let template = Template::parse(source, MailPart::Html);
    assert!(matches!(template.parsed, ParsedSource::Liquid(..)), "read as Liquid: {source:.80}");
    let rendered = template.render(&variables(data));
    assert!(matches!(rendered, Err(RenderError::Steps | RenderError::Output { .. })), "stopped: {source:.80}");
}

/// Asserts that the template is not read as Liquid.
#[track_caller]
fn is_plain(source: &str) {
    assert!(matches!(Template::parse(source, MailPart::Html).parsed, ParsedSource::Plain(_)), "plain: {source:.80}");
}

/// Asserts that the template exceeds a limit of Liquid sources, and so has no text.
#[track_caller]
fn is_too_large(source: &str, limit: &str) {
    for part in [MailPart::Subject, MailPart::Html, MailPart::Text] {
        let template = Template::parse(source, part);
        let error = template.check().unwrap_err();
        assert_eq!(error.to_string(), format!("The template exceeds the limit of {limit}."), "{source:.80}");
        let data = variables(&ada_lovelace());
        assert_eq!((template.render(&data), template.render_quickly(&data)), (Err(error), None));
    }
}

#[test]
fn templates_are_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Template>();
    shared::<Variables>();
}

#[test]
fn values_print_as_json_does_but_arrays_as_their_items() {
    text("{{ n }} {{ half }} {{ one }} {{ yes }} {{ no }} [{{ nothing }}]", "3 1.5 1.0 true false []");
    text("{{ user }}", r#"{"name":"Lovelace","langs":["en","fr"]}"#);
    text(
        "{{ list }}; {{ user.langs }}; {{ list ?? x }}; [{{ none }}] {{ none ?? x }}",
        "a, b, c; en, fr; a, b, c; [] x",
    );
    text("{% echo list %} {{ list | reverse }} {% assign x = list | reverse %}{{ x }}", "abc cba c, b, a");
    html("{{ list }} {{ none }}", "<li>a</li>\n<li>b</li>\n<li>c</li> ");
    html("<a title=\"{{ list }}\">", "<a title=\"a, b, c\">");
    check(MailPart::Subject, "{{ list }}", "a, b, c");
}

#[test]
fn markup_may_be_written_as_editors_escape_it() {
    html("{% if n &gt; 2 and n &lt;= 3 %}{{&nbsp;name&#160;}}{% endif %}", "Ada");
    html("{{ missing ?? &quot;you &amp; me&quot; }}{% if name == &#39;Ada&#39; %}y{% endif %}", "you &amp; mey");
    html("{{ name }} &gt; {{ '&lt;' }}", "Ada &gt; &lt;");
    text("{% if n &gt; 2 %}{{&nbsp;name }}{% endif %}{{ '&gt;' }}", "Ada&gt;");
    check(MailPart::Subject, "{% if n &gt;= 3 %}y{% endif %}", "y");
    html(
        "{% if n &ge; 3 and n &le; 3 and n &ne; 4 %}y{% endif %}{% if n&ensp;&GT; 2 %}{{&zwnj;name&shy;}}{% endif %}",
        "yAda",
    );
    html("{{ missing | default: “you” }}{{ missing ?? ‘them’ }}{{ \u{200b}name\u{feff} }}", "youthemAda");
}

#[test]
fn zero_and_the_empty_text_are_false_in_conditions() {
    text("{% if 0 %}a{% endif %}{% if 0.0 %}b{% endif %}{% if '' %}c{% endif %}{% if empty_text %}d{% endif %}", "");
    text(
        "{% unless zero %}a{% endunless %}{% if ' ' %}b{% endif %}{% if none %}c{% endif %}{% if nobody %}d{% endif %}",
        "abcd",
    );
    text("{% if n and zero %}a{% else %}b{% endif %}{% if zero or n %}c{% endif %}", "bc");
}

#[test]
fn texts_that_spell_numbers_are_compared_with_numbers_as_numbers() {
    text("{% if '21' > 18 %}a{% endif %}{% if '9' < 18 %}b{% endif %}{% if 'x' > 1 %}c{% endif %}", "ab");
    text("{% if '10' > '9' %}a{% else %}b{% endif %}{% if 1 == '1' %}c{% endif %}", "b");
}

#[test]
fn a_fallback_replaces_a_value_that_is_missing_null_false_or_empty() {
    for name in ["missing", "a.b.c", "nothing", "no", "empty", "none", "nobody"] {
        text(&format!("{{{{ {name} ?? there }}}}"), "there");
    }
    text("{{ name ?? x }}{{ n ?? x }}{{ yes ?? x }}", "Ada3true");
    text("{{ x ?? \"you there\" }}, {{ user.x ?? 'x' }}, {{ x ?? you there }}", "you there, x, you there");
    text("{{ a ?? b ?? c }} {{ a ?? 'b' ?? c }}", "b b");
    text("{{ x ?? what's up }} {{ x ?? it's \"fine\" }}", "what's up it's \"fine\"");
    text("{{ x ?? '?? }} {{ | %}' }} {{ x ?? \"a | b\" }}", "?? }} {{ | %} a | b");
    text("[{{ x ?? }}] [{{ x ?? '' }}]  {{- x ?? y -}}  !", "[] []y!");
    text("{{x??y}}{% assign z = x ?? w %}{{ z }}", "yw");
}

#[test]
fn filters_stand_before_and_after_a_fallback() {
    text("{{ name | upcase ?? there }} {{ x | upcase ?? there }}", "ADA there");
    text("{{ name ?? there | upcase }} {{ x ?? there | upcase }} {{ x ?? a | append: 'b' | size }}", "ADA THERE 2");
    html("{{ x ?? <b> }}{{ tag ?? y | raw }}{{ x ?? '<i>' | raw }}", "&lt;b&gt;<b>&\"'<i>");
}

#[test]
fn conditions_compare_and_combine() {
    let check = |condition: &str, expected: bool| {
        let expected = if expected { "y" } else { "n" };
        text(&format!("{{% if {condition} %}}y{{% else %}}n{{% endif %}}"), expected);
    };
    check("name == 'Ada' and n > 2 and n <= 3", true);
    check("no or name != 'Ada' or yes", true);
    check("yes or no and no", true);
    check("no and yes or yes", false);
    check("yes or no and no", true);
    check("false and false or true", false);
    check("list contains 'b'", true);
    check("name contains 'd'", true);
    check("user contains 'langs'", true);
    check("n contains 3", false);
    check("nil == blank and none == empty and no == blank", true);
    check("empty == blank", false);
    check("n == '3'", false);
    check("name < 3", false);
    check("nothing == nil", true);
    check("user.langs == user.langs", true);
}

#[test]
fn branches_cases_and_unless_choose_one_body() {
    text("{% if no %}a{% elsif n == 3 %}b{% elsif yes %}c{% else %}d{% endif %}", "b");
    text("{% unless no %}a{% else %}b{% endunless %}{% unless yes %}c{% elsif yes %}d{% endunless %}", "ad");
    text("{% case n %} {% when 1, 2 %}a{% when 3 or 4 %}b{% else %}c{% endcase %}", "b");
    text("{% case name %}{% when 'x' %}a{% else %}c{% endcase %}", "c");
}

#[test]
fn loops_take_limits_offsets_and_directions() {
    text("{% for x in list %}{{ x }}{% endfor %}{% for x in none %}x{% else %}-{% endfor %}", "abc-");
    text(
        "{% for x in list limit: 1 offset: 1 %}{{ x }}{% endfor %}{% for x in list reversed %}{{ x }}{% endfor %}",
        "bcba",
    );
    text("{% for x in list limit:-1 %}x{% else %}-{% endfor %}{% for x in list offset:9 %}x{% endfor %}", "-");
    text("{% for i in (2..n) %}{{ i }}{% endfor %}{% for i in (3..1) %}x{% else %}-{% endfor %}", "23-");
    text("{% for i in (9223372036854775..9223372036854775) %}{{ i }}{% endfor %}", "9223372036854775");
    text("{% for p in user %}{{ p[0] }}={{ p[1] }};{% endfor %}", "name=Lovelace;langs=en, fr;");
    text("{% for x in name %}[{{ x }}]{% endfor %}{% for x in empty %}x{% endfor %}", "[Ada]");
}

#[test]
fn loops_know_their_position_and_can_be_left() {
    let fields = "{{ forloop.index }}{{ forloop.index0 }}{{ forloop.rindex }}{{ forloop.rindex0 }}{{ forloop.length }}";
    text(&format!("{{% for x in list %}}{fields} {{% endfor %}}"), "10323 21213 32103 ");
    text(
        "{% for x in list %}{% if forloop.first %}<{% endif %}{{ x }}{% if forloop.last %}>{% endif %}{% endfor %}",
        "<abc>",
    );
    text(
        "{% for x in list %}{% for y in list limit: 1 %}{{ forloop.parentloop.index }}{% endfor %}{% endfor %}",
        "123",
    );
    text("{% for x in list %}{% if x == 'b' %}{% continue %}{% endif %}{{ x }}{% endfor %}", "ac");
    text(
        "{% for x in list %}{% if x == 'b' %}{% break %}{% endif %}{{ x }}{% endfor %}{{ x }}{{ forloop.index }}",
        "a",
    );
    text(
        "{% for x in list %}{% cycle 'r', 's' %}{% cycle g: 1, 2 %}{% increment i %}{% endfor %}{% decrement j %}",
        "r10s21r12-1",
    );
}

#[test]
fn subjects_are_one_line() {
    check(MailPart::Subject, "a\r\nb\u{2028}c\u{0}\u{85}{{ lines }}", "a  b c  1< 2");
    check(MailPart::Subject, "{{ missing }}", "");
    check(MailPart::Html, "a\r\n\tb\u{0}c\u{1}\u{85}é", "a\r\n\tbc\u{85}é");
    check(MailPart::Subject, "{{ lines", "{{ lines");
}

#[test]
fn a_source_that_is_not_liquid_is_rendered_by_plain_replacement() {
    let plain = |source: &str, expected: &str| {
        is_plain(source);
        html(source, expected);
    };
    plain("{% include 'x' %}{{ name }}", "{% include 'x' %}Ada");
    for tag in ["render 'x'", "layout 'x'", "extends 'x'", "block x", "tablerow x", "nonsense", "endif", "else"] {
        plain(&format!("{{% {tag} %}}{{{{ name }}}}"), &format!("{{% {tag} %}}Ada"));
    }
    plain("{{ name", "{{ name");
    plain("{{ name }} {{ x ?? y }} {{", "Ada y {{");
    plain(
        "a{%{b:1}%}<script>var x = {{a: 1}}; {{ name }}</script>",
        "a{%{b:1}%}<script>var x = {{a: 1}}; Ada</script>",
    );
    plain("{% if name %}{{ tag }}", "{% if name %}&lt;b&gt;&amp;&quot;&#39;");
    plain("{{ name | | x }} {{ user.name }}", "{{ name | | x }} Lovelace");
    plain("{{ 'a' x }}{{ n }}", "{{ 'a' x }}3");
    plain(
        "{% nonsense %}{{ list }}{{ user name ?? you }}{{&nbsp;n }}",
        "{% nonsense %}<li>a</li>\n<li>b</li>\n<li>c</li>you3",
    );
}

#[test]
fn mistakes_are_tolerated_in_a_mail_and_reported_to_the_author() {
    let check = |source: &str, expected: &str, problems: &[&str]| {
        let template = Template::parse(source, MailPart::Text);
        let preview = template.preview(&variables(&ada_lovelace()));
        let told: Vec<_> = preview.problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            (preview.text.as_deref(), told),
            (Ok(expected), problems.iter().map(ToString::to_string).collect()),
            "{source}"
        );
        assert_eq!(template.render(&variables(&ada_lovelace())), preview.text);
    };
    check("{{ name }}", "Ada", &[]);
    check(
        "a\n é{{ name | upcse }}",
        "a\n éAda",
        &["Line 2, column 13: There is no filter \"upcse\": perhaps \"upcase\" is meant."],
    );
    check(
        "{% if first name == 'Ada' %}y{% endif %}{% assign x = user name %}{{ x }}",
        "",
        &[
            "Line 1, column 7: A name with blanks must be written as data[\"first name\"] here.",
            "Line 1, column 55: A name with blanks must be written as data[\"user name\"] here.",
        ],
    );
    check("{{ name | zzz }}", "Ada", &["Line 1, column 11: There is no filter \"zzz\"."]);
    check(
        "{{ name | upcase: 1 }}{{ name | append }}",
        "ADAAda",
        &[
            "Line 1, column 11: The filter \"upcase\" has 1 argument here, but takes none.",
            "Line 1, column 33: The filter \"append\" has 0 arguments here, but takes 1.",
        ],
    );
    check(
        "{% for i in (1..2) %}{{ n | divided_by: 0 }}{% endfor %}",
        "",
        &["Line 1, column 29: The filter \"divided_by\": A number cannot be divided by zero."],
    );
    check(
        "{% if '21' > 18 %}y{% endif %}",
        "y",
        &["Line 1, column 7: A text is compared with a number: write \"| plus: 0\" in an assign before."],
    );
    check(
        "{% for i in list limit: 'x' %}{{ i }}{% endfor %}",
        "abc",
        &["Line 1, column 8: The attribute \"limit\" of a loop must be a whole number."],
    );
}

#[test]
fn a_source_that_is_no_liquid_has_a_problem_with_its_place() {
    let check = |source: &str, problem: &str| {
        let template = Template::parse(source, MailPart::Html);
        let told: Vec<_> = template.problems().iter().map(ToString::to_string).collect();
        assert_eq!(told, [problem], "{source}");
        assert!(template.syntax_error_position().is_some(), "{source}");
    };
    check("x\n{% if a %}", "Line 2, column 1: The block {% if %} is never closed: write {% endif %} behind it.");
    check(
        "{% if @a %}{% endif %}",
        "Line 1, column 7: `@a` is no value here. A name has letters, digits, \"_\" and \"-\".",
    );
    check("{{ a | }}", "Line 1, column 8: A filter's name must follow the sign |.");
    check("{% fro x in y %}", "Line 1, column 1: There is no tag \"fro\": perhaps \"for\" is meant.");
    check("{% endfor %}", "Line 1, column 1: The tag \"endfor\" has no block to which it belongs.");
    check(
        "{% render 'x' %}",
        "Line 1, column 1: The tag \"render\" does not exist here: write out the text that it would insert.",
    );
    check("{% liquid\n echo 1\n if a @b\n endif\n%}", "Line 3, column 7: `@b` cannot stand here.");
}

#[test]
fn raw_and_comment_blocks_hold_no_liquid() {
    text("{% raw %}{{ name }} {% if %}{% endraw %} {{ name }}", "{{ name }} {% if %} Ada");
    text("a{% comment %}{{ name | nope }}{% if %}{% endcomment %}b", "ab");
    text("a  {%- if yes -%}  b  {%- endif -%}  c", "abc");
    text("{{\tname\t|\tupcase\t}}", "ADA");
}
