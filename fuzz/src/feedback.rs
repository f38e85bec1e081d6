//! SES's reports, from the record in the queue to the items that are stored.

use std::{collections::BTreeMap, time::Duration};

use aws_lambda_events::sqs::SqsEvent;
use posthorn_lambda::env::monotonic_now;
use posthorn_mail::feedback::{EventKind, parse};
use posthorn_table::{
    contact,
    email::{Email, Status},
};
use posthorn_testkit::{
    backends::Item,
    events::EMAIL,
    feedback::{sqs_event, sqs_record},
};
use serde_json::Value;

use crate::{
    log,
    world::{World, with_world},
};

const RECIPIENT: &str = "ada@example.org";

/// Takes the body of a record, raw or in SNS's envelope. The function accepts it or gives it back, and the same record again
/// changes nothing more.
pub fn feedback(bytes: &[u8]) {
    let Ok(body) = std::str::from_utf8(bytes) else { return };
    with_world(|world| {
        world.runtime.block_on(store_email(world));
        let _set_up = world.take_changed();
        let accepted = deliver(world, body);
        let changed = world.take_changed();
        assert!(accepted || !changed, "an event that was given back changed something");
        let once = state(world);
        assert_eq!(deliver(world, body), accepted);
        let _again = world.take_changed();
        assert_eq!(state(world), once, "the second time changed something");
        world.discard();
    });
}

/// Takes an event of SES. If it can be read, the recipients that it names are those of the mail, and no `Debug` shows an address.
pub fn ses_event(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match parse(text) {
        Ok(event) => {
            let recipients = match &event.kind {
                EventKind::Bounce(bounce) => &bounce.recipients[..],
                EventKind::Complaint(complaint) => &complaint.recipients[..],
                _ => &[],
            };
            let lower = text.to_lowercase();
            assert!(recipients.iter().all(|address| address.as_str().is_ascii()));
            assert!(recipients.is_empty() || lower.contains("destination") || lower.contains("\\u"));
            assert!(!format!("{:?}", event.kind).contains('@'));
            if let EventKind::Other(name) = &event.kind {
                assert!(name.len() <= 40 && !name.contains(|c: char| c.is_control() || !c.is_ascii()), "{name:?}");
            }
            assert_eq!(parse(text), Ok(event));
        }
        Err(error) => assert!(error.to_string().len() < 50),
    }
}

/// The email that the files of `events/feedback` are about, as `send` leaves it before SES answers.
async fn store_email(world: &World) {
    let project = world.project.facts.id;
    let email = Email {
        id: EMAIL,
        project,
        epoch: 0,
        contact: contact::id(project, RECIPIENT),
        to: RECIPIENT.to_owned(),
        status: Status::Pending,
        error: None,
        message_id: None,
        nonce: "nonce".to_owned(),
        created_at: world.backends.clock.now(),
    };
    world.backends.table.permit_email(&email).await.expect("a stored email");
}

/// Gives a record to the function. True if the function accepts it.
fn deliver(world: &World, body: &str) -> bool {
    log::listen();
    let batch: SqsEvent = serde_json::from_value(sqs_event(&[sqs_record(body, "0")])).expect("an event of SQS");
    let deadline = monotonic_now() + Duration::from_secs(20);
    let response = world.runtime.block_on(world.functions.deliver(batch, deadline));
    log::check(&Value::String(body.to_owned()));
    response.batch_item_failures.is_empty()
}

/// The emails, contacts and statistics, without the times at which they were written.
fn state(world: &World) -> BTreeMap<String, Item> {
    let mut items = world.items().clone();
    items.retain(|key, _| ["EMAIL#", "CONTACT#", "STATS#"].iter().any(|kind| key.starts_with(kind)));
    for item in items.values_mut() {
        item.retain(|name, _| name != "updated_at");
    }
    items
}
