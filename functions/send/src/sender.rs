//! The sender of a message. Pure.

use posthorn_errors::{Code, Failure, Result};
use posthorn_mail::{address::Address, mailbox::Mailbox};
use posthorn_table::project::ProjectFacts;

use crate::request::SendRequest;

/// The sender of a request: its own or the project's default, under its own name, the request's or the project's. The
/// project's name is left out where it is too long for the mail service beside this address: it is not the caller's to change.
///
/// # Errors
/// `SENDER_NOT_VERIFIED` unless the address is at one of the project's domains or a sub-domain of one.
pub(crate) fn sender(request: &SendRequest, project: &ProjectFacts) -> Result<Mailbox> {
    let given = match &request.from {
        Some(from) => from.clone(),
        None => Mailbox { address: default_sender(project)?, name: None },
    };
    if !given.address.is_at(&project.domains) {
        return Err(Code::SenderNotVerified.into());
    }
    let own = given.name.or_else(|| request.name.clone());
    let sender = Mailbox { name: Some(own.unwrap_or_else(|| project.name.clone())), ..given };
    Ok(if sender.fits() { sender } else { Mailbox { name: None, ..sender } })
}

fn default_sender(project: &ProjectFacts) -> Result<Address> {
    let address = project.default_sender.as_deref().and_then(|address| Address::parse(address).ok());
    address.ok_or_else(|| Failure::new(Code::InternalServerError).because("the project's default sender is no address"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use posthorn_table::{Uuid, project::Status};

    fn project() -> ProjectFacts {
        ProjectFacts {
            id: Uuid::nil(),
            name: "Acme".into(),
            status: Status::Active,
            epoch: 0,
            domains: vec!["example.com".into()],
            default_sender: Some("hello@example.com".into()),
            monthly_limit: None,
        }
    }

    fn check(extra: &Value) -> Result<String, Code> {
        let mut body = json!({"to": "a@x.co", "subject": "s", "body": "b"});
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let request = SendRequest::check(body.as_object().unwrap(), Some("hello@example.com")).ok().unwrap();
        sender(&request, &project()).map(|sender| sender.to_header()).map_err(|failure| failure.code())
    }

    #[test]
    fn the_nearest_name_and_address_win() {
        for (extra, expected) in [
            (json!({}), "\"Acme\" <hello@example.com>"),
            (json!({"name": "Ada"}), "\"Ada\" <hello@example.com>"),
            (json!({"from": "ada@mail.example.com", "name": "Ada"}), "\"Ada\" <ada@mail.example.com>"),
            (json!({"from": {"email": "a@example.com", "name": "A"}, "name": "B"}), "\"A\" <a@example.com>"),
        ] {
            assert_eq!(check(&extra), Ok(expected.to_owned()));
        }
        assert_eq!(check(&json!({"from": "a@notexample.com"})), Err(Code::SenderNotVerified));
    }
}
