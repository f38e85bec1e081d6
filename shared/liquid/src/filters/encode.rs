//! Filters that write a text in other characters: Base64 and percent signs.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{self, GeneralPurpose, GeneralPurposeConfig};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::call::{FilterCall, FilterError};
use crate::value::Value;

/// Decodes Base64 with or without the `=` at its end.
const UNPADDED: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
/// All characters except the unreserved ones of a URI (RFC 3986, section 2.3).
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// All characters except those that a whole URI may have.
const ADDRESS: &AsciiSet = &COMPONENT
    .remove(b';')
    .remove(b',')
    .remove(b'/')
    .remove(b'?')
    .remove(b':')
    .remove(b'@')
    .remove(b'&')
    .remove(b'=')
    .remove(b'+')
    .remove(b'$')
    .remove(b'!')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'#')
    .remove(b'[')
    .remove(b']');

pub(super) fn base64_encode(call: &FilterCall) -> Result<Value, FilterError> {
    Ok(Value::text(general_purpose::STANDARD.encode(call.text().as_bytes())))
}

pub(super) fn base64_url_safe_encode(call: &FilterCall) -> Result<Value, FilterError> {
    Ok(Value::text(general_purpose::URL_SAFE.encode(call.text().as_bytes())))
}

pub(super) fn base64_decode(call: &FilterCall) -> Result<Value, FilterError> {
    decoded(&general_purpose::STANDARD, &call.text())
}

/// Decodes both alphabets of Base64, as Ruby does.
pub(super) fn base64_url_safe_decode(call: &FilterCall) -> Result<Value, FilterError> {
    decoded(&UNPADDED, &call.text().replace('-', "+").replace('_', "/"))
}

fn decoded(engine: &GeneralPurpose, text: &str) -> Result<Value, FilterError> {
    let bytes = engine.decode(text).map_err(|_| FilterError::InvalidInput("The input is not valid Base64."))?;
    let text =
        String::from_utf8(bytes).map_err(|_| FilterError::InvalidInput("The Base64 input does not stand for text."))?;
    Ok(Value::text(text))
}

/// Writes the text as a part of a URI's query, with `+` for blanks.
pub(super) fn url_encode(call: &FilterCall) -> Result<Value, FilterError> {
    let text = call.text();
    call.pay_for_growth(&text)?;
    let mut out = String::with_capacity(text.len());
    for (index, part) in text.split(' ').enumerate() {
        out.push_str(if index > 0 { "+" } else { "" });
        out.extend(utf8_percent_encode(part, COMPONENT));
    }
    Ok(Value::text(out))
}

pub(super) fn url_decode(call: &FilterCall) -> Result<Value, FilterError> {
    let text = call.text().replace('+', " ");
    let decoded = percent_decode_str(&text).decode_utf8();
    decoded
        .map(Value::text)
        .map_err(|_| FilterError::InvalidInput("The percent signs of the input do not stand for text."))
}

/// Writes the text as a URI: only characters that no URI may have are percent-encoded.
pub(super) fn uri_escape(call: &FilterCall) -> Result<Value, FilterError> {
    let text = call.text();
    call.pay_for_growth(&text)?;
    Ok(Value::text(utf8_percent_encode(&text, ADDRESS).to_string()))
}
