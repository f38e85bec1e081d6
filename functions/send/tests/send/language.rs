//! The language of the templates, as mails show it: each kind of report that there was, with variants.

use serde_json::{Value, json};

use crate::support::{World, email, outcomes};

/// Sends a mail with this body to an address that is new, and returns the HTML that went out.
async fn html(world: &World, index: usize, body: &str, data: &Value) -> String {
    let to = format!("r{index}@example.org");
    let answer = world.send(&email(&json!({"to": to, "body": body, "data": data}))).await;
    assert_eq!((answer.status, outcomes(&answer)), (200, vec!["SENT"]), "{body}: {}", answer.text);
    world.backends.ses.mails().pop().unwrap().html.clone().unwrap()
}

/// The bodies with these data go out as these texts.
async fn check(cases: &[(&str, Value, &str)]) {
    let world = World::new().await;
    for (index, (body, data, expected)) in cases.iter().enumerate() {
        assert_eq!(html(&world, index, body, data).await, *expected, "{body} over {data}");
    }
}

#[tokio::test]
async fn a_name_may_begin_like_a_literal_or_an_operator() {
    let data = json!({
        "empty_slots": 3, "nilsson": "Birgit", "true_north": "N", "falsework": "F", "blank_page": "B", "null_island": "0,0",
        "order": "A1", "android": "A", "contains_nuts": true, "nothing": "n", "notes": "N", "forms": ["a"], "endif_at": "E",
        "user": {"nil_count": 2, "empty": "E", "first_name": "Ada", "sizes": "S"},
    });
    check(&[
        ("{% if empty_slots %}Book{% endif %}", data.clone(), "Book"),
        ("{{ nilsson }}{{ true_north }}{{ falsework }}{{ blank_page }}{{ null_island }}", data.clone(), "BirgitNFB0,0"),
        ("{% if true_north == 'N' and order == 'A1' or android %}y{% endif %}", data.clone(), "y"),
        ("{% if contains_nuts == true %}y{% endif %}{% unless nothing %}y{% endunless %}", data.clone(), "y"),
        (
            "{{ x ?? nothing }} {{ x | default: nilsson }} {{ empty_slots | plus: empty_slots }}",
            data.clone(),
            "nothing Birgit 6",
        ),
        ("{% for form in forms %}{{ form }}{% endfor %}{% assign nil_x = notes %}{{ nil_x }}", data.clone(), "aN"),
        ("{% case empty_slots %}{% when 3 %}three{% endcase %}{{ endif_at }}", data.clone(), "threeE"),
        ("{{ user.nil_count }}{{ user.empty }}{{ data.empty_slots }}{{ user.sizes }}", data, "2E3S"),
    ])
    .await;
}

#[tokio::test]
async fn a_name_or_a_step_may_begin_with_a_digit() {
    let data =
        json!({"2fa_code": "483920", "3d": true, "items": ["Tea", {"2nd": "x"}], "order": {"1st": "one", "2024": 7}});
    check(&[
        ("{{ 2fa_code }}", data.clone(), "483920"),
        ("{{ 2fa_code | slice: 0, 3 }}-{{ data.2fa_code }}-{{ 4fa ?? none }}", data.clone(), "483-483920-none"),
        ("{% if 3d and 2fa_code == '483920' %}y{% endif %}", data.clone(), "y"),
        ("{% if items.0 %}{{ items.0 }}{% endif %}", data.clone(), "Tea"),
        ("{{ items.1.2nd }} {{ order.1st }} {{ order.2024 }} {{ items.7 }}", data.clone(), "x one 7 "),
        ("{% assign 1x = order.1st %}{{ 1x }} {{ 1.5 }} {{ 7 }}", data, "one 1.5 7"),
    ])
    .await;
}

#[tokio::test]
async fn markup_as_editors_escape_it_counts_inside_the_delimiters_alone() {
    let data = json!({"age": 21, "name": "Ada", "plan": "a&b", "items": ["x"]});
    check(&[
        ("{% if age &gt; 18 %}adult{% endif %} {{&nbsp;name }}", data.clone(), "adult Ada"),
        ("{% if age &gt;= 18 and age &lt; 99 %}y{% endif %}", data.clone(), "y"),
        (
            "{{ x | default: &quot;you&quot; }} {{ x ?? &#39;me&#39; }} {{ x | default: &#x27;us&#x27; }}",
            data.clone(),
            "you me us",
        ),
        ("{% if plan == 'a&amp;b' %}y{% endif %}", data.clone(), "y"),
        ("{{\u{a0}name\u{a0}}}{%&nbsp;for i in items&nbsp;%}{{ i }}{%\u{a0}endfor\u{a0}%}", data.clone(), "Adax"),
        ("a &gt; b &nbsp;{{ name }}&amp;{{ age }}", data, "a &gt; b &nbsp;Ada&amp;21"),
    ])
    .await;
}

