//! Writes values into HTML so that each stays in the place where the template's author put it.
//!
//! While a template is parsed, a [`Tracker`] follows its text as an HTML tokenizer does, and so knows the [`Context`] of every
//! output. [`admissible`] and [`write()`] then write a value for its context:
//!
//! | Context | A value |
//! | --- | --- |
//! | text, comment | has `& < > " '` escaped |
//! | attribute's value in quotes | has `& < > " '` escaped |
//! | attribute's value without quotes | has `& < > " '` escaped, and white space, `=` and the backtick |
//! | value of an address (`href`, `src`, `action`, `srcset` …) | is escaped as in any attribute, and nothing is written of a value with which the address would be `javascript:`, `vbscript:` or `data:` |
//! | inside of a tag | is reduced to the names in it (`selected`, `checked disabled`), without `on…` and `srcdoc` |
//! | script, `on…` attribute | is escaped as part of a string of JavaScript or JSON; the result of the filter `json` is a whole value and keeps its quotes |
//! | style sheet | has `<` escaped, so that it cannot end the style sheet, and `>` too in a conditional comment |
//! | any of these, where the branches of an `if` end in different places | is escaped so that it is safe in each |
//!
//! A value that is HTML already is written unchanged into text, for the values in it were escaped when it was made. In an attribute
//! its quotes, `<` and `>` are escaped. In an address it is judged like data. Inside of a tag it is written if it is a list of
//! attributes with quotes.
//!
//! The tokenizer reads the inside of conditional comments for Outlook as markup, and everything between them too.
//!
//! **Not covered**: CSS, since a value in a `style` attribute or a style sheet may add declarations; scripts outside of their
//! strings; addresses outside of address attributes (`url(…)` in CSS, `<meta http-equiv=refresh>`, attributes of SVG animations);
//! markup in `srcdoc`; `https:` addresses that lead to a harmful site; and every value that the author prints with `raw`.

mod address;
mod context;
mod escape;
mod names;
mod state;
mod tag;
mod tracker;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::convert::Infallible;

use context::{Addresses, Place};
pub(crate) use context::{Context, Trust};
use escape::Escaping;
pub(crate) use tracker::Tracker;

/// The part of `value` that may be written in its context at all, for [`write()`]. `before` is the output so far.
pub(crate) fn admissible<'v>(value: &'v str, trust: Trust, context: Context, before: &str) -> Cow<'v, str> {
    match context.place {
        _ if context.addresses != Addresses::None => address::harmless_part(value, trust, context, before),
        Place::AttributeName if trust == Trust::Html && names::is_harmless_list(value, address::is_harmful) => {
            value.into()
        }
        Place::ElementName => names::harmless_names(value, true, before).into(),
        Place::AttributeName => names::harmless_names(value, false, before).into(),
        _ => value.into(),
    }
}

/// Passes `value`, which [`admissible`] returned, to `write` in pieces, escaped for its context.
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
        (Place::Text | Place::Script | Place::Style, Trust::Html) => {
            write(body)?;
            return write(last);
        }
        (Place::Script, Trust::Text) if context.is_json => Escaping::Json,
        (Place::Script | Place::Handler, Trust::Text) => Escaping::Script,
        (Place::Style, _) if context.in_comment => Escaping::CommentedStyle,
        (Place::Style, _) => Escaping::Style,
        (Place::UnquotedHandler, _) => Escaping::UnquotedScript,
        (Place::Unquoted, _) => Escaping::Unquoted,
        (Place::Unknown, _) => Escaping::Unknown,
        _ => Escaping::Text,
    };
    // In an unknown context the first character is written as a reference, since no name begins with one.
    let is_name = form == Escaping::Unknown && body.starts_with(|c: char| c.is_ascii_alphanumeric());
    let (first, rest) = body.split_at(usize::from(is_name));
    first.bytes().try_for_each(|byte| write(&format!("&#{byte};")))?;
    escape::pieces(rest, trust, form, &mut write)?;
    write(last)
}

/// Splits off a last character that could end a comment together with the text behind the value, and escapes it.
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

/// HTML escaped so that its tags are visible. The character references in it stay, for they stand for data that was escaped.
pub(crate) fn escape_tags(html: &str) -> String {
    escaped(html, Trust::Html)
}

fn escaped(text: &str, trust: Trust) -> String {
    let mut out = String::with_capacity(text.len());
    let Ok(()) = escape::pieces(text, trust, Escaping::Text, &mut |piece: &str| {
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

/// True if `text` begins with the rest of a character reference, behind its `&`.
fn is_reference(text: &str) -> bool {
    let Some((name, _)) = text.split_once(';') else { return false };
    match name.strip_prefix('#') {
        Some(digits) => !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()),
        None => !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric()),
    }
}
