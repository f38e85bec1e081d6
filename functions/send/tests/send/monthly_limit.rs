//! The monthly limit.

use jiff::SignedDuration;
use posthorn_testkit::ses::Fault;
use serde_json::json;

use crate::support::{World, addresses, email, plain};

async fn limited(limit: u64) -> World {
    World::with(|project| project.facts.monthly_limit = Some(limit)).await
}

#[tokio::test]
async fn emails_that_do_not_fit_are_refused_with_the_limit_its_use_and_its_reset() {
    let world = limited(3).await;
    assert_eq!(world.send(&email(&json!({"to": addresses(2)}))).await.status, 200);
    let body = email(&json!({"to": addresses(2)}));
    let answer = world.refuses(world.request(&body), 402, "BILLING_LIMIT_EXCEEDED").await;
    let details = &answer.json["error"]["details"];
    assert_eq!(details, &json!({"limit": 3, "used": 2, "resetsAt": "2025-12-01T00:00:00.000Z"}));
    assert_eq!(world.send(&plain()).await.status, 200, "one still fits");
    assert_eq!(world.used().await.as_deref(), Some("3"));
}

#[tokio::test]
async fn a_limit_of_nothing_lets_nothing_out() {
    let world = limited(0).await;
    let answer = world.refuses(world.request(&plain()), 402, "BILLING_LIMIT_EXCEEDED").await;
    assert_eq!(answer.json["error"]["details"]["used"], 0);
}

#[tokio::test]
async fn a_refused_request_frees_its_key() {
    let world = limited(1).await;
    let two = email(&json!({"to": addresses(2)}));
    world.refuses(world.request(&two).once("k"), 402, "BILLING_LIMIT_EXCEEDED").await;
    let answer = world.once("k", &plain()).await;
    assert_eq!((answer.status, answer.header("idempotency-replayed")), (200, None));
}

#[tokio::test]
async fn a_new_month_starts_anew() {
    let world = limited(1).await;
    assert_eq!(world.send(&plain()).await.status, 200);
    world.refuses(world.request(&plain()), 402, "BILLING_LIMIT_EXCEEDED").await;
    world.backends.clock.advance(SignedDuration::from_hours(13) + SignedDuration::from_mins(29));
    world.refuses(world.request(&plain()), 402, "BILLING_LIMIT_EXCEEDED").await;
    world.backends.clock.advance(SignedDuration::from_mins(1));
    assert_eq!(world.send(&plain()).await.status, 200);
    assert_eq!(world.items("USAGE#").await.len(), 2);
}

#[tokio::test]
async fn only_emails_that_were_or_may_have_been_handed_over_are_used() {
    for (fault, used) in [
        (Fault::DailyQuotaExceeded, "0"),
        (Fault::MessageRejected, "0"),
        (Fault::LoseAnswer, "1"),
        (Fault::ServerError, "1"),
    ] {
        let world = limited(5).await;
        world.backends.ses.fail_next(fault.clone());
        assert!(world.send(&plain()).await.status >= 400);
        assert_eq!(world.used().await.as_deref(), Some(used), "{fault:?}");
    }
}

#[tokio::test]
async fn without_a_limit_nothing_is_counted() {
    let world = World::new().await;
    world.send(&plain()).await;
    assert_eq!(world.used().await, None);
}
