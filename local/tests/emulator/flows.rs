//! The contract's main flows through the functions' binaries, in which one function reads the items that another wrote.

use std::{collections::BTreeMap, path::Path};

use axum::http::Method;
use posthorn_routes::{Function, resolve};
use posthorn_testkit::{
    backends::{Backends, TestProject, TestRequest, TestResponse},
    feedback::{events_about, sns_envelope, sqs_event, sqs_record},
    gateway::http_response,
};
use serde_json::{Value, json};

use crate::{emulator, sandbox::Sandbox, started};

const SEND: &str = "/v1/send";
const TRACK: &str = "/v1/track";

/// Every function over the same back ends, and a project.
struct Deployment {
    backends: Backends,
    project: TestProject,
    sandboxes: BTreeMap<Function, Sandbox>,
}

impl Deployment {
    async fn start(emulator: &Path, monthly_limit: Option<u64>) -> Self {
        let backends = started().await;
        let project = backends.project(|project| project.facts.monthly_limit = monthly_limit).await;
        let sandbox = |function| (function, Sandbox::start(emulator, function, &backends));
        Self { sandboxes: Function::ALL.map(sandbox).into(), backends, project }
    }

    /// Gives a request to the function of its route.
    async fn call(&self, request: TestRequest) -> TestResponse {
        let function = resolve(request.method(), request.path()).function();
        let answer = self.sandboxes[&function].invoke(&request.event(self.backends.clock.now())).await;
        TestResponse::from(http_response(answer))
    }

    fn mail(&self, to: &Value) -> TestRequest {
        let body = json!({"to": to, "subject": "Hello {{name}}", "body": "<p>Hi</p>", "data": {"name": "Ada"}});
        TestRequest::post(SEND, &self.project.secret, &body)
    }

    /// Gives SES's reports of every mail so far to `feedback`, in batches as SQS makes them.
    async fn deliver_reports(&self) {
        let now = self.backends.clock.now();
        let mails = self.backends.ses.mails();
        let random = &mut |buffer: &mut [u8]| self.backends.env.fill(buffer);
        let events: Vec<Value> = mails.iter().flat_map(|mail| events_about(mail, now, random)).collect();
        for batch in events.chunks(10) {
            let records = batch.iter().enumerate().map(|(number, event)| {
                let id = number.to_string();
                sqs_record(&sns_envelope(event, &id, now), &id)
            });
            let answer =
                self.sandboxes[&Function::Feedback].invoke(&sqs_event(&records.collect::<Vec<_>>()).to_string()).await;
            assert_eq!(answer, json!({"batchItemFailures": []}));
        }
    }
}

