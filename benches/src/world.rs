//! The functions in front of back ends in process, and what a call of theirs costs.

use std::time::Duration;

use posthorn_auth::{PlainKey, reputation::Rule};
use posthorn_lambda::env::monotonic_now;
use posthorn_mail::ses::Ses;
use posthorn_table::{Timestamp, statistics::Hour};
use posthorn_testkit::{
    backends::{Backends, TestProject, TestRequest, TestResponse},
    capacity::Units,
    feedback::{sns_envelope, sqs_event, sqs_record},
};
use serde_json::{Value, json};

/// A contact's address.
pub(crate) const ADA: &str = "ada@example.org";
/// Sent before anything is measured, so that no bounce here disables the project.
const SENT_BEFORE: u64 = 1_000_000;
/// Characters of a value that fills most of a request's data, and half of a contact's.
const LARGE: usize = 32_000;
/// The time of SES's events.
const TIME: &str = "2025-11-30T10:30:01.000Z";

/// One project and all functions.
pub(crate) struct World {
    pub(crate) backends: Backends,
    pub(crate) project: TestProject,
    track: track::App,
    send: send::App,
    rotate: regenerate_keys::App,
    feedback: feedback::App,
}

/// What one of a kind takes. Of what comes in a batch, its share.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured {
    /// Calls to AWS, one after the other.
    pub(crate) in_a_row: f64,
    /// Calls to AWS.
    pub(crate) in_all: f64,
    /// `DynamoDB`'s units.
    pub(crate) units: Units,
}

impl World {
    /// With a monthly limit, or none.
    pub(crate) async fn start(monthly_limit: Option<u64>) -> Self {
        let backends = Backends::start().await;
        let project = backends.project(|project| project.facts.monthly_limit = monthly_limit).await;
        let (env, table) = (backends.env.clone(), backends.table.clone());
        let alerts = Some(backends.alerts.clone());
        let hour = Hour { epoch: 0, at: backends.clock.now() };
        table.count_sent(project.project.facts.id, 0, hour, SENT_BEFORE).await.expect("a count");
        let world = Self {
            track: track::App { env: env.clone(), table: table.clone() },
            send: send::App {
                env: env.clone(),
                table: table.clone(),
                ses: Ses::new(backends.ses_config.clone(), None),
            },
            rotate: regenerate_keys::App { env: env.clone(), table: table.clone(), alerts: alerts.clone() },
            feedback: feedback::App {
                env,
                table,
                rule: Rule::default(),
                alerts,
                heartbeat: feedback::Heartbeat::default(),
            },
            backends,
            project,
        };
        let [first] = world.send(&[ADA], None).await.try_into().expect("an email");
        world.feed(&[world.delivery(&first)]).await;
        world
    }

    /// What a call costs, and how long it takes with the engine.
    pub(crate) async fn measure(&self, call: impl Future) -> (Measured, Duration) {
        let _before = (self.backends.calls.take_counts(), self.backends.capacity.take());
        let started = monotonic_now();
        call.await;
        let time = started.elapsed();
        let (in_a_row, in_all) = self.backends.calls.take_counts();
        let [in_a_row, in_all] = [in_a_row, in_all].map(|calls| f64::from(u32::try_from(calls).expect("few calls")));
        (Measured { in_a_row, in_all, units: self.backends.capacity.take() }, time)
    }

    /// Tracks an event, under an idempotency key if there is one.
    pub(crate) async fn track(&self, email: &str, once: Option<&str>) {
        let body = json!({"email": email, "event": "signed_up", "data": {"plan": "pro"}});
        let request = under(once, TestRequest::post("/v1/track", &self.project.public, &body));
        succeeds(&self.backends.call(request, |request| track::handle(&self.track, request)).await);
    }

