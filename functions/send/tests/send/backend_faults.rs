//! Faults of SES and of the database.

use aws_sdk_dynamodb::Client;
use posthorn_mail::ses::Ses;
use posthorn_table::Table;
use posthorn_testkit::{
    backends::{TABLE, TestResponse},
    faults,
    ses::Fault,
};
use serde_json::json;

use crate::support::{NOBODY, World, addresses, email, outcomes, plain, text};

/// Sends one email while SES has these faults, and checks what is answered, how often SES is called and what the
/// records then say.
async fn check(faults: &[Fault], expected: (u16, Option<&str>), calls: usize, record: Option<&str>) -> TestResponse {
    let world = World::new().await;
    for fault in faults {
        world.backends.ses.fail_next(fault.clone());
    }
    let answer = world.send(&plain()).await;
    assert_eq!((answer.status, answer.code()), expected, "{faults:?}: {}", answer.text);
    assert_eq!(world.backends.ses.calls(), calls, "{faults:?}");
    let statuses = world.statuses().await;
    assert_eq!(
        statuses.keys().map(String::as_str).collect::<Vec<_>>(),
        record.into_iter().collect::<Vec<_>>(),
        "{faults:?}"
    );
    assert_eq!(world.counted().await, u64::from(answer.status == 200), "{faults:?}");
    answer
}

#[tokio::test]
async fn a_throttled_email_is_tried_again() {
    let answer = check(&[Fault::Throttled, Fault::Throttled], (200, None), 3, Some("SENT")).await;
    assert_eq!(outcomes(&answer), ["SENT"]);
}

#[tokio::test]
async fn an_email_throttled_throughout_leaves_no_record() {
    let faults = [Fault::Throttled, Fault::Throttled, Fault::Throttled, Fault::Throttled];
    let answer = check(&faults, (429, Some("RATE_LIMIT_EXCEEDED")), 4, None).await;
    assert!(answer.header("retry-after").is_some_and(|seconds| seconds.parse::<u32>().is_ok()));
}

#[tokio::test]
async fn a_daily_quota_is_not_tried_again() {
    let answer = check(&[Fault::DailyQuotaExceeded], (429, Some("RATE_LIMIT_EXCEEDED")), 1, None).await;
    assert!(answer.header("retry-after").is_some());
}

#[tokio::test]
async fn an_email_that_ses_refuses_has_failed() {
    for fault in [Fault::MessageRejected, Fault::AccountPaused] {
        let answer = check(&[fault], (502, Some("DELIVERY_FAILED")), 1, Some("FAILED")).await;
        assert!(!answer.text.contains("Sending paused") && !answer.text.contains("invalid content"));
    }
}

#[tokio::test]
async fn an_answer_that_was_lost_is_never_asked_for_again() {
    for fault in [Fault::LoseAnswer, Fault::RefuseUnsent, Fault::ServerError] {
        check(&[fault], (502, Some("DELIVERY_UNKNOWN")), 1, Some("UNKNOWN")).await;
    }
}

#[tokio::test]
async fn a_throttle_before_a_lost_answer_is_still_doubt() {
    check(&[Fault::Throttled, Fault::LoseAnswer], (502, Some("DELIVERY_UNKNOWN")), 2, Some("UNKNOWN")).await;
}

#[tokio::test]
async fn each_recipient_of_a_mixed_request_has_a_status_of_its_own() {
    let world = World::with(|project| project.facts.monthly_limit = Some(10)).await;
    for fault in [Fault::LoseAnswer, Fault::MessageRejected, Fault::DailyQuotaExceeded] {
        world.backends.ses.fail_next(fault);
    }
    let answer = world.send(&email(&json!({"to": addresses(5)}))).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let mut sorted = outcomes(&answer);
    sorted.sort_unstable();
    assert_eq!(sorted, ["FAILED", "FAILED", "SENT", "SENT", "UNKNOWN"]);
    let mut codes = Vec::new();
    for entry in answer.json["data"]["emails"].as_array().unwrap() {
        let record = world.email(&entry["email"]).await.unwrap();
        assert_eq!(text(&record, "status"), entry["status"].as_str().unwrap());
        let failure = entry["error"]["code"].as_str().filter(|_| entry["status"] == "FAILED");
        assert_eq!(record.get("error").map(|code| code.as_s().unwrap().as_str()), failure);
        codes.extend(entry["error"]["code"].as_str().map(str::to_owned));
    }
    codes.sort();
    assert_eq!(codes, ["DELIVERY_FAILED", "DELIVERY_UNKNOWN", "RATE_LIMIT_EXCEEDED"]);
    assert_eq!(world.counted().await, 2);
    assert_eq!(world.used().await.as_deref(), Some("3"));
}