#[tokio::test]
async fn names_may_have_blanks_and_braces_may_be_empty() {
    let data = json!({"first name": "Ada", "order  no": "A1", "user": {"last name": "L"}, "is new": true, "all items": [1, 2]});
    check(&[
        ("{{first name}}{{ }}", data.clone(), "Ada"),
        ("[{{}}{{- }}{{  \n }}]", data.clone(), "[]"),
        ("{{ first name | upcase }} {{ user.last name }} {{ data.first name }}", data.clone(), "ADA L Ada"),
        ("{{ last name ?? you }} {{ nick name | default: 'me' }}", data.clone(), "you me"),
        ("{% if is new %}new{% endif %}{% for i in all items %}{{ i }}{% endfor %}", data.clone(), "new12"),
        ("{{ data['order  no'] }}", data, "A1"),
    ])
    .await;
}

#[tokio::test]
async fn dates_are_read_as_programs_write_them() {
    let day = "{{ d | date: '%d.%m.%Y' }}";
    let time = "{{ d | date: '%Y-%m-%d %H:%M' }}";
    let of = |date: Value| json!({"d": date});
    check(&[
        (day, of("2026-05-01T10:20:30".into()), "01.05.2026"),
        (day, of("March 14, 2016".into()), "14.03.2016"),
        (day, of("14 March 2016".into()), "14.03.2016"),
        (day, of("Mar 14 2016".into()), "14.03.2016"),
        (day, of("2026/05/01".into()), "01.05.2026"),
        (day, of("Fri, 01 May 2026 10:20:30 +0200".into()), "01.05.2026"),
        (time, of("2026-05-01 10:20".into()), "2026-05-01 10:20"),
        (time, of("2026-05-01T10:20Z".into()), "2026-05-01 10:20"),
        (time, of("2026-05-01 10:20:30 UTC".into()), "2026-05-01 10:20"),
        (time, of("2026-05-01T10:20:30.123456Z".into()), "2026-05-01 10:20"),
        (time, of(1_777_630_830.into()), "2026-05-01 10:20"),
        (time, of(1_777_630_830_000_i64.into()), "2026-05-01 10:20"),
        (time, of("1777630830".into()), "2026-05-01 10:20"),
        (day, of("as soon as possible".into()), "as soon as possible"),
        ("{{ d | date: '%H:%M', 'Europe/Berlin' }}", of("2026-05-01T10:20:30Z".into()), "12:20"),
        ("{{ d | date: '%H:%M %Z', 'America/New_York' }}", of("2026-12-01T10:20:30Z".into()), "05:20 EST"),
        ("{{ 'now' | date: '%Y-%m-%d %H:%M' }} {{ 'today' | date: '%Y' }}", json!({}), "2025-11-30 10:30 2025"),
    ])
    .await;
}

#[tokio::test]
async fn conditions_go_from_right_to_left_and_zero_and_the_empty_text_are_false() {
    check(&[
        ("{% if false and false or true %}yes{% else %}no{% endif %}", json!({}), "no"),
        ("{% if true or false and false %}yes{% else %}no{% endif %}", json!({}), "yes"),
        ("{% if a and b or c %}yes{% else %}no{% endif %}", json!({"a": false, "b": true, "c": true}), "no"),
        ("{% if a or b and c %}yes{% else %}no{% endif %}", json!({"a": true, "b": true, "c": false}), "yes"),
        ("{% if n %}y{% else %}n{% endif %}{% if f %}y{% else %}n{% endif %}", json!({"n": 0, "f": 0.0}), "nn"),
        ("{% if t.x %}y{% else %}n{% endif %}{% unless t.x %}y{% endunless %}", json!({"t": {"x": ""}}), "ny"),
        ("{% if n == blank %}y{% else %}n{% endif %}{% if e == empty %}y{% endif %}", json!({"n": 0, "e": []}), "ny"),
    ])
    .await;
}

