//! Plain replacement, for sources that are not Liquid: it replaces names and fallbacks, and nothing else.

use crate::chain::unquoted;
use crate::cursor::quoted;
use crate::entities::decode;
use crate::html::{Context, Tracker};
use crate::lexer::MAX_MARKUP;
use crate::mail_part::MailPart;
use crate::meter::{LimitExceeded, Meter};
use crate::print;
use crate::value::Value;
use crate::variables::{Variables, member};

/// The source with the values of every `{{ name }}`, `{{ a.b }}` and `{{ name ?? fallback }}`, or the limit that they exceed.
pub(crate) fn render(
    source: &str,
    part: MailPart,
    variables: &Variables,
    meter: Meter,
) -> Result<String, LimitExceeded> {
    write(source, &Renderer { part, variables, meter })
}

/// The units of work that [`render`] spends.
pub(crate) fn fuel_of(source: &str, part: MailPart, variables: &Variables, meter: Meter) -> u64 {
    let renderer = Renderer { part, variables, meter };
    let _ = write(source, &renderer);
    renderer.meter.spent()
}

fn write(source: &str, renderer: &Renderer) -> Result<String, LimitExceeded> {
    let part = renderer.part;
    let mut tracker = Tracker::default();
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some((before, inside, after)) = next_braces(rest) {
        let inside = decode(inside, part);
        let placeholder = Placeholder::parse(&inside);
        let whole = rest.get(..rest.len() - after.len()).unwrap_or_default();
        let text = if placeholder.is_some() { before } else { whole };
        renderer.meter.push(&mut out, text, rest.len());
        if part == MailPart::Html {
            tracker.advance(text);
        }
        if let Some(placeholder) = placeholder {
            renderer.write(&placeholder, tracker.context(), &mut out)?;
            tracker.after_output();
        }
        rest = after;
    }
    renderer.meter.push(&mut out, rest, 0);
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

/// A name or path, and the literal to print if its value is missing.
struct Placeholder<'s> {
    path: &'s str,
    fallback: Option<&'s str>,
}

impl<'s> Placeholder<'s> {
    fn parse(inside: &'s str) -> Option<Placeholder<'s>> {
        let (path, fallback) = inside.split_once("??").map_or((inside, None), |(path, rest)| (path, Some(rest)));
        let path = path.trim();
        let is_number = path.starts_with('-') || !path.contains(char::is_alphabetic);
        if is_number || inside.len() > MAX_MARKUP || !path.split('.').all(is_name) {
            return None;
        }
        let fallback = fallback.map(|fallback| unquoted(first_literal(fallback)));
        Some(Placeholder { path, fallback })
    }

    fn find(&self, variables: &Variables, meter: &Meter) -> Result<Value, LimitExceeded> {
        let mut steps = self.path.split('.').map(one_blank);
        let root = steps.next().unwrap_or_default();
        let mut value = variables.get(&root).cloned().unwrap_or_default();
        for step in steps {
            meter.step()?;
            value = member(&value, &step);
        }
        Ok(value)
    }
}

/// The state of one rendering by plain replacement.
struct Renderer<'v> {
    part: MailPart,
    variables: &'v Variables,
    meter: Meter,
}

impl Renderer<'_> {
    fn write(&self, placeholder: &Placeholder, context: Context, out: &mut String) -> Result<(), LimitExceeded> {
        self.meter.step()?;
        let mut value = placeholder.find(self.variables, &self.meter)?;
        if let Some(fallback) = placeholder.fallback
            && value.is_missing()
        {
            value = Value::text(fallback);
        }
        print::pay_for_collection(&value, &self.meter)?;
        match &value {
            Value::List(items) => print::write_items(items, self.part, context, &self.meter, out),
            _ => print::write(&value, self.part, context, &self.meter, out),
        }
    }
}

/// True for a name, which may have blanks in it.
fn is_name(name: &str) -> bool {
    let is_word = |word: &str| {
        word.contains(char::is_alphanumeric) && word.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
    };
    !name.trim().is_empty() && name.split_whitespace().all(is_word)
}

/// The words of a name joined by single blanks.
fn one_blank(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The fallback up to the next `??`. A `??` inside of quotes belongs to the fallback.
fn first_literal(fallback: &str) -> &str {
    let trimmed = fallback.trim();
    let literal = quoted(trimmed).and_then(|(_, length)| trimmed.split_at_checked(length));
    match literal {
        Some((literal, rest)) if rest.is_empty() || rest.trim_start().starts_with("??") => literal,
        _ => fallback.split("??").next().unwrap_or_default(),
    }
}
