//! Templates and data that would take all the time, memory or stack there is.

use serde_json::{Value as Json, json};

use super::{ada_lovelace, check_limit, check_limit_with, is_plain, is_too_large, text, variables};
use crate::parser::MAX_DEPTH;
use crate::{MailPart, RenderError, Template};

#[test]
fn loops_without_end_stop() {
    check_limit("{% for i in (1..20000000) %}{% endfor %}");
    check_limit("{% for i in (1..9223372036854775) %}x{% endfor %}");
    check_limit(&format!("{}x{}", "{% for i in (1..9) %}".repeat(MAX_DEPTH), "{% endfor %}".repeat(MAX_DEPTH)));
    check_limit("{% for i in (1..100000) %}{% for j in (1..100000) %}{% break %}{% endfor %}{% endfor %}");
    check_limit(&format!("{{% for i in (1..1000) %}}{}{{% endfor %}}", "{% if a.b == c %}{% endif %}".repeat(1000)));
    check_limit(&format!("{{% for i in (1..1000) %}}{}{{% endfor %}}", "{{ 'now' | date: '%Y' }}".repeat(10)));
}

#[test]
fn values_that_grow_without_end_stop() {
    let seed = "{% assign x = 'abcdefgh' %}";
    check_limit(&format!("{seed}{}", "{% assign x = x | append: x %}".repeat(40)));
    check_limit(&format!("{seed}{{% for i in (1..40) %}}{{% assign x = x | prepend: x %}}{{% endfor %}}"));
    check_limit(&format!(
        "{seed}{{% for i in (1..40) %}}{{% capture x %}}{{{{ x }}}}{{{{ x }}}}{{% endcapture %}}{{% endfor %}}"
    ));
    check_limit(&format!("{seed}{}", "{% assign x = x | replace: '', x %}".repeat(9)));
    check_limit(&format!("{seed}{}", "{% assign x = x | replace: 'a', x | upcase | downcase %}".repeat(40)));
    check_limit(&format!("{seed}{}", "{% assign x = x | split: '' | join: x %}".repeat(9)));
    check_limit(&format!("{{% assign x = list %}}{}", "{% assign x = x | concat: x %}".repeat(40)));
    check_limit(&format!("{seed}{}", "{% assign x = x | escape | newline_to_br | append: x %}".repeat(40)));
}

#[test]
fn large_data_is_not_multiplied() {
    let data = || json!({ "big": "x,".repeat(100_000), "rows": vec![json!({"a": "b"}); 20_000] });
    check_limit_with("{% assign a = big | split: '' %}", &data());
    check_limit_with(&"{{ big }}".repeat(50), &data());
    check_limit_with(&"{{ rows }}".repeat(50), &data());
    check_limit_with("{% for i in (1..100000) %}{% if rows == rows %}{% endif %}{% endfor %}", &data());
    check_limit_with("{% for i in (1..100000) %}{% if big contains 'y' %}{% endif %}{% endfor %}", &data());
    check_limit_with("{% for i in (1..100000) %}{% assign x = rows | sort: 'a' %}{% endfor %}", &data());
    check_limit_with(&"{% assign x = rows | uniq %}".repeat(20), &data());
}

#[test]
fn growth_is_refused_before_it_happens() {
    let data = || json!({ "big": "x,".repeat(100_000), "filler": "y".repeat(600), "rows": vec!["a"; 20_000] });
    check_limit_with("{{ big | replace: 'x', filler | size }}", &data());
    check_limit_with("{{ rows | join: filler | size }}", &data());
    check_limit_with("{{ big | split: '' | size }}", &data());
}

#[test]
fn sources_too_large_or_too_deep_for_liquid_have_no_text() {
    let (depth, markup) = ("48 blocks inside each other", "8,192 bytes in one tag");
    let nested = |open: &str, close: &str| format!("{}x{}", open.repeat(MAX_DEPTH + 1), close.repeat(MAX_DEPTH + 1));
    is_too_large(&nested("{% if a %}", "{% endif %}"), depth);
    is_too_large(&nested("{% for a in b %}", "{% endfor %}"), depth);
    is_too_large(&nested("{% capture a %}", "{% endcapture %}"), depth);
    is_too_large(&"{% if a %}".repeat(600_000), depth);
    is_too_large(&format!("{{{{ a{} }}}}", ".b".repeat(1_000_000)), markup);
    is_too_large(&format!("{{{{ a ?? '{}' }}}}", "x".repeat(8_192)), markup);
    is_too_large(&format!("{{% if a == '{}' %}}{{% endif %}}", "{{".repeat(8_192)), markup);
    is_too_large(&format!("{{% cycle a{} %}}", ",a".repeat(4_000)).repeat(30), "98,304 bytes in all its tags");
    is_too_large(&"{{a}}".repeat(16_001), "16,000 tags and texts between them");
    for brackets in
        [format!("{{{{ a{}{} }}}}", "[a".repeat(1_000), "]".repeat(1_000)), format!("{{{{ {} }}}}", "(1..".repeat(9))]
    {
        is_too_large(&brackets, "8 brackets inside each other");
    }
}