#[tokio::test]
async fn arithmetic_is_decimal() {
    check(&[
        (
            "{{ 0.0725 | times: 100 }} {{ 19.99 | minus: 0.01 }} {{ 183.357 | modulo: 12 }}",
            json!({}),
            "7.25 19.98 3.357",
        ),
        ("{{ 0.1 | plus: 0.2 }} {{ 1.1 | times: 3 }} {{ 4.35 | times: 100 }}", json!({}), "0.3 3.3 435.0"),
        (
            "{{ price | times: 3 }} {{ 10 | divided_by: 4 }} {{ 10 | divided_by: 4.0 }}",
            json!({"price": 19.99}),
            "59.97 2 2.5",
        ),
        (
            "{{ price | plus: 1 }} {{ '1.10' | times: 2 }} {{ 2.5 | round }} {{ 1.005 | round: 2 }}",
            json!({"price": "4.10"}),
            "5.1 2.2 3 1.01",
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_number_of_any_length_prints_as_it_is_written() {
    check(&[
        (
            "{{ 1234567890123456789 }} {{ 12345678901234567890123 }}",
            json!({}),
            "1234567890123456789 12345678901234567890123",
        ),
        (
            "{{ n }} {{ big }}",
            json!({"n": 9_007_199_254_740_993_i64, "big": u64::MAX}),
            "9007199254740993 18446744073709551615",
        ),
    ])
    .await;
}

#[tokio::test]
async fn filters_and_tags_are_those_of_liquid() {
    let data = json!({
        "a": [1, 2], "name": "Ada", "html": "<b>x</b>",
        "people": [{"n": "A", "on": true, "age": 3}, {"n": "B", "on": false, "age": 1}, {"n": "C", "on": true, "age": 2}],
    });
    check(&[
        ("{{ \"ADA\" | capitalize }} {{ a | sum }} {% echo name %}", data.clone(), "Ada 3 Ada"),
        ("{% liquid\nassign x = name | upcase\necho x\n%}{% # a comment %}{% comment %}x{% endcomment %}", data.clone(), "ADA"),
        ("{% increment i %}{% increment i %}{% decrement j %}{% for x in a %}{% cycle 'o', 'e' %}{% endfor %}", data.clone(), "01-1oe"),
        ("{{ people | where: 'on' | map: 'n' | join: '+' }} {{ people | sum: 'age' }}", data.clone(), "A+C 6"),
        ("{{ people | reject: 'on' | map: 'n' | join }} {{ people | find: 'n', 'C' | map: 'age' }}", data.clone(), "B 2"),
        ("{{ people | has: 'n', 'C' }} {{ people | find_index: 'n', 'B' }}", data.clone(), "true 1"),
        ("{{ '  a  b ' | squish }} {{ 'aba' | remove_last: 'a' }} {{ 'aba' | replace_last: 'a', 'x' }}", data.clone(), "a b ab abx"),
        ("{{ 5 | at_least: 7 }} {{ 5 | at_most: 3 }} {{ 'hi' | base64_encode }}", data.clone(), "7 3 aGk="),
        ("{% for p in people limit: 1 %}{{ p.n }}{% endfor %}{% for p in people offset: continue %}{{ p.n }}{% endfor %}", data.clone(), "ABC"),
        ("{% for x in a %}{% ifchanged %}{{ name }}{% endifchanged %}{% endfor %}", data.clone(), "Ada"),
        ("{% tablerow x in a %}{{ x }}{% endtablerow %}", data.clone(), "<tr class=\"row1\">\n<td class=\"col1\">1</td><td class=\"col2\">2</td></tr>\n"),
        ("{% raw %}{{ name }}{% endraw %} {{ html }} {{ html | raw }}", data, "{{ name }} &lt;b&gt;x&lt;/b&gt; <b>x</b>"),
    ])
    .await;
}

/// The second mail takes the data from the contact.
#[tokio::test]
async fn an_object_is_walked_in_the_order_in_which_it_was_written() {
    let world = World::new().await;
    let body = "{% for pair in order %}{{ pair[0] }}={{ pair[1] }} {% endfor %}{{ order.first | first }} {{ order }}";
    let text = r#"{"to": "ada@example.org", "subject": "Hi", "text": "BODY", "body": "Hi", "data": {"order": {"z": 1, "a": 2, "m": {"y": 3, "b": 4}}}}"#;
    let stores = serde_json::from_str(&text.replace("BODY", body)).unwrap();
    for request in [stores, email(&json!({ "text": body }))] {
        assert_eq!(world.send(&request).await.status, 200);
        let mail = world.backends.ses.mails().pop().unwrap();
        let expected = r#"z=1 a=2 m={"y":3,"b":4} z {"z":1,"a":2,"m":{"y":3,"b":4}}"#;
        assert_eq!(mail.text.as_deref(), Some(expected));
    }
}

#[tokio::test]
async fn a_filter_that_does_not_exist_passes_its_value_through() {
    let data = json!({"name": "ada", "html": "<b>", "items": ["a", "b"]});
    check(&[
        ("{{ name | upcse }}", data.clone(), "ada"),
        ("{{ name | money: 'EUR', 2 | upcase }} {{ 'x' | asset_url: a: 1 }}", data.clone(), "ADA x"),
        ("{{ html | upcse }} {% assign x = name | t %}{{ x }} {{ gone | upcse }}", data.clone(), "&lt;b&gt; ada "),
        ("{{ items | shuffle | join: '-' }}", data, "a-b"),
    ])
    .await;
}

#[tokio::test]
async fn an_array_prints_as_items_of_a_list_in_html_and_with_commas_elsewhere() {
    let world = World::new().await;
    let list = "{{ items }}";
    let fields = json!({"subject": list, "body": list, "text": list, "data": {"items": ["a", 1, "<b>", null]}});
    assert_eq!(outcomes(&world.send(&email(&fields)).await), ["SENT"]);
    let mail = world.backends.ses.mails().pop().unwrap();
    assert_eq!(mail.html.as_deref(), Some("<li>a</li>\n<li>1</li>\n<li>&lt;b&gt;</li>\n<li></li>"));
    assert_eq!((mail.subject.as_str(), mail.text.as_deref()), ("a, 1, <b>, ", Some("a, 1, <b>, ")));
}
