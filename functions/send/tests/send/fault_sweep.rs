//! Any one call fails, before or after its effect, and the request is made again.

use std::collections::BTreeMap;

use futures_util::{StreamExt, stream};
use jiff::SignedDuration;
use posthorn_table::email::{Outcome, ReportedStatus, Status};
use posthorn_testkit::faults::Fault;
use serde_json::json;

use crate::support::{World, email};

const RECIPIENTS: [&str; 2] = ["ada@example.org", "bob@example.org"];

impl World {
    /// The number of mails that went to each recipient.
    fn mails_to(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for mail in self.backends.ses.mails() {
            for recipient in mail.recipients() {
                *counts.entry(recipient.to_owned()).or_default() += 1;
            }
        }
        counts
    }

    /// SES's own events of the mails it took, as `feedback` records them.
    async fn settle(&self) {
        for mail in self.backends.ses.mails() {
            let id = mail.tags.iter().find(|(name, _)| name == "posthorn-email").unwrap().1.parse().unwrap();
            self.backends.table.record_report(id, ReportedStatus::Sent, self.now(), "ses-1").await.unwrap();
        }
    }
}

/// Fails the `number`th call of a request. False if the request makes fewer calls.
async fn survives(number: usize, fault: Fault) -> bool {
    let world = World::with(|project| project.facts.monthly_limit = Some(100)).await;
    let body = email(&json!({"to": RECIPIENTS}));
    let case = format!("call {number}, {fault:?}");
    world.backends.faults.fail_call(number, fault);
    let first = world.once("key", &body).await;
    let was_met = !world.backends.faults.is_waiting();
    world.backends.faults.clear();
    for _again in 0..3 {
        world.backends.clock.advance(SignedDuration::from_mins(2));
        let _ = world.once("key", &body).await;
    }
    world.settle().await;
    let last = world.once("key", &body).await;
    assert!(last.status != 500 && last.status != 409, "{case}: {}", last.text);

    let mails = world.mails_to();
    assert!(mails.values().all(|count| *count == 1), "{case}: {mails:?}");
    if last.status == 200 {
        for (address, result) in RECIPIENTS.iter().zip(last.json["data"]["emails"].as_array().unwrap()) {
            let sent = result["status"] == "SENT";
            // The first answer stands, and may have been in doubt of one that SES then took.
            let doubted = result["status"] == "UNKNOWN" && first.status == 200;
            assert!(sent == mails.contains_key(*address) || doubted, "{case}: {address} {result}");
        }
    }
    assert!(last.status == 200 || mails.is_empty(), "{case}: {} after {mails:?}", last.text);
    was_met
}

#[tokio::test]
async fn a_failure_of_any_call_sends_nothing_twice_and_is_told_truly() {
    let cases = (0..24).flat_map(|number| [Fault::NeverArrives, Fault::LosesAnswer].map(|fault| (number, fault)));
    let came: Vec<bool> =
        stream::iter(cases).map(|(number, fault)| survives(number, fault)).buffered(12).collect().await;
    assert!(came[22] && !came[came.len() - 1], "the sweep covers every call: {came:?}");
}

#[tokio::test]
async fn an_email_in_doubt_is_settled_by_what_ses_says_of_it() {
    for report in [ReportedStatus::Sent, ReportedStatus::Delivered] {
        let world = World::new().await;
        world.backends.ses.fail_next(posthorn_testkit::ses::Fault::LoseAnswer);
        let body = email(&json!({}));
        let first = world.once("key", &body).await;
        assert_eq!((first.status, first.code()), (502, Some("DELIVERY_UNKNOWN")), "{}", first.text);
        let id = world.items("EMAIL#").await.keys().next().unwrap()["EMAIL#".len()..][..36].parse().unwrap();
        world.backends.table.record_report(id, report, world.now(), "ses-1").await.unwrap();
        let settled = world.once("key", &body).await;
        assert_eq!(settled.status, 200, "{}", settled.text);
        assert_eq!(settled.json["data"]["emails"][0]["status"], "SENT");
        assert_eq!(world.once("key", &body).await.text, settled.text, "and from then on the same");
        assert_eq!(world.mails_and_calls(), (1, 1));
    }
}

#[tokio::test]
async fn a_bounce_being_counted_at_that_moment_costs_no_count_and_no_outcome() {
    for needle in [":sent", "message_id"] {
        let world = World::new().await;
        world.backends.faults.fail("UpdateItem", needle, Fault::Conflicts, 2);
        assert_eq!(world.once("key", &email(&json!({}))).await.status, 200);
        assert_eq!((world.counted().await, world.statuses().await.get("SENT")), (1, Some(&1)), "{needle}");
    }
}

#[tokio::test]
async fn a_monthly_limit_whose_counter_is_busy_is_waited_for_and_counted_once() {
    let world = World::with(|project| project.facts.monthly_limit = Some(9)).await;
    world.backends.faults.fail("UpdateItem", ":room", Fault::Conflicts, 2);
    assert_eq!(world.send(&email(&json!({}))).await.status, 200);
    let (project, now) = (world.project.project.facts.id, world.now());
    assert_eq!(world.backends.table.usage(project, now).await.unwrap(), 1);
}

#[tokio::test]
async fn an_event_that_comes_before_the_outcome_leaves_it_whole() {
    let world = World::new().await;
    world.backends.faults.fail("UpdateItem", "message_id", Fault::NeverArrives, 3);
    let answer = world.send(&email(&json!({}))).await;
    let id = &answer.json["data"]["emails"][0]["email"];
    let uuid = id.as_str().unwrap().parse().unwrap();
    world.backends.table.record_report(uuid, ReportedStatus::Delivered, world.now(), "ses-1").await.unwrap();
    let outcome = Outcome { subject: Some("Hello"), ..Default::default() };
    let nonce = world.backends.table.email(uuid).await.unwrap().unwrap().nonce;
    let settled = world.backends.table.settle_email(uuid, &nonce, Status::Sent, &outcome, world.now());
    settled.await.unwrap();
    let item = world.email(id).await.unwrap();
    assert_eq!(
        (item["status"].as_s().unwrap().as_str(), item["subject"].as_s().unwrap().as_str()),
        ("DELIVERED", "Hello")
    );
}
