//! The second request with an idempotency key.

use jiff::SignedDuration;
use posthorn_table::email::ReportedStatus;
use posthorn_testkit::{backends::TestRequest, ses::Fault};
use serde_json::json;

use crate::support::{World, addresses, email, outcomes, plain};

#[tokio::test]
async fn the_first_answer_is_given_again_byte_for_byte() {
    let world = World::new().await;
    let first = world.once("k", &plain()).await;
    assert_eq!((first.status, first.header("idempotency-replayed")), (200, None));
    world.backends.clock.advance(SignedDuration::from_hours(23));
    let items = world.backends.items().await;
    let second = world.once("k", &plain()).await;
    assert_eq!((second.status, second.header("idempotency-replayed")), (200, Some("true")));
    assert_eq!(second.text, first.text);
    assert_eq!(second.json["emails"], second.json["data"]["emails"]);
    assert_eq!(world.mails_and_calls(), (1, 1));
    assert_eq!(world.backends.items().await, items);
}

#[tokio::test]
async fn another_body_is_a_mistake() {
    let world = World::new().await;
    world.once("k", &plain()).await;
    world.backends.clock.advance(SignedDuration::from_secs(5));
    let spaced = TestRequest::post("/v1/send", &world.project.secret, &plain()).body(format!("{} ", plain()));
    for request in [spaced, world.request(&email(&json!({"subject": "Other"})))] {
        let answer = world.refuses(request.once("k"), 409, "IDEMPOTENCY_KEY_REUSED").await;
        let expected = json!({
            "key": "k",
            "originalRequest": "POST /v1/send",
            "originalRequestAt": "2025-11-30T10:30:00.000Z",
            "originalStatusCode": 200,
        });
        assert_eq!(answer.json["error"]["details"], expected);
    }
}

#[tokio::test]
async fn a_key_counts_in_its_project_alone() {
    let world = World::new().await;
    let other = world.backends.project(|_| {}).await;
    world.once("k", &plain()).await;
    let answer = world.call(TestRequest::post("/v1/send", &other.secret, &plain()).once("k")).await;
    assert_eq!((answer.status, answer.header("idempotency-replayed")), (200, None));
    assert_eq!(world.mails_and_calls(), (2, 2));
}

#[tokio::test]
async fn a_key_survives_a_rotation() {
    let world = World::new().await;
    let first = world.once("k", &plain()).await;
    let secret = world.rotate().await;
    let second = world.call(TestRequest::post("/v1/send", &secret, &plain()).once("k")).await;
    assert_eq!((second.header("idempotency-replayed"), &second.text), (Some("true"), &first.text));
    assert_eq!(world.mails_and_calls(), (1, 1));
}

#[tokio::test]
async fn a_key_is_forgotten_after_a_day() {
    let world = World::new().await;
    let first = world.once("k", &plain()).await;
    world.backends.clock.advance(SignedDuration::from_hours(24) - SignedDuration::from_secs(1));
    assert_eq!(world.once("k", &plain()).await.header("idempotency-replayed"), Some("true"));
    world.backends.clock.advance(SignedDuration::from_secs(1));
    let second = world.once("k", &email(&json!({"subject": "Other"}))).await;
    assert_eq!((second.status, second.header("idempotency-replayed")), (200, None));
    assert_ne!(second.text, first.text);
    assert_eq!(world.mails_and_calls(), (2, 2));
}

#[tokio::test]
async fn a_refused_request_frees_its_key() {
    let world = World::new().await;
    for fields in [json!({"to": "ada"}), json!({"template": "t"}), json!({"from": "a@example.org"})] {
        let answer = world.once("k", &email(&fields)).await;
        assert!((400..500).contains(&answer.status) && answer.status != 409, "{}", answer.text);
    }
    assert_eq!(world.items("IDEMPOTENCY#").await.len(), 0);
    assert_eq!(world.once("k", &plain()).await.status, 200);
}

#[tokio::test]
async fn a_failure_in_which_nobody_got_anything_frees_the_key() {
    for (fault, status) in
        [(Fault::DailyQuotaExceeded, 429), (Fault::MessageRejected, 502), (Fault::AccountPaused, 502)]
    {
        let world = World::new().await;
        world.backends.ses.fail_next(fault.clone());
        let first = world.once("k", &plain()).await;
        assert_eq!(first.status, status, "{}", first.text);
        assert_eq!(world.items("IDEMPOTENCY#").await.len(), 0, "{fault:?}");
        let second = world.once("k", &email(&json!({"subject": "Other"}))).await;
        assert_eq!((second.status, second.header("idempotency-replayed")), (200, None), "{fault:?}");
        assert_eq!(world.mails_and_calls(), (1, 2));
    }
}

