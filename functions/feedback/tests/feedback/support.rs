//! A project, its emails, and SES's events of them in few words.

use std::{collections::BTreeMap, time::Duration};

use aws_lambda_events::sqs::SqsEvent;
use feedback::{App, handle};
use jiff::{SignedDuration, Timestamp};
use posthorn_auth::reputation::{Counts, Rule};
use posthorn_lambda::env::monotonic_now;
use posthorn_table::{
    Uuid,
    contact::{self, Contact},
    email::{Email, Outcome, Status},
    notice::Notice,
    project::Project,
    statistics::{Hour, shard_of},
};
use posthorn_testkit::{
    backends::{Backends, Item, TestProject},
    feedback::{sns_envelope, sqs_event, sqs_record},
    permissions::Permissions,
};
use serde_json::{Value, json};

pub(crate) struct World {
    pub(crate) backends: Backends,
    pub(crate) app: App,
    pub(crate) project: TestProject,
    pub(crate) permissions: Permissions,
    /// The time that a batch may take.
    pub(crate) patience: Duration,
}

impl World {
    pub(crate) async fn new() -> Self {
        let backends = Backends::start().await;
        let project = backends.project(|_| {}).await;
        Self::over(backends, project)
    }

    pub(crate) fn over(backends: Backends, project: TestProject) -> Self {
        let permissions = Permissions::of("FeedbackFunction");
        let function = backends.as_function(&permissions);
        let app = App {
            env: function.env,
            table: function.table,
            rule: Rule::default(),
            alerts: Some(function.alerts),
            heartbeat: feedback::Heartbeat::default(),
        };
        Self { backends, app, project, permissions, patience: Duration::from_secs(20) }
    }

    pub(crate) fn id(&self) -> Uuid {
        self.project.project.facts.id
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.backends.clock.now()
    }

    pub(crate) fn wait(&self, by: SignedDuration) {
        self.backends.clock.advance(by);
    }

    /// An email that was sent now, as `send` leaves it.
    pub(crate) async fn sent(&self, number: u32, to: &str) -> Email {
        let email = self.permitted(number, to).await;
        let outcome = Outcome { message_id: Some("ses-1"), subject: Some("Hello"), ..Outcome::default() };
        self.backends.table.settle_email(email.id, &email.nonce, Status::Sent, &outcome, self.now()).await.unwrap();
        if !to.ends_with("@simulator.amazonses.com") {
            let hour = Hour { epoch: email.epoch, at: self.now() };
            self.backends.table.count_sent(self.id(), shard_of(email.id), hour, 1).await.unwrap();
        }
        email
    }

    /// An email whose hand-over never came to an end.
    pub(crate) async fn permitted(&self, number: u32, to: &str) -> Email {
        let email = Email {
            id: Uuid::from_u128(u128::from(number)),
            project: self.id(),
            epoch: self.stored().await.facts.epoch,
            contact: contact::id(self.id(), to),
            to: to.to_owned(),
            status: Status::Pending,
            error: None,
            message_id: None,
            nonce: "nonce".to_owned(),
            created_at: self.now(),
        };
        self.backends.table.permit_email(&email).await.unwrap();
        email
    }

    /// Counts `count` more sent emails.
    pub(crate) async fn sent_many(&self, count: u64) {
        let hour = Hour { epoch: self.stored().await.facts.epoch, at: self.now() };
        self.backends.table.count_sent(self.id(), 0, hour, count).await.unwrap();
    }

    /// Gives events to the function in one batch; the numbers of those that failed.
    pub(crate) async fn feed(&self, events: &[Value]) -> Vec<usize> {
        let bodies: Vec<String> = events.iter().map(|event| sns_envelope(event, "sns-1", self.now())).collect();
        self.feed_bodies(&bodies).await
    }

    pub(crate) async fn feed_bodies(&self, bodies: &[String]) -> Vec<usize> {
        let records: Vec<Value> =
            bodies.iter().enumerate().map(|(number, body)| sqs_record(body, &number.to_string())).collect();
        let batch: SqsEvent = serde_json::from_value(sqs_event(&records)).unwrap();
        let response = handle(&self.app, batch, monotonic_now() + self.patience).await;
        response.batch_item_failures.iter().map(|failure| failure.item_identifier.parse().unwrap()).collect()
    }

    /// Handles records of which none may fail.
    pub(crate) async fn takes(&self, events: &[Value]) {
        assert_eq!(self.feed(events).await, [0_usize; 0]);
    }

