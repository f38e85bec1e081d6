//! Filters that write a text in other characters: Base64 and percent signs.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{self, GeneralPurpose, GeneralPurposeConfig};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::{Call, Failure};
use crate::value::Value;

/// Base64 with or without the `=` at its end.
const UNPADDED: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
/// All but the characters that mean nothing in an address (RFC 3986, section 2.3).
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// All but the characters that an address as a whole may have.
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

pub(super) fn base64_encode(call: &Call) -> Result<Value, Failure> {
    Ok(Value::text(general_purpose::STANDARD.encode(call.text().as_bytes())))
}

pub(super) fn base64_url_safe_encode(call: &Call) -> Result<Value, Failure> {
    Ok(Value::text(general_purpose::URL_SAFE.encode(call.text().as_bytes())))
}

pub(super) fn base64_decode(call: &Call) -> Result<Value, Failure> {
    decoded(&general_purpose::STANDARD, &call.text())
}

/// Reads both alphabets, as Ruby does.
pub(super) fn base64_url_safe_decode(call: &Call) -> Result<Value, Failure> {
    decoded(&UNPADDED, &call.text().replace('-', "+").replace('_', "/"))
}

fn decoded(engine: &GeneralPurpose, text: &str) -> Result<Value, Failure> {
    let bytes = engine.decode(text).map_err(|_| Failure::Unfit("The input is not valid Base64."))?;
    let text = String::from_utf8(bytes).map_err(|_| Failure::Unfit("The Base64 input does not stand for text."))?;
    Ok(Value::text(text))
}

/// The text as a part of an address' query, with `+` for blanks.
pub(super) fn url_encode(call: &Call) -> Result<Value, Failure> {
    let text = call.text();
    call.pay_for_growth(&text)?;
    let mut out = String::with_capacity(text.len());
    for (index, part) in text.split(' ').enumerate() {
        out.push_str(if index > 0 { "+" } else { "" });
        out.extend(utf8_percent_encode(part, COMPONENT));
    }
    Ok(Value::text(out))
}

pub(super) fn url_decode(call: &Call) -> Result<Value, Failure> {
    let text = call.text().replace('+', " ");
    let decoded = percent_decode_str(&text).decode_utf8();
    decoded.map(Value::text).map_err(|_| Failure::Unfit("The percent signs of the input do not stand for text."))
}

/// The text as an address: only what no address may have is written with percent signs.
pub(super) fn uri_escape(call: &Call) -> Result<Value, Failure> {
    let text = call.text();
    call.pay_for_growth(&text)?;
    Ok(Value::text(utf8_percent_encode(&text, ADDRESS).to_string()))
}