#[test]
fn sources_with_a_name_that_is_too_long_have_no_text() {
    let within = "n".repeat(512);
    let beyond = "n".repeat(513);
    for markup in [
        "{{ N }}",
        "{{ a.N }}",
        "{{ a | append: N }}",
        "{% assign N = 1 %}",
        "{% capture N %}{% endcapture %}",
        "{% increment N %}",
        "{% for N in a %}{% endfor %}",
        "{% for a in N %}{% endfor %}",
    ] {
        is_too_large(&markup.replace('N', &beyond), "512 bytes in a name");
        assert_eq!(Template::parse(&markup.replace('N', &within), MailPart::Html).check(), Ok(()), "{markup}");
    }
}

#[test]
fn large_sources_that_are_not_liquid_are_plain() {
    is_plain(&"{{".repeat(500_000));
    is_plain(&"{% raw %}".repeat(500_000));
    is_plain(&"{% comment %}".repeat(500_000));
    is_plain(&format!("{{{{ '{}", "x".repeat(1_000_000)));
    is_plain(&format!("{{% nonsense %}}{}", "{{a}}".repeat(20_000)));
    is_plain(&format!("{{% nonsense %}}{{{{ a{} }}}}", ".b".repeat(1_000_000)));
}

#[test]
fn a_template_is_rendered_quickly_if_that_takes_little_work_and_output() {
    let quickly = |source: &str| {
        let data = variables(&json!({ "list": vec![1; 30], "big": "x".repeat(60_000) }));
        let template = Template::parse(source, MailPart::Html);
        let text = template.render_quickly(&data);
        assert!(text.is_none() || text == template.render(&data).ok(), "{source:.80}");
        text.is_some()
    };
    assert!(quickly("a{{ big }}{% for x in list %}{{ x }}{% endfor %}") && quickly("{% nonsense %}{{ big }}"));
    for source in ["{{ big }}{{ big }}", "{% nonsense %}{{ big }}{{ big }}", "{% for i in (1..9000) %}{% endfor %}"] {
        assert!(!quickly(source), "{source}");
        assert!(Template::parse(source, MailPart::Html).render(&variables(&json!({}))).is_ok(), "{source}");
    }
    assert!(!quickly(&"x".repeat(65_537)));
}

#[test]
fn deep_and_long_templates_within_the_limits_are_rendered() {
    text(&format!("{}x{}", "{% if yes %}".repeat(MAX_DEPTH), "{% endif %}".repeat(MAX_DEPTH)), "x");
    text(&format!("{{% if no %}}{}{{% endif %}}x", "{% elsif no %}".repeat(5_000)), "x");
    text(&format!("[{{{{ name{} }}}}]", ".size".repeat(1_000)), "[]");
    text(&format!("{{% if no{} %}}{{% else %}}x{{% endif %}}", " or no".repeat(1_000)), "x");
    text(&"{{ name }}".repeat(5_000), &"Ada".repeat(5_000));
}

#[test]
fn the_text_of_a_template_is_never_refused() {
    for filler in ["<p>x</p>\n", "      \n", "{ } % ", "é"] {
        let body = filler.repeat(6_000_000 / filler.len());
        let source = format!("{body}{{{{ name }}}}");
        let template = Template::parse(&source, MailPart::Html);
        assert_eq!(template.render(&variables(&ada_lovelace())), Ok(format!("{body}Ada")), "{filler:?}");
    }
}

#[test]
fn a_stopped_template_names_the_limit() {
    for (part, source, expected) in [
        (
            MailPart::Html,
            "{% for i in (1..20000000) %}{% endfor %}",
            "The template exceeds the limit of 200,000 steps with this data.",
        ),
        (MailPart::Text, "{{ big }}", "The template exceeds the limit of 4,194,304 bytes of output with this data."),
        (MailPart::Subject, "{{ long }}", "The template exceeds the limit of 8,192 bytes of output with this data."),
    ] {
        let data = variables(&json!({ "big": "x".repeat(4_194_305), "long": "x".repeat(8_193) }));
        let error = Template::parse(source, part).render(&data).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn the_limits_of_output_are_met_to_the_byte() {
    for (part, bytes) in [(MailPart::Html, 4_194_304), (MailPart::Text, 4_194_304), (MailPart::Subject, 8_192)] {
        let render =
            |length: usize| Template::parse("{{ v }}", part).render(&variables(&json!({ "v": "x".repeat(length) })));
        assert!(render(bytes).is_ok_and(|text| text.len() == bytes), "{part:?}");
        assert_eq!(render(bytes + 1), Err(RenderError::Output { bytes }), "{part:?}");
    }
}

#[test]
fn data_nested_too_deep_is_cut_off() {
    let nested = (0..300).fold(json!(1), |inner, _| Json::Array(vec![inner]));
    let template = Template::parse("{{ deep | size }}{{ deep[0][0] | size }}", MailPart::Text);
    let data = variables(&json!({ "deep": nested }));
    assert_eq!(template.render(&data).as_deref(), Ok("11"));
}
