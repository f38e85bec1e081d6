//! Values in HTML: each is written so that it stays where the author of the template put it.
//!
//! While a template is parsed, a [`Tracker`] follows its text as HTML's tokenizer does and knows the [`Context`] of every
//! output; [`admitted`] and [`write()`] then write a value for its context:
//!
//! | Context | A value |
//! | --- | --- |
//! | text, comment | has `& < > " '` escaped |
//! | attribute's value in quotes | the same |
//! | attribute's value without quotes | the same, and white space, `=` and the backtick |
//! | value of an address (`href`, `src`, `action`, `srcset` …) | the same, and nothing is written of a value with which the address would be `javascript:`, `vbscript:` or `data:` |
//! | inside of a tag | is reduced to the names in it (`selected`, `checked disabled`), without `on…` and `srcdoc` |
//! | script, `on…` attribute | is escaped as part of a string of JavaScript or JSON; the result of the filter `json` is whole by itself |
//! | style sheet | has `<` escaped, so that it cannot end the style sheet |
//! | any of these, where the branches of an `if` end in different places | is escaped so that it is safe in each |
//!
//! Markup, whose values were escaped when it was made, is written as it is in text. In an attribute its quotes, `<` and `>`
//! are escaped; in an address it is judged as data is; in a tag it is written if it is a list of attributes with quotes.
//!
//! Conditional comments for Outlook hold markup, and so does everything between them.
//!
//! **Not covered**: CSS, that is, a value in a `style` attribute or a style sheet may add declarations; scripts outside of
//! their strings; addresses in places that are no address attribute (`url(…)` in CSS, `<meta http-equiv=refresh>`, attributes
//! of SVG animations); markup in `srcdoc`; addresses that lead to a bad place by `https:`; and everything that the author asks
//! for by `raw`.

mod escape;
mod link;
mod names;
mod state;
mod tag;
mod tracker;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::convert::Infallible;

use escape::Form;
pub(crate) use tracker::Tracker;

/// Units of work for judging a value, however short.
const JUDGEMENT: usize = 1_000;

/// A place in HTML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Text,
    /// In the value of an attribute, between these quotes.
    Quoted(char),
    /// In the value of an attribute that has no quotes.
    Unquoted,
    ElementName,
    /// In a tag, where attributes have their names.
    AttributeName,
    /// In the value of an attribute that is a script, between quotes.
    Handler,
    /// In the value of an attribute that is a script, without quotes.
    UnquotedHandler,
    Script,
    Style,
    /// Any of these: the branches of an `if` ended differently.
    Doubt,
}

/// The addresses that an attribute's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Link {
    No,
    One,
    Many,
    /// One or many: the attribute is not known.
    Any,
}

/// The context of an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Context {
    place: Place,
    link: Link,
    /// True in a comment. A conditional comment also has a place inside of it.
    in_comment: bool,
    /// True in text that no tag can stand in, as in `<title>`.
    is_raw_text: bool,
    /// True if the value is JSON, whose quotes belong to it in a script.
    is_json: bool,
}

impl Context {
    /// Text of a body.
    #[cfg(test)]
    pub(crate) const TEXT: Context =
        Context { place: Place::Text, link: Link::No, in_comment: false, is_raw_text: false, is_json: false };

    /// Any place.
    pub(crate) const DOUBT: Context =
        Context { place: Place::Doubt, link: Link::Any, in_comment: true, is_raw_text: true, is_json: false };

    /// True for text between tags, where there may be tags.
    pub(crate) fn is_text(self) -> bool {
        self.place == Place::Text && !self.is_raw_text
    }

    /// This place for a value that is JSON.
    pub(crate) fn of_json(self) -> Context {
        Context { is_json: true, ..self }
    }

    /// Units of work for judging a value of this length together with the output before it, or word by word: 4 instructions each.
    pub(crate) fn work_of_judging(self, len: usize) -> usize {
        let for_each_byte = match (self.place, self.link) {
            (Place::ElementName | Place::AttributeName | Place::Doubt, _) | (_, Link::Many | Link::Any) => 60,
            (Place::Unquoted | Place::Handler | Place::UnquotedHandler | Place::Script | Place::Style, _) => 20,
            (_, Link::One) => 1,
            _ => return 0,
        };
        len.saturating_mul(for_each_byte).saturating_add(JUDGEMENT)
    }

