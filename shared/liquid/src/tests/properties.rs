//! Properties of any value and any source.

use proptest::prelude::*;
use serde_json::json;

use super::{ada_lovelace, variables};
use crate::{MailPart, Template};

/// Templates that print the value `v` in every way except by `raw`.
const PRINTERS: &[&str] = &[
    "{{ v }}",
    "{{ data.v }}",
    "{{ v ?? x }}",
    "{{ data }}",
    "{{ list }}",
    "{{ v | escape }}",
    "{{ v | escape_once }}",
    "{{ v | newline_to_br | replace: '<br />', '' }}",
    "{{ v | escape | replace: '&lt;', '<' }}",
    "{{ v | url_decode }}",
    "{% capture c %}{{ v }}{% endcapture %}{{ c }}",
    "{% capture c %}{{ v }}{% endcapture %}{{ c | replace: '&lt;', '<' }}",
    "{% capture c %}{{ v }}{% endcapture %}{% assign d = c %}{{ d }}{% assign c = v %}{{ c }}",
    "{% assign a = v | raw %}{{ a }}",
    "{% assign a = v | escape %}{{ a }}",
    "{% assign a = v | escape | url_decode %}{{ a }}",
    "{% cycle v, v %}",
    "{% for x in list %}{{ x }}{% endfor %}",
    "{% for x in data %}{{ x }}{% endfor %}",
    "{% capture x %}{% endcapture %}{% for x in list %}{{ x }}{% endfor %}",
    "{{ list | join: v }}",
    "{{ v | split: '' | join: '' }}",
    "{{ 'a' | append: v }}",
    "{{ 'a' | replace: 'a', v }}",
    "{{ v | strip_html }}",
    "{{ v | date: v }}",
    "{{ '2024-01-01' | date: v }}",
    "{% increment v %}",
    "{{ v | default: v }}",
    "{{ list[v] }}{{ v | size }}",
    "{{ v | truncate: 3, v }}",
    "{{ v }}{{ unclosed",
    "{{ v ?? v }}{% nonsense %}",
];

proptest! {
    #[test]
    fn no_value_becomes_markup_without_raw(value in "[<>&\"'a-c%0-9{}\n;l]{0,20}|(&lt;|<|%3C|&#60;|&|lt;){0,6}", printer in 0..PRINTERS.len()) {
        let template = Template::parse(PRINTERS[printer], MailPart::Html);
        let data = json!({ "v": value, "list": [value, {"k": value}], value.clone(): 1 });
        let out = template.render(&variables(&data)).unwrap();
        let markup = |c| matches!(c, '<' | '>' | '"' | '\'');
        prop_assert!(!out.replace(PRINTERS[printer], "").replace("<li>", "").replace("</li>", "").contains(markup), "{} gave {out}", PRINTERS[printer]);
    }

    #[test]
    fn text_prints_values_to_the_letter(value in "\\PC{1,40}") {
        let template = Template::parse("{{ v }}", MailPart::Text);
        prop_assert_eq!(template.render(&variables(&json!({ "v": value }))), Ok(value));
    }

    #[test]
    fn a_source_without_braces_is_rendered_unchanged(source in "[^{\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]{0,60}") {
        for part in [MailPart::Html, MailPart::Text] {
            prop_assert_eq!(Template::parse(&source, part).render(&variables(&ada_lovelace())), Ok(source.clone()));
        }
    }

    #[test]
    fn any_source_renders(source in "(\\{\\{|\\}\\}|\\{%|%\\}|-|if|for|x|in|name|list| |\\||\\?\\?|'|\"|:|\\[|\\]|\\.|endif|endfor|assign|=|1|raw|é|\\(1\\.\\.){0,40}") {
        for part in [MailPart::Subject, MailPart::Html, MailPart::Text] {
            let template = Template::parse(&source, part);
            prop_assert!(template.render(&variables(&ada_lovelace())).is_ok(), "stopped");
        }
    }

    #[test]
    fn any_filter_takes_any_value(filter in 0..FILTERS.len(), arguments in proptest::collection::vec(0..OPERANDS.len(), 0..3), input in 0..OPERANDS.len()) {
        let arguments: Vec<_> = arguments.into_iter().map(|operand| OPERANDS[operand]).collect();
        let colon = if arguments.is_empty() { "" } else { ": " };
        let source = format!("{{{{ {} | {}{colon}{} }}}}", OPERANDS[input], FILTERS[filter], arguments.join(", "));
        let template = Template::parse(&source, MailPart::Html);
        prop_assert!(template.render(&variables(&ada_lovelace())).is_ok(), "{source}");
    }
}

const FILTERS: &[&str] = &[
    "abs",
    "append",
    "at_least",
    "at_most",
    "capitalize",
    "ceil",
    "compact",
    "concat",
    "date",
    "default",
    "divided_by",
    "downcase",
    "escape",
    "escape_once",
    "first",
    "floor",
    "join",
    "last",
    "lstrip",
    "map",
    "minus",
    "modulo",
    "newline_to_br",
    "plus",
    "prepend",
    "raw",
    "remove",
    "remove_first",
    "replace",
    "replace_first",
    "reverse",
    "round",
    "rstrip",
    "size",
    "slice",
    "sort",
    "sort_natural",
    "split",
    "strip",
    "strip_html",
    "strip_newlines",
    "times",
    "truncate",
    "truncatewords",
    "uniq",
    "upcase",
    "url_decode",
    "url_encode",
    "where",
];

const OPERANDS: &[&str] = &[
    "missing",
    "nothing",
    "yes",
    "name",
    "tag",
    "empty",
    "n",
    "half",
    "list",
    "none",
    "user",
    "nobody",
    "people",
    "numbers",
    "date",
    "code",
    "-1",
    "0",
    "999999999999999999",
    "'é€'",
    "'%Y%'",
    "'name'",
    "'-9223372036854775808'",
    "1.5",
    "data",
];
