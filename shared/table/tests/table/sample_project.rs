//! A project with items of every kind, made as requests and SES's events make them.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::SignedDuration;
use posthorn_errors::FieldErrors;
use posthorn_table::{
    NOUNS, Noun, Timestamp, Uuid,
    contact::{self, Mark, Subscription},
    data::Data,
    email::{Email, Outcome, ReportedStatus, Status as EmailStatus},
    event::Event,
    idempotency::{Attempt, Claim, IdempotencyScope},
    notice::Notice,
    project::{Disabled, Project, Status},
    statistics::Hour,
};
use posthorn_testkit::backends::{Backends, Item};
use serde_json::{Map, json};

pub(crate) const ADDRESS: &str = "ada@example.com";

/// Some data to keep.
pub(crate) fn data() -> Data {
    Data::check(Some(&json!({"name": "Ada", "signed_up_at": "2025-11-30T10:30:00Z"})), &mut FieldErrors::default())
}

/// The project, after each of its items was made and changed.
pub(crate) async fn sample_project(backends: &Backends) -> Project {
    let (table, now) = (&backends.table, backends.clock.now());
    let project = backends.project(|_| {}).await.project;
    let id = project.facts.id;
    table.claim_domain("mail.example.com", id, now).await.unwrap();
    contact_and_event(backends, id, now).await;
    email(backends, id, now).await;
    let (attempt, scope) = (Attempt::begin([1; 16], now), IdempotencyScope::new(id, "send", "key"));
    table.claim(&scope, Claim::new("POST /v1/send".to_owned(), b"{}", vec![], &attempt)).await.unwrap();
    let next = Attempt::begin([2; 16], now + SignedDuration::from_mins(2));
    let claim = table.find_claim(&scope, now).await.unwrap().unwrap();
    table.take_over(&scope, &claim, &next).await.unwrap();
    table.reserve_usage(id, now, 1, 100).await.unwrap();
    table.count_sent(id, 0, Hour { epoch: 0, at: now }, 1).await.unwrap();
    table.record_heartbeat(now).await.unwrap();
    let project = disabled(backends, project, now).await;
    let made = backends.items().await;
    for noun in NOUNS {
        assert!(made.values().any(|item| noun_of(item) == noun), "no item of {noun:?} was made");
    }
    project
}

/// The kind of an item that was read.
pub(crate) fn noun_of(item: &Item) -> Noun {
    let text = |name: &str| item[name].as_s().unwrap();
    Noun::of(text("pk"), text("sk")).unwrap_or_else(|| panic!("{item:?} is of no kind"))
}

async fn contact_and_event(backends: &Backends, project: Uuid, now: Timestamp) {
    let (table, data) = (&backends.table, data());
    table.merge_contact(project, ADDRESS, Subscription::Keep { when_new: true }, &data, now).await.unwrap();
    for mark in [Mark::Bounced, Mark::Complained, Mark::NotSpam] {
        table.mark_contact(project, ADDRESS, mark, now, now).await.unwrap();
    }
    let contact = contact::id(project, ADDRESS);
    let event = Event { id: "0", contact, project, name: "signed-up", data: &Map::new(), created_at: now };
    table.record_event(&event).await.unwrap();
}

async fn email(backends: &Backends, project: Uuid, now: Timestamp) {
    let table = &backends.table;
    let email = Email {
        id: Uuid::from_u128(1),
        project,
        epoch: 0,
        contact: contact::id(project, ADDRESS),
        to: ADDRESS.to_owned(),
        status: EmailStatus::Pending,
        error: None,
        message_id: None,
        nonce: "nonce".to_owned(),
        created_at: now,
    };
    table.permit_email(&email).await.unwrap();
    table.settle_email(email.id, "nonce", EmailStatus::Sent, &Outcome::default(), now).await.unwrap();
    table.record_report(email.id, ReportedStatus::Delivered, now, "m").await.unwrap();
    table.record_report(email.id, ReportedStatus::Delayed, now, "m").await.unwrap();
}

/// Replaces a key, and disables the project with an announcement that is published.
async fn disabled(backends: &Backends, project: Project, now: Timestamp) -> Project {
    let (table, mut next) = (&backends.table, project.clone());
    next.version += 1;
    next.facts.status = Status::Disabled;
    next.disabled = Some(Disabled { at: now, reason: "test".to_owned(), figures: None });
    next.keys[0].retires_at = Some(now + SignedDuration::from_hours(24));
    let notice = Notice {
        name: Notice::name(0, "bounce", "stop", 1),
        project: project.facts.id,
        at: now,
        title: "title".to_owned(),
        message: "{}".to_owned(),
        published_at: None,
    };
    let warning = Notice { name: Notice::name(0, "bounce", "warning", 1), ..notice.clone() };
    table.change_project(Some(&project), &next, Some(&notice)).await.unwrap();
    table.mark_published(&notice, now).await.unwrap();
    table.record_notice(&warning, &next.facts).await.unwrap();
    assert!(table.lease_notice(&warning, "nonce", now).await.unwrap());
    next
}

/// Each text in an item and its maps and lists, with the name of its attribute.
pub(crate) fn texts<'a>(name: &'a str, value: &'a AttributeValue) -> Vec<(&'a str, &'a str)> {
    match value {
        AttributeValue::S(text) => vec![(name, text)],
        AttributeValue::L(values) => values.iter().flat_map(|value| texts(name, value)).collect(),
        AttributeValue::M(entries) => entries.iter().flat_map(|(name, value)| texts(name, value)).collect(),
        _ => vec![],
    }
}