/// The statuses of an answer's recipients.
fn statuses(answer: &TestResponse) -> Vec<&str> {
    let emails = answer.json["data"]["emails"].as_array().unwrap_or_else(|| panic!("{}", answer.text));
    emails.iter().map(|email| email["status"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_is_the_first_answer_and_sends_nothing() {
    let Some(emulator) = emulator() else { return };
    let deployed = Deployment::start(&emulator, None).await;
    let request = || deployed.mail(&json!("ada@example.org")).once("order-1");
    let first = deployed.call(request()).await;
    assert_eq!((first.status, statuses(&first)), (200, vec!["SENT"]), "{}", first.text);
    let again = deployed.call(request()).await;
    assert_eq!((again.header("idempotency-replayed"), &again.text), (Some("true"), &first.text));
    let other = deployed.call(deployed.mail(&json!("bob@example.org")).once("order-1")).await;
    assert_eq!((other.status, other.code()), (409, Some("IDEMPOTENCY_KEY_REUSED")));
    assert_eq!(deployed.backends.ses.mails().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn tracked_data_is_in_the_next_mail_and_an_opt_out_stays() {
    let Some(emulator) = emulator() else { return };
    let deployed = Deployment::start(&emulator, None).await;
    let track = |key, fields: Value| {
        let mut body = json!({"event": "signup", "email": "ada@example.org"});
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        deployed.call(TestRequest::post(TRACK, key, &body))
    };
    let (public, secret) = (&deployed.project.public, &deployed.project.secret);
    let first = track(public, json!({"subscribed": true, "data": {"plan": "pro"}})).await;
    let second = track(secret, json!({"subscribed": false, "data": {"city": "Köln"}})).await;
    assert_eq!((first.status, second.status), (200, 200), "{} {}", first.text, second.text);
    assert_eq!(first.json["data"]["contact"], second.json["data"]["contact"]);
    assert_eq!(track(public, json!({"subscribed": true})).await.status, 200);
    let contact = deployed.backends.table.contact(deployed.project.project.facts.id, "ada@example.org").await;
    assert!(!contact.unwrap().unwrap().subscribed, "no public key undoes an opt-out");
    let body = json!({"to": "ada@example.org", "subject": "{{plan}} in {{city}}", "body": "<p>Hi</p>"});
    let sent = deployed.call(TestRequest::post(SEND, secret, &body)).await;
    assert_eq!(statuses(&sent), ["SENT"], "{}", sent.text);
    assert_eq!(deployed.backends.ses.mails()[0].subject, "pro in Köln");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotated_key_is_unknown_and_the_new_one_works() {
    let Some(emulator) = emulator() else { return };
    let deployed = Deployment::start(&emulator, None).await;
    let path = format!("/users/@me/projects/{}/regenerate-keys", deployed.project.project.facts.id);
    let rotation = TestRequest::post(&path, &deployed.project.secret, &json!({}));
    let rotated = deployed.call(rotation).await;
    assert_eq!(rotated.status, 200, "{}", rotated.text);
    let old = deployed.call(deployed.mail(&json!("ada@example.org"))).await;
    assert_eq!((old.status, old.code()), (401, Some("INVALID_API_KEY")));
    let new = rotated.json["secret"].as_str().unwrap();
    let bearer = format!("Bearer {new}");
    let body = json!({"to": "ada@example.org", "subject": "Hello", "body": "<p>Hi</p>"}).to_string();
    let request = TestRequest::new(Method::POST, SEND).header("authorization", &bearer).body(body);
    let sent = deployed.call(request).await;
    assert_eq!((sent.status, statuses(&sent)), (200, vec!["SENT"]), "{}", sent.text);
    assert_eq!(deployed.backends.sns.published().len(), 1, "the rotation was announced");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bounced_recipient_gets_no_mail_and_twenty_bounces_disable_the_project() {
    let Some(emulator) = emulator() else { return };
    let deployed = Deployment::start(&emulator, None).await;
    let to: Vec<_> = (0..20).map(|number| format!("bounce-{number}@example.com")).collect();
    let sent = deployed.call(deployed.mail(&json!(to[..1]))).await;
    assert_eq!(statuses(&sent), ["SENT"], "{}", sent.text);
    deployed.deliver_reports().await;
    let again = deployed.call(deployed.mail(&json!(to[..1]))).await;
    assert_eq!(statuses(&again), ["SUPPRESSED"], "{}", again.text);
    assert_eq!(deployed.backends.ses.mails().len(), 1);
    let sent = deployed.call(deployed.mail(&json!(to[1..]))).await;
    assert_eq!(statuses(&sent), ["SENT"; 19], "{}", sent.text);
    // The first mail's events come a second time, and do not count again.
    deployed.deliver_reports().await;
    let refused = deployed.call(deployed.mail(&json!("ada@example.org"))).await;
    assert_eq!((refused.status, refused.code()), (403, Some("PROJECT_DISABLED")), "{}", refused.text);
    let announced = deployed.backends.sns.published();
    let kinds: Vec<Value> =
        announced.iter().map(|one| serde_json::from_str::<Value>(&one.message).unwrap()["type"].clone()).collect();
    assert_eq!(kinds, ["project_warning", "project_disabled"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_mail_goes_out_beyond_the_monthly_limit() {
    let Some(emulator) = emulator() else { return };
    let deployed = Deployment::start(&emulator, Some(2)).await;
    let two = deployed.call(deployed.mail(&json!(["ada@example.org", "bob@example.org"]))).await;
    assert_eq!(statuses(&two), ["SENT", "SENT"], "{}", two.text);
    let third = deployed.call(deployed.mail(&json!("eve@example.org"))).await;
    assert_eq!((third.status, third.code()), (402, Some("BILLING_LIMIT_EXCEEDED")), "{}", third.text);
    assert_eq!(third.json["error"]["details"]["used"], 2);
    assert_eq!(deployed.backends.ses.mails().len(), 2);
}
