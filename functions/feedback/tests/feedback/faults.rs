//! The fault matrix of `feedback`, in `faults/`: every call of an event fails in every way, and the queue gives it again.
//! `UPDATE_EXPECT=1 cargo test -p feedback faults` writes it anew.

use std::{collections::BTreeSet, time::Duration};

use expect_test::{ExpectFile, expect_file};
use jiff::SignedDuration;
use posthorn_table::{Uuid, project::Status};
use posthorn_testkit::{
    faults::{Fault, Faults},
    matrix::{Cell, Scenario, run, table},
};
use serde_json::Value;

use crate::support::{World, event, hard_bounce};

const ADA: &str = "ada@example.org";

/// An event of an email that is all that its project sent: a bounce warns of the project and disables it.
struct EventScenario {
    is_bounce: bool,
}

impl Scenario for EventScenario {
    /// The world, and the JSON of the event.
    type World = (World, Value);

    async fn start(&self) -> Self::World {
        let mut world = World::new().await;
        world.app.rule.bounce.floor = 1;
        // An attempt waits for the lease of a crashed one to end.
        world.patience = Duration::from_secs(8);
        let email = world.sent(1, ADA).await;
        let event = if self.is_bounce { hard_bounce(&email) } else { event("Delivery", "delivery", &email, 1) };
        (world, event)
    }

    fn faults<'a>(&self, (world, _): &'a Self::World) -> &'a Faults {
        &world.backends.faults
    }

    async fn request(&self, (world, event): &Self::World) -> String {
        if world.feed(std::slice::from_ref(event)).await.is_empty() { "taken" } else { "to be given again" }.to_owned()
    }

    async fn wait(&self, (world, _): &Self::World) {
        world.wait(SignedDuration::from_secs(30));
    }

    async fn left(&self, (world, _): &Self::World) -> String {
        let email = world.backends.table.email(Uuid::from_u128(1)).await.unwrap().unwrap();
        let status = email.status.as_str();
        let suppressed = world.contact(ADA).await.is_some_and(|contact| contact.is_suppressed());
        let project = world.stored().await;
        let notices = world.notices().await;
        let published = notices.iter().filter(|notice| notice.published_at.is_some()).count();
        let announced: BTreeSet<String> = world.announced().iter().map(|one| one["id"].to_string()).collect();
        let is_disabled = match (project.facts.status, project.version) {
            (Status::Disabled, 2) => "disabled once",
            (Status::Active, 1) => "active",
            _ => "changed otherwise",
        };
        format!(
            "{status}, {}{} counted, {is_disabled}, {} notices, {published} published, {} announced",
            if suppressed { "suppressed, " } else { "" },
            world.counts().await.bounced,
            notices.len(),
            announced.len(),
        )
    }
}

fn check(cell: &Cell, left: &str) {
    assert_eq!(cell.later, "taken", "it never ends: {cell:?}");
    // A warning whose condition fails is taken to be on record, by somebody else.
    let is_somebody_elses =
        cell.call == "TransactWriteItems NOTICE+PROJECT" && cell.fails == Some((Fault::Overtaken, false));
    let left = if is_somebody_elses { left.replace('2', "1") } else { left.to_owned() };
    assert_eq!(cell.left, left, "{cell:?}");
}

async fn hold(scenario: &EventScenario, file: &ExpectFile, title: &str, left: &str) {
    let cells = run(scenario).await;
    file.assert_eq(&format!("# feedback: {title}\n\n{}", table(&cells)));
    for cell in &cells {
        check(cell, left);
    }
}

#[tokio::test]
async fn every_fault_of_the_bounce_that_disables_a_project_matches_its_file() {
    let left = "BOUNCED, suppressed, 1 counted, disabled once, 2 notices, 2 published, 2 announced";
    let scenario = EventScenario { is_bounce: true };
    hold(&scenario, &expect_file!["faults/bounce.md"], "the bounce that disables a project", left).await;
}

#[tokio::test]
async fn every_fault_of_a_delivery_matches_its_file() {
    let left = "DELIVERED, 0 counted, active, 0 notices, 0 published, 0 announced";
    hold(&EventScenario { is_bounce: false }, &expect_file!["faults/delivery.md"], "a delivery", left).await;
}
