//! Requests whose first attempt crashed, and the next one with the same key.

use std::time::Duration;

use jiff::SignedDuration;
use posthorn_table::{
    Uuid, contact,
    email::{Email, Outcome, Permit, Status},
    idempotency::{Attempt, Claim, ClaimOutcome, IdempotencyScope},
};
use posthorn_testkit::ses::Fault;
use serde_json::{Value, json};

use crate::support::{World, addresses, email, outcomes, plain};

/// The nonce of the crashed attempt.
const CRASHED: &str = "07070707070707070707070707070707";

/// A claim as a crashed attempt leaves it, its lease just over; the ids of its emails.
pub(crate) async fn crashed(world: &World, body: &Value, recipients: usize) -> Vec<Uuid> {
    let ids: Vec<Uuid> = (1..=recipients as u128).map(Uuid::from_u128).collect();
    let attempt = Attempt::begin([7; 16], world.now());
    let texts = ids.iter().map(Uuid::to_string).collect();
    let claim = Claim::new("POST /v1/send".to_owned(), body.to_string().as_bytes(), texts, &attempt);
    let claimed = world.backends.table.claim(&IdempotencyScope::new(world.id(), "send", "k"), claim).await.unwrap();
    assert!(matches!(claimed, ClaimOutcome::Mine(_)));
    ids
}

/// The record that the crashed attempt made of one email.
pub(crate) async fn recorded(world: &World, id: Uuid, to: &str, status: Status) {
    let email = Email {
        id,
        project: world.id(),
        epoch: 0,
        contact: contact::id(world.id(), to),
        to: to.to_owned(),
        status: Status::Pending,
        error: None,
        message_id: None,
        nonce: CRASHED.to_owned(),
        created_at: world.now(),
    };
    assert_eq!(world.backends.table.permit_email(&email).await.unwrap(), Permit::Taken);
    if status != Status::Pending {
        world.backends.table.settle_email(id, CRASHED, status, &Outcome::default(), world.now()).await.unwrap();
    }
}

pub(crate) fn lease_ends(world: &World) {
    world.backends.clock.advance(SignedDuration::from_secs(60));
}

#[tokio::test]
async fn a_claim_whose_attempt_still_runs_is_left_alone() {
    let world = World::new().await;
    crashed(&world, &plain(), 1).await;
    world.backends.clock.advance(SignedDuration::from_secs(59));
    let answer = world.refuses(world.request(&plain()).once("k"), 409, "IDEMPOTENCY_KEY_REUSED").await;
    assert_eq!(answer.json["error"]["details"]["originalStatusCode"], json!(null));
    assert_eq!(answer.json["error"]["details"]["originalRequestAt"], "2025-11-30T10:30:00.000Z");
}

#[tokio::test]
async fn without_a_record_nothing_was_handed_over_and_the_request_runs_under_its_old_ids() {
    let world = World::new().await;
    let ids = crashed(&world, &plain(), 1).await;
    lease_ends(&world);
    let answer = world.once("k", &plain()).await;
    assert_eq!((answer.status, outcomes(&answer)), (200, vec!["SENT"]));
    assert_eq!(answer.json["data"]["emails"][0]["email"], json!(ids[0]));
    assert_eq!(world.once("k", &plain()).await.text, answer.text);
    assert_eq!(world.mails_and_calls(), (1, 1));
}

#[tokio::test]
async fn a_pending_record_is_a_hand_over_in_doubt() {
    let world = World::new().await;
    let ids = crashed(&world, &plain(), 1).await;
    recorded(&world, ids[0], "ada@example.org", Status::Pending).await;
    lease_ends(&world);
    for _repeat in 0..2 {
        let answer = world.once("k", &plain()).await;
        assert_eq!((answer.status, answer.code()), (502, Some("DELIVERY_UNKNOWN")));
    }
    assert_eq!(world.mails_and_calls(), (0, 0));
}

