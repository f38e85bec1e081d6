//! Requests that run out of time.

use std::time::Duration;

use posthorn_lambda::env::monotonic_now;
use posthorn_testkit::ses::Fault;
use serde_json::json;

use crate::support::{World, addresses, email, outcomes, plain};

const LONG: Duration = Duration::from_secs(8);
const SHORT: Duration = Duration::from_secs(4);

#[tokio::test]
async fn an_answer_that_does_not_come_in_time_is_doubt_and_is_told_before_the_deadline() {
    let world = World::new().await;
    world.backends.ses.fail_next(Fault::Delay(LONG));
    let started = monotonic_now();
    let answer = world.call(world.request(&plain()).once("k").remaining(SHORT)).await;
    assert!(started.elapsed() < SHORT, "{:?}", started.elapsed());
    assert_eq!((answer.status, answer.code()), (502, Some("DELIVERY_UNKNOWN")));
    assert_eq!(world.statuses().await, [("UNKNOWN".to_owned(), 1)].into());
    assert_eq!(world.once("k", &plain()).await.code(), Some("DELIVERY_UNKNOWN"));
    assert_eq!(world.backends.ses.calls(), 1);
}

#[tokio::test]
async fn recipients_for_whom_there_is_no_time_fail_without_a_record() {
    let world = World::with(|project| project.facts.monthly_limit = Some(20)).await;
    world.backends.ses.fail_next(Fault::Delay(Duration::ZERO));
    for _recipient in 0..11 {
        world.backends.ses.fail_next(Fault::Delay(LONG));
    }
    let body = email(&json!({"to": addresses(12)}));
    let answer = world.call(world.request(&body).remaining(SHORT)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let count = |status: &str| outcomes(&answer).iter().filter(|outcome| **outcome == status).count();
    assert_eq!((count("SENT"), count("UNKNOWN"), count("FAILED")), (1, 8, 3));
    let entries = answer.json["data"]["emails"].as_array().unwrap();
    for failed in entries.iter().filter(|entry| entry["status"] == "FAILED") {
        assert_eq!(failed["error"]["code"], "RATE_LIMIT_EXCEEDED");
        assert_eq!(world.email(&failed["email"]).await, None);
    }
    assert_eq!(world.statuses().await, [("SENT".to_owned(), 1), ("UNKNOWN".to_owned(), 8)].into());
    assert_eq!(world.used().await.as_deref(), Some("9"));
    assert_eq!(world.backends.ses.calls(), 9);
}

#[tokio::test]
async fn a_repeat_hands_over_to_those_for_whom_there_was_no_time() {
    let world = World::new().await;
    for _recipient in 0..9 {
        world.backends.ses.fail_next(Fault::Delay(LONG));
    }
    let body = email(&json!({"to": addresses(10)}));
    let first = world.call(world.request(&body).once("k").remaining(SHORT)).await;
    assert_eq!(first.code(), Some("DELIVERY_UNKNOWN"));
    assert_eq!(world.statuses().await, [("UNKNOWN".to_owned(), 8)].into());
    world.backends.ses.fail_next(Fault::Delay(Duration::ZERO));
    let second = world.once("k", &body).await;
    assert_eq!(second.status, 200, "{}", second.text);
    assert_eq!(world.statuses().await, [("SENT".to_owned(), 2), ("UNKNOWN".to_owned(), 8)].into());
    assert_eq!(world.backends.ses.calls(), 10);
}

#[tokio::test]
async fn without_time_for_anybody_nothing_is_handed_over() {
    let world = World::with(|project| project.facts.monthly_limit = Some(20)).await;
    let answer = world.call(world.request(&plain()).once("k").remaining(Duration::from_secs(2))).await;
    assert_eq!((answer.status, answer.code()), (429, Some("RATE_LIMIT_EXCEEDED")), "{}", answer.text);
    assert_eq!(world.mails_and_calls(), (0, 0));
    assert_eq!(world.items("EMAIL#").await.len() + world.items("IDEMPOTENCY#").await.len(), 0);
    assert_eq!(world.used().await.as_deref(), Some("0"));
}