    /// The context of a value that is here or there: it is safe in both.
    fn and(self, other: Context) -> Context {
        let place = match (self.place, other.place) {
            (one, two) if one == two => one,
            (Place::ElementName, Place::AttributeName) | (Place::AttributeName, Place::ElementName) => {
                Place::ElementName
            }
            _ => Place::Doubt,
        };
        let link = match (self.link, other.link) {
            (Link::No, link) | (link, Link::No) => link,
            (one, two) if one == two => one,
            _ => Link::Any,
        };
        Context {
            place,
            link,
            in_comment: self.in_comment || other.in_comment,
            is_raw_text: self.is_raw_text || other.is_raw_text,
            is_json: false,
        }
    }
}

/// The origin of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Data.
    Text,
    /// HTML of the template, in which data was escaped for text.
    Markup,
}

/// The part of `value` that may be written in its context at all, which [`write()`] then writes. `before` is the output
/// so far.
pub(crate) fn admitted<'v>(value: &'v str, trust: Trust, context: Context, before: &str) -> Cow<'v, str> {
    match context.place {
        _ if context.link != Link::No => link::harmless(value, trust, context, before),
        Place::AttributeName if trust == Trust::Markup && names::is_harmless_list(value, link::is_harmful) => {
            value.into()
        }
        Place::ElementName => names::harmless_names(value, true, before).into(),
        Place::AttributeName => names::harmless_names(value, false, before).into(),
        _ => value.into(),
    }
}

/// Passes `value`, which was [`admitted`], to `write`, in pieces, escaped for its context.
pub(crate) fn write<E>(
    value: &str,
    trust: Trust,
    context: Context,
    mut write: impl FnMut(&str) -> Result<(), E>,
) -> Result<(), E> {
    if matches!(context.place, Place::ElementName | Place::AttributeName) {
        return write(value);
    }
    let (body, last) = split_comment_end(value, context.in_comment);
    let form = match (context.place, trust) {
        (Place::Text | Place::Script | Place::Style, Trust::Markup) => {
            write(body)?;
            return write(last);
        }
        (Place::Script, Trust::Text) if context.is_json => Form::Json,
        (Place::Script | Place::Handler, Trust::Text) => Form::Script,
        (Place::Style, _) => Form::Style,
        (Place::UnquotedHandler, _) => Form::UnquotedScript,
        (Place::Unquoted, _) => Form::Unquoted,
        (Place::Doubt, _) => Form::Doubt,
        _ => Form::Text,
    };
    // In doubt the first character is a reference, for that is no beginning of a name.
    let is_name = form == Form::Doubt && body.starts_with(|c: char| c.is_ascii_alphanumeric());
    let (first, rest) = body.split_at(usize::from(is_name));
    first.bytes().try_for_each(|byte| write(&format!("&#{byte};")))?;
    escape::pieces(rest, trust, form, &mut write)?;
    write(last)
}

/// Splits the value before a last character that could end a comment together with what follows, and has that escaped.
fn split_comment_end(value: &str, in_comment: bool) -> (&str, &'static str) {
    match (in_comment, value.strip_suffix('-'), value.strip_suffix('!')) {
        (true, Some(body), _) => (body, "&#45;"),
        (true, _, Some(body)) => (body, "&#33;"),
        _ => (value, ""),
    }
}

/// The text escaped for HTML.
pub(crate) fn escape(text: &str) -> String {
    escaped(text, Trust::Text)
}

/// HTML escaped so that its tags are seen. Its character references stay: they stand for data that was escaped already.
pub(crate) fn escape_markup(html: &str) -> String {
    escaped(html, Trust::Markup)
}

fn escaped(text: &str, trust: Trust) -> String {
    let mut out = String::with_capacity(text.len());
    let Ok(()) = escape::pieces(text, trust, Form::Text, &mut |piece: &str| {
        out.push_str(piece);
        Ok::<(), Infallible>(())
    });
    out
}

/// The text escaped for HTML, except that the character references in it stay.
pub(crate) fn escape_once(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, part) in text.split('&').enumerate() {
        if index > 0 {
            out.push_str(if is_reference(part) { "&" } else { "&amp;" });
        }
        out.push_str(&escape(part));
    }
    out
}

/// True if `text` begins as a character reference goes on behind its `&`.
fn is_reference(text: &str) -> bool {
    let Some((name, _)) = text.split_once(';') else { return false };
    match name.strip_prefix('#') {
        Some(digits) => !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()),
        None => !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric()),
    }
}