#[tokio::test]
async fn a_crash_between_outcome_and_answer_is_settled_from_the_record() {
    let world = World::new().await;
    let ids = crashed(&world, &plain(), 1).await;
    recorded(&world, ids[0], "ada@example.org", Status::Sent).await;
    lease_ends(&world);
    let answer = world.once("k", &plain()).await;
    assert_eq!((answer.status, outcomes(&answer)), (200, vec!["SENT"]));
    assert_eq!(world.once("k", &plain()).await.text, answer.text);
    assert_eq!(world.mails_and_calls(), (0, 0));
}

#[tokio::test]
async fn only_the_recipients_without_a_record_are_handed_over() {
    let world = World::with(|project| project.facts.monthly_limit = Some(2)).await;
    let to = addresses(4);
    let body = email(&json!({"to": to}));
    let ids = crashed(&world, &body, 4).await;
    recorded(&world, ids[1], &to[1], Status::Sent).await;
    recorded(&world, ids[3], &to[3], Status::Pending).await;
    lease_ends(&world);
    let answer = world.once("k", &body).await;
    assert_eq!((answer.status, outcomes(&answer)), (200, vec!["SENT", "SENT", "SENT", "UNKNOWN"]), "{}", answer.text);
    let mut recipients: Vec<_> = world.backends.ses.mails().iter().flat_map(|mail| mail.to.clone()).collect();
    recipients.sort();
    assert_eq!(recipients, [to[0].as_str(), to[2].as_str()]);
    assert_eq!(world.counted().await, 2);
    assert_eq!(world.used().await.as_deref(), Some("2"), "the crashed attempt counted its own");
    assert_eq!(world.once("k", &body).await.text, answer.text);
}

/// A request that cannot go on must not be forgotten: a freed key would send the first recipient's mail again.
#[tokio::test]
async fn a_key_stays_taken_while_a_recipient_of_it_has_got_the_mail() {
    let world = World::with(|project| project.facts.monthly_limit = Some(0)).await;
    let to = addresses(2);
    let body = email(&json!({"to": to}));
    let ids = crashed(&world, &body, 2).await;
    recorded(&world, ids[0], &to[0], Status::Sent).await;
    lease_ends(&world);
    for _repeat in 0..2 {
        let answer = world.once("k", &body).await;
        assert_eq!((answer.status, outcomes(&answer)), (200, vec!["SENT", "FAILED"]), "{}", answer.text);
        assert_eq!(answer.json["data"]["emails"][1]["error"]["code"], "BILLING_LIMIT_EXCEEDED");
        assert_eq!(world.items("IDEMPOTENCY#").await.len(), 1, "the key was freed");
    }
    assert_eq!(world.mails_and_calls(), (0, 0));
}

/// A caller who is told that a recipient failed may send to them under another key: this one must not send to them then.
#[tokio::test]
async fn a_recipient_who_failed_by_a_refusal_gets_nothing_later() {
    let world = World::new().await;
    let to = addresses(2);
    let body = email(&json!({"to": to}));
    let ids = crashed(&world, &body, 2).await;
    recorded(&world, ids[0], &to[0], Status::Sent).await;
    lease_ends(&world);
    world.change_domains(Vec::clear).await;
    let answer = world.once("k", &body).await;
    assert_eq!((answer.status, outcomes(&answer)), (200, vec!["SENT", "FAILED"]), "{}", answer.text);
    assert_eq!(answer.json["data"]["emails"][1]["error"]["code"], "SENDER_NOT_VERIFIED");
    world.change_domains(|domains| domains.push("example.com".to_owned())).await;
    assert_eq!(world.once("k", &body).await.text, answer.text);
    assert_eq!(world.mails_and_calls(), (0, 0));
}

