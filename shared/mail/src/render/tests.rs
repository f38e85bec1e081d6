//! Templates as their authors and their enemies write them.

mod escaping;
mod limits;
mod properties;

use serde_json::{Value as Json, json};

use super::{Part, Reading, RenderError, Template, Variables};

fn variables(data: Json) -> Variables {
    let Json::Object(map) = data else { panic!("an object") };
    Variables::new(map)
}

fn ada() -> Json {
    json!({
        "email": "ada@x.test", "id": "c1", "name": "Ada", "tag": "<b>&\"'", "empty": "", "no": false, "yes": true,
        "nothing": null, "n": 3, "half": 1.5, "one": 1.0, "list": ["a", "b", "c"], "none": [], "nobody": {},
        "user": {"name": "Lovelace", "langs": ["en", "fr"]}, "a.b": "dot", "#": "hash", "x y": "space",
        "__proto__": "proto", "code": "{{ name }}{% if %}", "lines": "1<\n2", "numbers": [10, 9, 1.5, null, "z", "B"],
        "people": [{"name": "C", "age": 2}, {"name": "a", "age": 1}, {"name": "B"}], "date": "2024-05-01T10:20:30Z",
    })
}

#[track_caller]
fn check(part: Part, source: &str, expected: &str) {
    assert_eq!(Template::parse(source, part).render(&variables(ada())).as_deref(), Ok(expected), "{part:?} {source}");
}

#[track_caller]
fn text(source: &str, expected: &str) {
    check(Part::Text, source, expected);
}

#[track_caller]
fn html(source: &str, expected: &str) {
    check(Part::Html, source, expected);
}

/// That the template is read as Liquid but exceeds a limit, and so has no text.
#[track_caller]
fn stops(source: &str) {
    stops_with(source, ada());
}

#[track_caller]
fn stops_with(source: &str, data: Json) {
    let template = Template::parse(source, Part::Html);
    assert!(matches!(template.reading, Reading::Liquid(_)), "read as Liquid: {source:.80}");
    let rendered = template.render(&variables(data));
    assert!(matches!(rendered, Err(RenderError::Steps | RenderError::Output { .. })), "stopped: {source:.80}");
}

/// That the template is not read as Liquid.
#[track_caller]
fn is_plain(source: &str) {
    assert!(matches!(Template::parse(source, Part::Html).reading, Reading::Plain), "plain: {source:.80}");
}