    /// Tracks an event that stores almost as much data as a request may have, under one key of its contact.
    pub(crate) async fn track_large(&self, email: &str, key: &str) {
        let body = json!({"email": email, "event": "signed_up", "data": {key: "x".repeat(LARGE)}});
        let request = TestRequest::post("/v1/track", &self.project.public, &body);
        succeeds(&self.backends.call(request, |request| track::handle(&self.track, request)).await);
    }

    /// Sends to everybody in one request; the emails' ids.
    pub(crate) async fn send(&self, to: &[&str], once: Option<&str>) -> Vec<String> {
        let body = json!({"to": to, "subject": "Hello {{ name ?? there }}", "body": "<p>Hello {{ name }}.</p>"});
        let request = under(once, TestRequest::post("/v1/send", &self.project.secret, &body));
        let answer = self.backends.call(request, |request| send::handle(&self.send, request)).await;
        succeeds(&answer);
        let emails = answer.json["data"]["emails"].as_array().expect("emails");
        emails.iter().map(|email| email["email"].as_str().expect("an id").to_owned()).collect()
    }

    /// Tracks with a key that opens nothing.
    pub(crate) async fn refuse(&self, key: &PlainKey) {
        let request = TestRequest::post("/v1/track", key, &json!({"email": ADA, "event": "signed_up"}));
        let answer = self.backends.call(request, |request| track::handle(&self.track, request)).await;
        assert_eq!(answer.status, 401, "{}", answer.text);
    }

    /// Replaces both keys of a project at once.
    pub(crate) async fn rotate(&self, of: &TestProject) {
        let path = format!("/users/@me/projects/{}/regenerate-keys", of.project.facts.id);
        let request = TestRequest::post(&path, &of.secret, &json!({"gracePeriodSeconds": 0}));
        succeeds(&self.backends.call(request, |request| regenerate_keys::handle(&self.rotate, request)).await);
    }

    /// Gives a batch of SES's events to `feedback`.
    pub(crate) async fn feed(&self, events: &[Value]) {
        let record =
            |(number, event)| sqs_record(&sns_envelope(event, "sns-1", Timestamp::UNIX_EPOCH), &format!("{number}"));
        let records: Vec<Value> = events.iter().enumerate().map(record).collect();
        let batch = serde_json::from_value(sqs_event(&records)).expect("a batch");
        let response = feedback::handle(&self.feedback, batch, monotonic_now() + Duration::from_mins(1)).await;
        assert!(response.batch_item_failures.is_empty(), "an event failed");
    }

    /// SES's event that an email was delivered.
    pub(crate) fn delivery(&self, email: &str) -> Value {
        self.event(email, "Delivery", &json!({"timestamp": TIME}))
    }

    /// That it was opened.
    pub(crate) fn open(&self, email: &str) -> Value {
        self.event(email, "Open", &json!({"timestamp": TIME}))
    }

    /// That it bounced for good.
    pub(crate) fn bounce(&self, email: &str) -> Value {
        let bounce =
            json!({"bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": [], "timestamp": TIME});
        self.event(email, "Bounce", &bounce)
    }

    /// That its recipient complained.
    pub(crate) fn complaint(&self, email: &str) -> Value {
        let complaint = json!({"complaintFeedbackType": "abuse", "complainedRecipients": [], "timestamp": TIME});
        self.event(email, "Complaint", &complaint)
    }

    fn event(&self, email: &str, kind: &str, about: &Value) -> Value {
        let tags = json!({"posthorn-project": [self.project.project.facts.id], "posthorn-email": [email]});
        let mail = json!({"timestamp": "2025-11-30T10:30:00.000Z", "messageId": "ses-1", "tags": tags});
        json!({"eventType": kind, "mail": mail, (kind.to_ascii_lowercase()): about})
    }
}

fn under(once: Option<&str>, request: TestRequest) -> TestRequest {
    match once {
        Some(key) => request.once(key),
        None => request,
    }
}

fn succeeds(answer: &TestResponse) {
    assert_eq!(answer.status, 200, "{}", answer.text);
}