#[tokio::test]
async fn a_recipient_who_has_got_the_mail_is_told_of_even_if_there_is_no_time_for_the_others() {
    let world = World::new().await;
    let to = addresses(2);
    let body = email(&json!({"to": to}));
    let ids = crashed(&world, &body, 2).await;
    recorded(&world, ids[0], &to[0], Status::Pending).await;
    lease_ends(&world);
    let late = world.request(&body).once("k").remaining(Duration::from_secs(2));
    assert_eq!(world.call(late).await.code(), Some("DELIVERY_UNKNOWN"));
    assert_eq!(world.items("IDEMPOTENCY#").await.len(), 1, "the key was freed");
    let in_time = world.once("k", &body).await;
    assert_eq!((in_time.status, outcomes(&in_time)), (200, vec!["UNKNOWN", "SENT"]), "{}", in_time.text);
    assert_eq!(world.mails_and_calls(), (1, 1));
}

#[tokio::test]
async fn an_attempt_that_stops_mid_way_may_have_sent() {
    let world = World::new().await;
    world.backends.ses.fail_next(Fault::Delay(Duration::from_millis(300)));
    let handed_over = async {
        while world.backends.ses.calls() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let email = plain();
    tokio::select! {
        answer = world.once("k", &email) => panic!("answered before it was stopped: {}", answer.text),
        () = handed_over => {}
    }
    assert_eq!(world.once("k", &plain()).await.code(), Some("IDEMPOTENCY_KEY_REUSED"));
    lease_ends(&world);
    assert_eq!(world.once("k", &plain()).await.code(), Some("DELIVERY_UNKNOWN"));
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(world.mails_and_calls(), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_may_take_over_and_one_does() {
    let world = World::new().await;
    crashed(&world, &plain(), 1).await;
    lease_ends(&world);
    let repeats = (0..10).map(|_| async {
        let answer = world.once("k", &plain()).await;
        (answer.status, answer.code().map(str::to_owned))
    });
    let answers = futures_util::future::join_all(repeats).await;
    assert!(answers.iter().any(|(status, _)| *status == 200), "{answers:?}");
    // A repeat that reads the winner's record while its hand-over runs can only say that it is in doubt.
    let known = |(status, _): &(u16, Option<String>)| [200, 409, 502].contains(status);
    assert!(answers.iter().all(known), "{answers:?}");
    assert_eq!(world.mails_and_calls(), (1, 1));
    assert_eq!(world.once("k", &plain()).await.status, 200);
}

#[tokio::test]
async fn a_doubt_is_as_old_as_the_hand_over_and_not_as_the_first_attempt() {
    let world = World::new().await;
    let body = plain();
    let _ids = crashed(&world, &body, 1).await;
    world.backends.clock.advance(SignedDuration::from_mins(20));
    world.backends.ses.fail_next(Fault::LoseAnswer);
    let answer = world.once("k", &body).await;
    assert_eq!(answer.code(), Some("DELIVERY_UNKNOWN"));
    assert_eq!(answer.json["error"]["details"].get("presumed"), None, "{}", answer.text);
    world.backends.clock.advance(SignedDuration::from_mins(16));
    let later = world.once("k", &body).await;
    assert_eq!(later.json["error"]["details"]["presumed"], "not_sent", "{}", later.text);
    assert_eq!(world.mails_and_calls(), (1, 1));
}

/// An attempt leaves its claim while its outcomes are still being written: one of them may be of an email whose permit it
/// did not get, and which another has taken since.
#[tokio::test]
async fn the_failure_of_one_attempt_is_not_written_on_the_record_of_another() {
    let world = World::new().await;
    let ids = crashed(&world, &plain(), 1).await;
    recorded(&world, ids[0], "ada@example.org", Status::Pending).await;
    let outcome = Outcome { error: Some("SERVICE_UNAVAILABLE"), ..Outcome::default() };
    world.backends.table.settle_email(ids[0], "another", Status::Failed, &outcome, world.now()).await.unwrap();
    world.backends.table.settle_email(ids[0], CRASHED, Status::Sent, &Outcome::default(), world.now()).await.unwrap();
    assert_eq!(world.backends.table.email(ids[0]).await.unwrap().unwrap().status, Status::Sent);
}
