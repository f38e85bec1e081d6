//! Plain replacement, for sources that Liquid does not read: names and fallbacks, and nothing else.

use liquid_core::model::ScalarCow;

use super::Part;
use super::chain::{is_missing, pay_for_printing, unquoted};
use super::lexer::MAX_MARKUP;
use super::meter::{Limit, Meter};
use super::print::{escaped, text_of};
use super::scope::Variables;

/// The source with every `{{ name }}`, `{{ a.b }}` and `{{ name ?? fallback }}` replaced, or the limit that the values exceed.
pub(super) fn render(source: &str, part: Part, variables: &Variables, meter: Meter) -> Result<String, Limit> {
    let values = Values { part, variables, meter };
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some((before, inside, after)) = next_braces(rest) {
        if let Some(name) = Name::parse(inside) {
            values.meter.push(&mut out, before, rest.len());
            values.write(&name, &mut out)?;
        } else {
            values.meter.push(&mut out, rest.strip_suffix(after).unwrap_or_default(), after.len());
        }
        rest = after;
    }
    values.meter.push(&mut out, rest, 0);
    Ok(out)
}

/// The text before the next innermost `{{ }}`, its inside, and the text after it.
fn next_braces(text: &str) -> Option<(&str, &str, &str)> {
    let mut open = None;
    for (at, pair) in text.as_bytes().windows(2).enumerate() {
        match (pair, open) {
            (b"{{", _) => open = Some(at),
            (b"}}", Some(open)) => return Some((text.get(..open)?, text.get(open + 2..at)?, text.get(at + 2..)?)),
            _ => {}
        }
    }
    None
}

/// A name or path, and the literal to use if there is nothing there.
struct Name<'s> {
    path: &'s str,
    fallback: Option<&'s str>,
}

impl<'s> Name<'s> {
    fn parse(inside: &'s str) -> Option<Name<'s>> {
        let (path, fallback) = inside.split_once("??").map_or((inside, None), |(path, rest)| (path, Some(rest)));
        let path = path.trim();
        let is_number = path.starts_with(|c: char| c.is_numeric() || c == '-');
        if is_number || inside.len() > MAX_MARKUP || !path.split('.').all(is_name) {
            return None;
        }
        let fallback = fallback.map(|fallback| unquoted(first_literal(fallback)));
        Some(Name { path, fallback })
    }
}

/// The values of one rendering, as long as there is a budget for them.
struct Values<'v> {
    part: Part,
    variables: &'v Variables,
    meter: Meter,
}

impl Values<'_> {
    fn write(&self, name: &Name, out: &mut String) -> Result<(), Limit> {
        self.meter.step()?;
        let path: Vec<_> = name.path.split('.').map(ScalarCow::new).collect();
        let found = self.variables.find(&path).unwrap_or_default();
        let value = found.as_view();
        let text = match name.fallback {
            Some(fallback) if is_missing(value) => fallback.into(),
            _ => {
                pay_for_printing(value, &self.meter)?;
                text_of(value)
            }
        };
        match self.part {
            Part::Html => escaped(&text, |piece| self.meter.write(out, piece)),
            Part::Subject | Part::Text => self.meter.write(out, &text),
        }
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
}

/// The fallback up to the next `??`, unless that one is inside quotes.
fn first_literal(fallback: &str) -> &str {
    let quoted = fallback.trim();
    let starts = |quote| quoted.strip_prefix(quote).and_then(|rest| rest.find(quote));
    let length = starts('"').or_else(|| starts('\'')).map(|inside| inside + 2);
    match length.and_then(|length| quoted.get(..length)) {
        Some(literal) if quoted.get(literal.len()..).is_some_and(|rest| rest.trim_start().starts_with("??")) => literal,
        _ if length == Some(quoted.len()) => quoted,
        _ => fallback.split("??").next().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::meter::OUTPUT;
    use super::*;
    use serde_json::json;

    fn check(source: &str, expected: &str) {
        let serde_json::Value::Object(map) = json!({
            "name": "A&B", "user": {"tags": ["x", "y"]}, "no": false, "empty": "", "n": 1, "prénom": "Zoë",
        }) else {
            panic!("an object")
        };
        let rendered = render(source, Part::Html, &Variables::new(map), Meter::new(source.len(), Part::Html));
        assert_eq!(rendered.as_deref(), Ok(expected), "{source}");
    }

    #[test]
    fn names_and_paths_are_replaced() {
        check("a {{ name }} b {{name}}", "a A&amp;B b A&amp;B");
        check("{{ user.tags.1 }}{{ data.n }}{{ prénom }}", "y1Zoë");
        check("{{ user.tags }}", "[&quot;x&quot;,&quot;y&quot;]");
        check("[{{ missing }}{{ name.x.y }}{{ no.x }}]", "[]");
    }

    #[test]
    fn fallbacks_are_replaced() {
        check("{{ name ?? x }}", "A&amp;B");
        check("{{ no ?? you there }}", "you there");
        check("{{ empty ?? \"a\" ?? b }}{{ empty ?? c ?? d }}", "ac");
        check("{{ empty ?? \"what? ?? yes\" }}{{ empty ?? 'x ?? y' ?? z }}", "what? ?? yesx ?? y");
        check("{{ empty ?? '<b>' }}", "&lt;b&gt;");
        check("[{{ empty ?? }}]", "[]");
    }

    #[test]
    fn everything_else_stays_to_the_letter() {
        for source in [
            "{{ name | upcase }}",
            "{{ name name }}",
            "{{}}",
            "{{ a..b }}",
            "{{ 'name' }}",
            "{{ f(x) }}",
            "}} {{",
            "{% if name %}",
            "{{ name",
            "name }}",
            "{ { name } }",
            "{{ {a: 1} }}",
            "{{ name }",
            "{{ 1 }}",
            "{{ -1.5 }}",
        ] {
            check(source, source);
        }
        check("{{{ n }}}", "{1}");
        check("{{ a {{ n }} }}", "{{ a 1 }}");
    }

    #[test]
    fn values_are_within_the_limits_or_there_is_no_text() {
        let value = "v".repeat(100_000);
        let render = |source: &str, part| {
            let serde_json::Value::Object(map) = json!({ "v": value, "list": [1, 2] }) else { panic!("an object") };
            render(source, part, &Variables::new(map), Meter::new(source.len(), part))
        };
        let fit = OUTPUT / value.len();
        assert!(render(&"t{{ v }}".repeat(fit), Part::Text).is_ok_and(|out| out.len() == fit * (1 + value.len())));
        assert_eq!(render(&"t{{ v }}".repeat(fit + 1), Part::Text), Err(Limit::Output));
        assert_eq!(render("{{ v }} {{ list }}", Part::Subject), Err(Limit::Output));
        assert_eq!(render(&"{{ list }}".repeat(200_000), Part::Text), Err(Limit::Work));
    }
}