#[tokio::test]
async fn without_ses_nothing_is_sent_and_nothing_is_left() {
    let mut world = World::with(|project| project.facts.monthly_limit = Some(10)).await;
    world.app.ses = Ses::new(world.backends.ses_config.clone().endpoint_url(NOBODY), None);
    let answer = world.once("k", &plain()).await;
    assert_eq!((answer.status, answer.code()), (503, Some("SERVICE_UNAVAILABLE")), "{}", answer.text);
    assert!(answer.header("retry-after").is_some());
    for noun in ["EMAIL#", "IDEMPOTENCY#", "STATS#"] {
        assert_eq!(world.items(noun).await.len(), 0, "{noun}");
    }
    assert_eq!(world.used().await.as_deref(), Some("0"));
}

#[tokio::test]
async fn without_the_database_nothing_is_sent() {
    let mut world = World::new().await;
    let config = world.backends.dynamodb.config().to_builder().endpoint_url(NOBODY);
    world.app.table = Table::new(Client::from_conf(config.build()), TABLE);
    let answer = world.refuses(world.request(&plain()), 503, "SERVICE_UNAVAILABLE").await;
    assert!(answer.header("retry-after").is_some());
    assert!(!answer.text.contains("127.0.0.1") && !answer.text.contains(TABLE));
}

/// Sends with a key and a limit while no call of this operation on this noun arrives: the answer, and what is left.
async fn cut_off(operation: &'static str, noun: &str) -> (World, TestResponse) {
    let world = World::with(|project| project.facts.monthly_limit = Some(100)).await;
    world.backends.faults.fail(operation, noun, faults::Fault::NeverArrives, usize::MAX);
    let answer = world.once("k", &plain()).await;
    (world, answer)
}

#[tokio::test]
async fn without_a_write_that_comes_first_nothing_is_sent_and_nothing_is_left() {
    for (operation, noun) in [
        ("GetItem", "KEY#"),
        ("PutItem", "IDEMPOTENCY#"),
        ("UpdateItem", "USAGE#"),
        ("PutItem", "EMAIL#"),
        ("UpdateItem", "CONTACT#"),
    ] {
        let (world, answer) = cut_off(operation, noun).await;
        assert_eq!((answer.status, answer.code()), (503, Some("SERVICE_UNAVAILABLE")), "{noun}: {}", answer.text);
        assert!(answer.header("retry-after").is_some());
        assert_eq!(world.mails_and_calls(), (0, 0), "{noun}");
        for left in ["EMAIL#", "IDEMPOTENCY#", "STATS#"] {
            assert_eq!(world.items(left).await.len(), 0, "{noun}: {left}");
        }
        assert!(world.used().await.is_none_or(|used| used == "0"), "{noun}");
        world.backends.faults.clear();
        let again = world.once("k", &plain()).await;
        assert_eq!((again.status, again.header("idempotency-replayed")), (200, None), "{noun}");
    }
}

#[tokio::test]
async fn an_outcome_that_cannot_be_recorded_changes_no_answer_and_sends_nothing_twice() {
    for noun in ["EMAIL#", "STATS#", "IDEMPOTENCY#"] {
        let (world, answer) = cut_off("UpdateItem", noun).await;
        assert_eq!((answer.status, outcomes(&answer)), (200, vec!["SENT"]), "{noun}");
        world.backends.faults.clear();
        world.backends.clock.advance(jiff::SignedDuration::from_mins(2));
        let again = world.once("k", &plain()).await;
        assert_eq!((again.status, &again.json["data"]["emails"]), (200, &answer.json["data"]["emails"]), "{noun}");
        assert_eq!(world.mails_and_calls(), (1, 1), "{noun}");
    }
}

/// The SDK asks again, and its second call finds what the first one wrote.
#[tokio::test]
async fn the_echo_of_a_write_whose_answer_was_lost_is_no_rival() {
    for noun in ["IDEMPOTENCY#", "EMAIL#"] {
        let world = World::new().await;
        world.backends.faults.fail("PutItem", noun, faults::Fault::LosesAnswer, 2);
        let answer = world.once("k", &plain()).await;
        assert_eq!((answer.status, outcomes(&answer)), (200, vec!["SENT"]), "{noun}");
        assert_eq!(world.mails_and_calls(), (1, 1));
        assert_eq!(world.once("k", &plain()).await.text, answer.text);
    }
}

/// The permit counts as not taken, so its record is withdrawn before the key is freed.
#[tokio::test]
async fn a_permit_whose_answer_stays_lost_is_not_used() {
    let world = World::new().await;
    world.backends.faults.fail("PutItem", "EMAIL#", faults::Fault::LosesAnswer, 3);
    let answer = world.once("k", &plain()).await;
    assert_eq!((answer.status, answer.code()), (503, Some("SERVICE_UNAVAILABLE")), "{}", answer.text);
    assert_eq!(world.items("EMAIL#").await.len() + world.items("IDEMPOTENCY#").await.len(), 0);
    assert_eq!(world.once("k", &plain()).await.status, 200);
    assert_eq!(world.mails_and_calls(), (1, 1));
}