/// That the template is more Liquid than is read, and so has no text.
#[track_caller]
fn is_too_large(source: &str, limit: &str) {
    for part in [Part::Subject, Part::Html, Part::Text] {
        let template = Template::parse(source, part);
        let error = template.check().unwrap_err();
        assert_eq!(error.to_string(), format!("The template exceeds the limit of {limit}."), "{source:.80}");
        let data = variables(ada());
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
fn names_and_paths_print_their_values() {
    text("Hi {{ name }}, {{user.name}} {{ user.langs[1] }} {{ user['name'] }}", "Hi Ada, Lovelace fr Lovelace");
    text("{{ email }} {{ id }} {{ data.name }} {{ data.user.name }}", "ada@x.test c1 Ada Lovelace");
    text("{{ data[\"a.b\"] }}{{ data['#'] }}{{ data[\"x y\"] }}{{ __proto__ }}", "dothashspaceproto");
    text("{{ list.first }}{{ list.last }}{{ list.size }}{{ list[-1] }}", "ac3c");
}

#[test]
fn values_print_as_json_does() {
    text("{{ n }} {{ half }} {{ one }} {{ yes }} {{ no }} [{{ nothing }}]", "3 1.5 1.0 true false []");
    text("{{ list }} {{ user }}", r#"["a","b","c"] {"langs":["en","fr"],"name":"Lovelace"}"#);
    html("{{ list }}", "[&quot;a&quot;,&quot;b&quot;,&quot;c&quot;]");
}

#[test]
fn undefined_names_are_empty_everywhere() {
    for nothing in [
        "{{ missing }}",
        "{{ a.b.c }}",
        "{{ name.x.y }}",
        "{{ data.a.b }}",
        "{{ list[9] }}",
        "{{ list.x }}",
        "{{ user[missing] }}",
        "{{ user[list] }}",
        "{{ user[user.langs].x }}",
        "{{ missing | upcase | append: gone }}",
        "{{ missing | plus: 1 | round }}",
        "{{ missing | sort | first }}",
        "{{ name | times: missing }}",
        "{{ missing | date: '%Y' }}",
        "{{ missing | slice: 2 }}",
        "{{ name | slice: missing }}",
        "{{ missing | split: ',' | join: ', ' }}",
        "{{ n | divided_by: 0 }}",
        "{{ n | modulo: 0 }}",
        "{% if missing %}x{% endif %}",
        "{% if a.b.c == 'x' %}x{% endif %}",
        "{% if missing > 1 %}x{% endif %}",
        "{% if missing contains 'x' %}x{% endif %}",
        "{% for x in missing %}x{% endfor %}",
        "{% for x in a.b.c %}x{% endfor %}",
        "{% for x in n %}x{% endfor %}",
        "{% for i in (1..missing) %}x{% endfor %}",
        "{% case missing %}{% when 1 %}x{% endcase %}",
        "{% assign x = a.b %}{{ x }}",
        "{% cycle missing %}",
    ] {
        text(nothing, "");
    }
    text("{% if list contains missing %}x{% else %}y{% endif %}{% unless a.b %}z{% endunless %}", "yz");
    text("{% for x in list limit: missing offset: missing %}{{ x }}{% endfor %}", "abc");
}

#[test]
fn a_fallback_replaces_what_is_missing_null_false_or_empty() {
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
    check("no and yes or yes", true);
    check("list contains 'b'", true);
    check("name contains 'd'", true);
    check("user contains 'langs'", true);
    check("n contains 3", false);
    check("empty == blank and none == empty", true);
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
    text("{% for p in user %}{{ p[0] }}={{ p[1] }};{% endfor %}", r#"langs=["en","fr"];name=Lovelace;"#);
    text("{% for x in name %}[{{ x }}]{% endfor %}{% for x in empty %}x{% endfor %}", "[Ada]");
}

#[test]
fn loops_know_where_they_stand_and_can_be_left() {
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
fn filters_do_what_liquid_says() {
    let check = |chain: &str, expected: &str| text(&format!("{{{{ {chain} }}}}"), expected);
    check("name | append: '!' | prepend: '¡' | upcase | downcase | capitalize", "¡ada!");
    check("' a b ' | strip | append: '|'", "a b|");
    check("' a ' | lstrip | size", "2");
    check("' a ' | rstrip | size", "2");
    check("'a,b,,c' | split: ',' | join: '-'", "a-b--c");
    check("'añb' | split: '' | join", "a ñ b");
    check("'aXbX' | replace: 'X', 'y' | replace_first: 'y', 'z' | remove: 'y'", "azb");
    check("'aa' | remove_first: 'a'", "a");
    check("'Ground control' | truncate: 9", "Ground...");
    check("'one two three' | truncatewords: 2", "one two...");
    check("'ünïcode' | slice: 1, 3", "nïc");
    check("'abc' | slice: -2, 9", "bc");
    check("'abc' | slice: -9", "");
    check("list | slice: 1, 2 | join", "b c");
    check("'a b&ü' | url_encode", "a+b%26%C3%BC");
    check("'a+b%26%C3%BC%2' | url_decode", "a b&ü%2");
    check("'<p>a</p>' | strip_html", "a");
    check("lines | strip_newlines", "1<2");
    check("numbers | sort", r#"[1.5,9,10,"B","z",null]"#);
    check("people | map: 'name' | sort_natural | join: ''", "aBC");
    check("people | sort: 'age' | map: 'name' | join", "a C B");
    check("people | where: 'age', 2 | map: 'name' | first", "C");
    check("people | where: 'age' | size", "2");
    check("numbers | compact | size", "5");
    check("list | concat: list | uniq | reverse", r#"["c","b","a"]"#);
    check("name | first", "A");
    check("name | last", "a");
    check("empty | default: 'x'", "x");
    check("n | plus: 1 | minus: 2 | times: 3 | modulo: 4", "2");
    check("-7 | divided_by: 2", "-4");
    check("-7 | modulo: 3", "2");
    check("7 | divided_by: 2.0", "3.5");
    check("'2.5' | ceil", "3");
    check("2.55 | round: 1", "2.6");
    check("-2.5 | floor | abs", "3");
    check("n | at_least: 5 | at_most: 4", "4");
    check("date | date: '%d %b %Y %H:%M'", "01 May 2024 10:20");
    check("'2024-05-01' | date: '%Y/%m/%d'", "2024/05/01");
    check("'2024-05-01T10:20:30.5+02:00' | date: '%H:%M %z'", "10:20 +0200");
    check("'not a date' | date: '%Y'", "not a date");
    check("date | date: '%999999999d'", "2024-05-01T10:20:30Z");
}

#[test]
fn arithmetic_never_overflows() {
    for chain in [
        "999999999999999999 | times: 999999999999999999",
        "-999999999999999999 | times: 10 | divided_by: -1 | abs",
        "'-9223372036854775808' | divided_by: -1",
        "'-9223372036854775808' | modulo: -1",
        "1 | round: 999999999",
        "'-9223372036854775808' | abs",
        "'9223372036854775807' | plus: 1",
        "'1e308' | times: 10",
        "'nan' | ceil",
        "'abc' | slice: '-9223372036854775808', '9223372036854775807'",
        "'abc' | truncate: -1",
        "'inf' | floor",
        "1.5 | round: 15",
        "'a' | truncatewords: '9223372036854775807'",
    ] {
        let template = Template::parse(&format!("{{{{ {chain} }}}}"), Part::Text);
        assert!(matches!(template.reading, Reading::Liquid(_)), "{chain}");
        assert!(template.render(&variables(ada())).is_ok(), "{chain}");
    }
}

#[test]
fn subjects_are_one_line() {
    check(Part::Subject, "a\r\nb\u{2028}c\u{0}\u{85}{{ lines }}", "a  b c  1< 2");
    check(Part::Subject, "{{ missing }}", "");
    check(Part::Html, "a\r\n\tb\u{0}c\u{1}\u{85}é", "a\r\n\tbc\u{85}é");
    check(Part::Subject, "{{ lines", "{{ lines");
}

#[test]
fn what_is_not_liquid_is_replaced_plainly() {
    let plain = |source: &str, expected: &str| {
        is_plain(source);
        html(source, expected);
    };
    plain("{% include 'x' %}{{ name }}", "{% include 'x' %}Ada");
    for tag in ["render 'x'", "layout 'x'", "extends 'x'", "block x", "tablerow x in list", "nonsense", "endif", "else"]
    {
        plain(&format!("{{% {tag} %}}{{{{ name }}}}"), &format!("{{% {tag} %}}Ada"));
    }
    plain("{{ name", "{{ name");
    plain("{{ name }} {{ x ?? y }} {{", "Ada y {{");
    plain(
        "a{%{b:1}%}<script>var x = {{a: 1}}; {{ name }}</script>",
        "a{%{b:1}%}<script>var x = {{a: 1}}; Ada</script>",
    );
    plain("{% if name %}{{ tag }}", "{% if name %}&lt;b&gt;&amp;&quot;&#39;");
    plain("{{ name | nonsense }} {{ name }}", "{{ name | nonsense }} Ada");
    plain("{{ name | append }} {{ user.name }}", "{{ name | append }} Lovelace");
    plain("{{ 99999999999999999999 x }}{{ n }}", "{{ 99999999999999999999 x }}3");
    plain("{{ user name }}{{ n }}", "{{ user name }}3");
}

#[test]
fn raw_and_comment_blocks_hold_no_liquid() {
    text("{% raw %}{{ name }} {% if %}{% endraw %} {{ name }}", "{{ name }} {% if %} Ada");
    text("a{% comment %}{{ name | nope }}{% if %}{% endcomment %}b", "ab");
    text("a  {%- if yes -%}  b  {%- endif -%}  c", "abc");
    text("{{\tname\t|\tupcase\t}}", "ADA");
}
