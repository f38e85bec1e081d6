//! Reads the addresses and names of requests.

use posthorn_errors::{FieldCode, FieldErrors, Limit, Object, Text};
use serde_json::Value;

use crate::{
    address::Address,
    mailbox::{MAX_BYTES, Mailbox},
};

/// The rule for every name of a person or a project.
pub const NAME: Text = Text { limit: Limit::characters(1, 256), control: false };

/// The address in a field that must be a plain address, `None` if it is missing or wrong.
pub fn address(object: &Object<'_>, name: &str, errors: &mut FieldErrors) -> Option<Address> {
    let text = object.string(name, errors)?;
    parse(text, object.path(name), errors)
}

/// The name in a field that may have one. An empty name counts as missing.
pub fn name<'a>(object: &Object<'a>, field: &str, errors: &mut FieldErrors) -> Option<&'a str> {
    object.get(field).filter(|value| *value != "")?;
    object.text(field, NAME, errors)
}

/// The mailbox in a value that is an address or `{email, name?}`.
pub fn mailbox(value: &Value, path: &str, errors: &mut FieldErrors) -> Option<Mailbox> {
    match value {
        Value::String(text) => Some(Mailbox { address: parse(text, path.to_owned(), errors)?, name: None }),
        Value::Object(fields) => {
            let object = Object::at(path, fields);
            if object.get("email").is_none() {
                object.required("email", errors);
            }
            let name = name(&object, "name", errors).map(str::to_owned);
            let mailbox = Mailbox { address: address(&object, "email", errors)?, name };
            check_length(&mailbox, object.path("name"), errors);
            Some(mailbox)
        }
        _ => {
            let message = "Must be an email address, or an object with email and perhaps name.";
            errors.push(path, FieldCode::InvalidType, message);
            None
        }
    }
}

/// Adds an error at the path of the name if SES does not accept the address with this name.
pub fn check_length(mailbox: &Mailbox, path: String, errors: &mut FieldErrors) {
    if !mailbox.fits() {
        let message = format!("Is too long: once encoded, it must take at most {MAX_BYTES} bytes with its address.");
        errors.push(path, FieldCode::TooLong, message);
    }
}

fn parse(text: &str, path: String, errors: &mut FieldErrors) -> Option<Address> {
    Address::parse(text).map_err(|error| errors.push(path, FieldCode::InvalidEmail, error.to_string())).ok()
}