#[tokio::test]
async fn an_answer_with_failed_recipients_is_kept_as_it_was_given() {
    let world = World::new().await;
    world.backends.ses.fail_next(Fault::MessageRejected);
    world.backends.ses.fail_next(Fault::LoseAnswer);
    let body = email(&json!({"to": addresses(3)}));
    let first = world.once("k", &body).await;
    let mut sorted = outcomes(&first);
    sorted.sort_unstable();
    assert_eq!(sorted, ["FAILED", "SENT", "UNKNOWN"]);
    let second = world.once("k", &body).await;
    assert_eq!((second.header("idempotency-replayed"), &second.text), (Some("true"), &first.text));
    assert_eq!(world.mails_and_calls(), (2, 3));
}

/// A request whose answer from SES was lost.
async fn in_doubt() -> World {
    let world = World::new().await;
    world.backends.ses.fail_next(Fault::LoseAnswer);
    let answer = world.once("k", &plain()).await;
    assert_eq!((answer.status, answer.code()), (502, Some("DELIVERY_UNKNOWN")));
    world
}

#[tokio::test]
async fn a_request_in_doubt_stays_in_doubt_and_is_never_sent_again() {
    let world = in_doubt().await;
    for (seconds, presumed) in
        [(0, json!(null)), (899, json!(null)), (1, json!("not_sent")), (80_000, json!("not_sent"))]
    {
        world.backends.clock.advance(SignedDuration::from_secs(seconds));
        let answer = world.once("k", &plain()).await;
        assert_eq!((answer.status, answer.code()), (502, Some("DELIVERY_UNKNOWN")));
        assert_eq!(answer.json["error"]["details"]["presumed"], presumed, "{seconds}");
        assert_eq!(world.mails_and_calls(), (1, 1));
    }
    let other = world.once("k", &email(&json!({"subject": "Other"}))).await;
    assert_eq!((other.status, &other.json["error"]["details"]["originalStatusCode"]), (409, &json!(502)));
}

#[tokio::test]
async fn the_mail_services_own_event_settles_a_request_in_doubt() {
    for (report, outcome) in [
        (ReportedStatus::Sent, "SENT"),
        (ReportedStatus::Delivered, "SENT"),
        (ReportedStatus::Clicked, "SENT"),
        (ReportedStatus::Bounced, "SENT"),
        (ReportedStatus::HeldBack, "SUPPRESSED"),
    ] {
        let world = in_doubt().await;
        let key = world.items("EMAIL#").await.into_keys().next().unwrap();
        let id = key["EMAIL#".len()..].split(' ').next().unwrap().to_owned();
        world.backends.table.record_report(id.parse().unwrap(), report, world.now(), "ses-1").await.unwrap();
        let settled = world.once("k", &plain()).await;
        assert_eq!((settled.status, outcomes(&settled)), (200, vec![outcome]), "{report:?}");
        assert_eq!(settled.json["data"]["emails"][0]["email"], json!(id));
        world.backends.clock.advance(SignedDuration::from_mins(1));
        let later = world.once("k", &plain()).await;
        assert_eq!((later.header("idempotency-replayed"), &later.text), (Some("true"), &settled.text));
        assert_eq!(world.mails_and_calls(), (1, 1));
    }
}

#[tokio::test]
async fn an_event_that_says_it_failed_frees_the_key() {
    let world = in_doubt().await;
    let key = world.items("EMAIL#").await.into_keys().next().unwrap();
    let id = key["EMAIL#".len()..].split(' ').next().unwrap().parse().unwrap();
    let failed = ReportedStatus::Failed("DELIVERY_FAILED");
    world.backends.table.record_report(id, failed, world.now(), "ses-1").await.unwrap();
    let settled = world.once("k", &plain()).await;
    assert_eq!((settled.status, settled.code()), (502, Some("DELIVERY_FAILED")));
    let again = world.once("k", &plain()).await;
    assert_eq!((again.status, again.header("idempotency-replayed")), (200, None));
    assert_eq!(world.mails_and_calls(), (2, 2));
}
