//! The function dies at any call, before or after its effect, and the record is given again.

use futures_util::{StreamExt, stream};
use jiff::SignedDuration;
use posthorn_auth::reputation::Counts;
use posthorn_table::project::Status;
use posthorn_testkit::faults::Fault;

use crate::support::{World, complaint, hard_bounce};

/// A project one bounce short of being disabled, without a warning on record: all of it is still to come.
async fn at_the_brink() -> World {
    let world = World::new().await;
    for number in 0..19 {
        let email = world.sent(number, &format!("user-{number}@example.org")).await;
        assert!(world.backends.table.count_once(&email, posthorn_table::statistics::Metric::Bounce).await.unwrap());
    }
    world
}

/// Fails the `number`th call of the last bounce; false if the function makes fewer.
async fn survives(number: usize, fault: Fault) -> bool {
    let world = at_the_brink().await;
    let email = world.sent(100, "last@example.org").await;
    world.backends.faults.fail_call(number, fault);
    let failed = !world.feed(&[hard_bounce(&email)]).await.is_empty();
    let came = !world.backends.faults.is_waiting();
    world.backends.faults.clear();
    assert!(came || !failed, "it failed by itself");
    for _again in 0..2 {
        world.wait(SignedDuration::from_secs(30));
        world.takes(&[hard_bounce(&email)]).await;
    }

    let what = format!("call {number}, {fault:?}");
    assert_eq!(world.counts().await, Counts { sent: 20, bounced: 20, complained: 0 }, "{what}");
    let project = world.stored().await;
    assert_eq!((project.facts.status, project.version), (Status::Disabled, 2), "{what}");
    assert_eq!(world.notice_names().await, ["0 bounce disabled 1", "0 bounce warning 1"], "{what}");
    let announced = world.announced();
    for notice in world.notices().await {
        assert!(notice.published_at.is_some(), "{what}: {} was not published", notice.name);
        let copies = announced.iter().filter(|one| one.to_string() == json_of(&notice.message)).count();
        // Once more if it was published and that was not kept; three times by the SDK if SNS's answers were lost.
        let most = if fault == Fault::LosesAnswer { 4 } else { 2 };
        assert!((1..=most).contains(&copies), "{what}: {copies} copies of {}", notice.name);
    }
    let mut ids: Vec<_> = announced.iter().map(|one| one["id"].to_string()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 2, "{what}");
    came
}

fn json_of(text: &str) -> String {
    serde_json::from_str::<serde_json::Value>(text).unwrap().to_string()
}

#[tokio::test]
async fn a_crash_at_any_call_loses_and_doubles_nothing() {
    let cases = (0..24).flat_map(|number| [Fault::NeverArrives, Fault::LosesAnswer].map(|fault| (number, fault)));
    let came: Vec<bool> =
        stream::iter(cases).map(|(number, fault)| survives(number, fault)).buffered(20).collect().await;
    assert!(came[30] && !came[came.len() - 1], "the sweep covers every call: {came:?}");
}

#[tokio::test]
async fn a_crash_while_complaints_are_counted_loses_none() {
    for number in 0..9 {
        let world = World::new().await;
        let email = world.sent(1, "ada@example.org").await;
        world.backends.faults.fail_call(number, Fault::LosesAnswer);
        let _ = world.feed(&[complaint(&email, "abuse", 1)]).await;
        world.backends.faults.clear();
        world.wait(SignedDuration::from_secs(30));
        world.takes(&[complaint(&email, "abuse", 1)]).await;
        assert_eq!(world.counts().await.complained, 1, "call {number}");
        assert!(world.contact("ada@example.org").await.unwrap().is_suppressed());
    }
}
