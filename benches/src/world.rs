//! The functions on back ends in process, and the cost of a call to them.

use std::time::Duration;

use posthorn_auth::{KeyClass, PlainKey};
use posthorn_bundle::{Bundle, Clients};
use posthorn_lambda::env::monotonic_now;
use posthorn_routes::Function;
use posthorn_table::{Timestamp, statistics::Hour};
use posthorn_testkit::{
    backends::{Backends, TestProject, TestRequest, TestResponse},
    capacity::Units,
    feedback::{sns_envelope, sqs_event, sqs_record},
};
use serde_json::{Value, json};

/// A contact's address.
pub(crate) const ADA: &str = "ada@example.org";
/// The emails that were sent before anything is measured, so that no bounce disables the project.
const SENT_BEFORE: u64 = 1_000_000;
/// The characters of a value that fills most of a request's data, and half of a contact's.
const LARGE_VALUE: usize = 32_000;
/// The time of SES's events.
const TIME: &str = "2025-11-30T10:30:01.000Z";

/// One project and all functions.
pub(crate) struct World {
    pub(crate) backends: Backends,
    pub(crate) project: TestProject,
    functions: Bundle,
}

/// The consumption of one request or event. One that comes in a batch has its share of the batch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Consumption {
    /// The calls to AWS in the longest chain of them.
    pub(crate) in_a_row: f64,
    /// The calls to AWS.
    pub(crate) in_all: f64,
    /// `DynamoDB`'s units.
    pub(crate) units: Units,
}

impl World {
    /// Starts the functions with a project that has this monthly limit.
    pub(crate) async fn start(monthly_limit: Option<u64>) -> Self {
        let backends = Backends::start().await;
        let project = backends.project(|project| project.facts.monthly_limit = monthly_limit).await;
        let hour = Hour { epoch: 0, at: backends.clock.now() };
        backends.table.count_sent(project.project.facts.id, 0, hour, SENT_BEFORE).await.expect("a count");
        let world = Self { functions: Bundle::new(Clients::of(&backends)), backends, project };
        let [first] = world.send(&[ADA], None).await.try_into().expect("an email");
        world.feed(&[world.delivery(&first)]).await;
        world
    }

    /// The consumption of a call, and its time with the engine.
    pub(crate) async fn measure(&self, call: impl Future) -> (Consumption, Duration) {
        let _before = (self.backends.calls.take_counts(), self.backends.capacity.take());
        let started = monotonic_now();
        call.await;
        let time = started.elapsed();
        let (in_a_row, in_all) = self.backends.calls.take_counts();
        let [in_a_row, in_all] = [in_a_row, in_all].map(|calls| f64::from(u32::try_from(calls).expect("few calls")));
        (Consumption { in_a_row, in_all, units: self.backends.capacity.take() }, time)
    }

    /// Calls a function.
    pub(crate) async fn call(&self, function: Function, request: TestRequest) -> TestResponse {
        self.backends.call(request, |request| self.functions.call(function, request)).await
    }

    /// Tracks an event, under an idempotency key if there is one.
    pub(crate) async fn track(&self, email: &str, idempotency_key: Option<&str>) {
        let body = json!({"email": email, "event": "signed_up", "data": {"plan": "pro"}});
        let request =
            with_idempotency_key(idempotency_key, TestRequest::post("/v1/track", &self.project.public, &body));
        assert_success(&self.call(Function::Track, request).await);
    }

    /// Tracks an event that stores almost as much data as a request may have, under one key of its contact.
    pub(crate) async fn track_large(&self, email: &str, key: &str) {
        let body = json!({"email": email, "event": "signed_up", "data": {key: "x".repeat(LARGE_VALUE)}});
        let request = TestRequest::post("/v1/track", &self.project.public, &body);
        assert_success(&self.call(Function::Track, request).await);
    }

    /// Sends to all recipients in one request, and returns the emails' ids.
    pub(crate) async fn send(&self, to: &[&str], idempotency_key: Option<&str>) -> Vec<String> {
        let body = json!({"to": to, "subject": "Hello {{ name ?? there }}", "body": "<p>Hello {{ name }}.</p>"});
        let request = with_idempotency_key(idempotency_key, TestRequest::post("/v1/send", &self.project.secret, &body));
        let answer = self.call(Function::Send, request).await;
        assert_success(&answer);
        let emails = answer.json["data"]["emails"].as_array().expect("emails");
        emails.iter().map(|email| email["email"].as_str().expect("an id").to_owned()).collect()
    }

    /// Tracks with a key that is nobody's.
    pub(crate) async fn track_with_unknown_key(&self) {
        let key = self.unknown_key(KeyClass::Public);
        let request = TestRequest::post("/v1/track", &key, &json!({"email": ADA, "event": "signed_up"}));
        assert_eq!(self.call(Function::Track, request).await.status, 401);
    }

    /// A key that is nobody's.
    pub(crate) fn unknown_key(&self, class: KeyClass) -> PlainKey {
        PlainKey::mint(class, &mut |buffer| self.backends.env.fill(buffer))
    }

    /// Replaces both keys of a project at once.
    pub(crate) async fn rotate(&self, project: &TestProject) {
        let path = format!("/users/@me/projects/{}/regenerate-keys", project.project.facts.id);
        let request = TestRequest::post(&path, &project.secret, &json!({"gracePeriodSeconds": 0}));
        assert_success(&self.call(Function::RegenerateKeys, request).await);
    }

    /// Gives a batch of SES's events to `feedback`.
    pub(crate) async fn feed(&self, events: &[Value]) {
        let record =
            |(number, event)| sqs_record(&sns_envelope(event, "sns-1", Timestamp::UNIX_EPOCH), &format!("{number}"));
        let records: Vec<Value> = events.iter().enumerate().map(record).collect();
        let batch = serde_json::from_value(sqs_event(&records)).expect("a batch");
        let response = self.functions.deliver(batch, monotonic_now() + Duration::from_mins(1)).await;
        assert!(response.batch_item_failures.is_empty(), "an event failed");
    }

    /// SES's event that an email was delivered.
    pub(crate) fn delivery(&self, email: &str) -> Value {
        self.event(email, "Delivery", &json!({"timestamp": TIME}))
    }

    /// SES's event that an email was opened.
    pub(crate) fn open(&self, email: &str) -> Value {
        self.event(email, "Open", &json!({"timestamp": TIME}))
    }

    /// SES's event that an email bounced for good.
    pub(crate) fn bounce(&self, email: &str) -> Value {
        let bounce =
            json!({"bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": [], "timestamp": TIME});
        self.event(email, "Bounce", &bounce)
    }

    /// SES's event that an email's recipient complained.
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

fn with_idempotency_key(idempotency_key: Option<&str>, request: TestRequest) -> TestRequest {
    match idempotency_key {
        Some(key) => request.once(key),
        None => request,
    }
}

fn assert_success(answer: &TestResponse) {
    assert_eq!(answer.status, 200, "{}", answer.text);
}
