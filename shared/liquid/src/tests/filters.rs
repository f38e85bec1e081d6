//! Filters in templates.

use super::{MailPart, ParsedSource, Template, ada_lovelace, text, variables};

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
    check("numbers | compact | slice: 0, 3 | sort | join: ' '", "1.5 9 10");
    check("numbers | sort | size", "6");
    check("people | map: 'name' | sort_natural | join: ''", "aBC");
    check("people | sort: 'age' | map: 'name' | join", "a C B");
    check("people | where: 'age', 2 | map: 'name' | first", "C");
    check("people | where: 'age' | size", "2");
    check("numbers | compact | size", "5");
    check("list | concat: list | uniq | reverse", "cba");
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
        let template = Template::parse(&format!("{{{{ {chain} }}}}"), MailPart::Text);
        assert!(matches!(template.parsed, ParsedSource::Liquid(..)), "{chain}");
        assert!(template.render(&variables(&ada_lovelace())).is_ok(), "{chain}");
    }
}
