//! Names and paths.

use serde_json::json;

use super::{MailPart, Template, text, variables};

#[test]
fn names_and_paths_print_their_values() {
    text("Hi {{ name }}, {{user.name}} {{ user.langs[1] }} {{ user['name'] }}", "Hi Ada, Lovelace fr Lovelace");
    text("{{ email }} {{ id }} {{ data.name }} {{ data.user.name }}", "ada@x.test c1 Ada Lovelace");
    text("{{ data[\"a.b\"] }}{{ data['#'] }}{{ data[\"x y\"] }}{{ __proto__ }}", "dothashspaceproto");
    text("{{ list.first }}{{ list.last }}{{ list.size }}{{ list[-1] }}", "ac3c");
    text("{{ list.length }}{{ name.length }}{% if list.length > 2 %}y{% endif %}[{{ user.length }}]", "33y[]");
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
        "{{ missing | sort | first }}",
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
fn names_take_letters_digits_and_blanks() {
    let data = json!({
        "2fa_code": "483920", "first name": "Ada", "prénom": "Zoë", "user": {"address line 1": "Hill 1", "2nd": "b"},
        "empty_slots": 3, "nullable": "n", "order": "o", "android": 1, "e-mail": "m", "paid?": true, "items": ["Tea"],
    });
    let check = |source: &str, expected: &str| {
        let text = Template::parse(source, MailPart::Text).render(&variables(&data));
        assert_eq!(text.as_deref(), Ok(expected), "{source}");
    };
    check("{{ 2fa_code }} {{first name}} {{ first  name | upcase }} {{ prénom }}", "483920 Ada ADA Zoë");
    check(
        "{{ user.address line 1 }} {{ user.2nd }} {{ first name ?? x }} {{ last name ?? none }}",
        "Hill 1 b Ada none",
    );
    check("{% if empty_slots %}y{% endif %}{% if nullable == 'n' and order == 'o' %}y{% endif %}", "yy");
    check("{% if android or order %}y{% endif %}{{ e-mail }}{% if paid? %}y{% endif %}", "ymy");
    check("{% if items.0 %}{{ items.0 }}{{ items[0] }}{{ items.1 }}{% endif %}", "TeaTea");
    check("[{{ }}][{{}}][{{ first unknown }}]", "[][][]");
}