    pub(crate) async fn stored(&self) -> Project {
        self.backends.table.project(self.id()).await.unwrap().unwrap()
    }

    pub(crate) async fn status(&self, email: &Email) -> Status {
        self.backends.table.email(email.id).await.unwrap().unwrap().status
    }

    pub(crate) async fn contact(&self, email: &str) -> Option<Contact> {
        self.backends.table.contact(self.id(), email).await.unwrap()
    }

    pub(crate) async fn counts(&self) -> Counts {
        self.counts_in(self.stored().await.facts.epoch).await
    }

    pub(crate) async fn counts_in(&self, epoch: u32) -> Counts {
        let hours = self.backends.table.window(self.id(), epoch, self.now(), 0).await.unwrap();
        Counts::in_window(&hours, self.now())
    }

    pub(crate) async fn notices(&self) -> Vec<Notice> {
        self.backends.table.notices(self.id()).await.unwrap()
    }

    /// The names of the notices without the epoch's zeros, such as `0 bounce warning 1`.
    pub(crate) async fn notice_names(&self) -> Vec<String> {
        let short = |name: &str| {
            let part = |part: &str| part.parse::<u32>().map_or_else(|_| part.to_owned(), |number| number.to_string());
            let parts: Vec<String> = name.split('#').map(part).collect();
            parts.join(" ")
        };
        self.notices().await.iter().map(|notice| short(&notice.name)).collect()
    }

    /// The messages that SNS got, as JSON, in the order they came.
    pub(crate) fn announced(&self) -> Vec<Value> {
        self.backends.sns.published().iter().map(|one| serde_json::from_str(&one.message).unwrap()).collect()
    }

    /// The types of what SNS was told, in the order it came.
    pub(crate) fn announced_types(&self) -> Vec<String> {
        self.announced().iter().map(|one| one["type"].as_str().unwrap().to_owned()).collect()
    }

    /// Emails, contacts and statistics, without the times at which they were written.
    pub(crate) async fn state(&self) -> BTreeMap<String, Item> {
        let mut items = self.backends.items().await;
        items.retain(|key, _| ["EMAIL#", "CONTACT#", "STATS#"].iter().any(|kind| key.starts_with(kind)));
        for (_, item) in items.iter_mut().filter(|(key, _)| key.starts_with("CONTACT#")) {
            item.retain(|name, _| name != "created_at" && name != "updated_at");
        }
        items
    }
}

/// The part every event has.
fn mail(email: &Email) -> Value {
    json!({
        "timestamp": "2025-11-30T10:30:00.000Z",
        "messageId": "ses-1",
        "source": "hello@example.com",
        "destination": [email.to],
        "tags": {
            "ses:configuration-set": ["posthorn"],
            "posthorn-project": [email.project],
            "posthorn-email": [email.id],
        },
    })
}

/// `seconds` past the mail's own time.
fn time(seconds: u32) -> String {
    format!("2025-11-30T10:{:02}:{:02}.000Z", 30 + seconds / 60, seconds % 60)
}

/// An event of a type that has an object of its own with a time in it.
pub(crate) fn event(kind: &str, object: &str, email: &Email, seconds: u32) -> Value {
    json!({"eventType": kind, "mail": mail(email), (object): {"timestamp": time(seconds)}})
}

pub(crate) fn bounce(email: &Email, kind: &str, sub_type: &str, seconds: u32) -> Value {
    json!({
        "eventType": "Bounce",
        "mail": mail(email),
        "bounce": {
            "bounceType": kind,
            "bounceSubType": sub_type,
            "bouncedRecipients": [{"emailAddress": email.to, "action": "failed", "status": "5.1.1"}],
            "timestamp": time(seconds),
            "feedbackId": format!("feedback-{}-{seconds}", email.id),
        },
    })
}

pub(crate) fn hard_bounce(email: &Email) -> Value {
    bounce(email, "Permanent", "General", 1)
}

/// `feedback` is SES's `complaintFeedbackType`.
pub(crate) fn complaint(email: &Email, feedback: &str, seconds: u32) -> Value {
    json!({
        "eventType": "Complaint",
        "mail": mail(email),
        "complaint": {
            "complainedRecipients": [{"emailAddress": email.to}],
            "complaintFeedbackType": feedback,
            "timestamp": time(seconds),
            "feedbackId": format!("feedback-{}-{seconds}", email.id),
        },
    })
}
