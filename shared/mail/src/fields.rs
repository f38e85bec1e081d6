//! Addresses as requests write them.

use posthorn_errors::{FieldCode, Fields, Object, Text};
use serde_json::Value;

use crate::{
    address::Address,
    mailbox::{MAX_BYTES, Mailbox},
};

/// The rule for every name of a person or a project.
pub const NAME: Text = Text { least: 1, most: 256, control: false };

/// The address in a field that must be a plain address, if it is there and one.
pub fn address(object: &Object<'_>, name: &str, wrong: &mut Fields) -> Option<Address> {
    let text = object.string(name, wrong)?;
    parse(text, object.path(name), wrong)
}

/// The name in a field that may hold one. `""` is no name.
pub fn name<'a>(object: &Object<'a>, field: &str, wrong: &mut Fields) -> Option<&'a str> {
    object.get(field).filter(|value| *value != "")?;
    object.text(field, NAME, wrong)
}

/// The mailbox in a value that may be an address or `{email, name?}`.
pub fn mailbox(value: &Value, path: &str, wrong: &mut Fields) -> Option<Mailbox> {
    match value {
        Value::String(text) => Some(Mailbox { address: parse(text, path.to_owned(), wrong)?, name: None }),
        Value::Object(fields) => {
            let object = Object::at(path, fields);
            if object.get("email").is_none() {
                object.required("email", wrong);
            }
            let name = name(&object, "name", wrong).map(str::to_owned);
            let mailbox = Mailbox { address: address(&object, "email", wrong)?, name };
            check_length(&mailbox, object.path("name"), wrong);
            Some(mailbox)
        }
        _ => {
            let message = "Must be an email address, or an object with email and perhaps name.";
            wrong.wrong(path, FieldCode::InvalidType, message);
            None
        }
    }
}

/// Notes at the path of the name that the mail service does not take the address with it.
pub fn check_length(mailbox: &Mailbox, path: String, wrong: &mut Fields) {
    if !mailbox.fits() {
        let message = format!("Is too long: once encoded, it must take at most {MAX_BYTES} bytes with its address.");
        wrong.wrong(path, FieldCode::TooLong, message);
    }
}

fn parse(text: &str, path: String, wrong: &mut Fields) -> Option<Address> {
    Address::parse(text).map_err(|error| wrong.wrong(path, FieldCode::InvalidEmail, error.to_string())).ok()
}
