//! The fault matrix of `send`, in `faults/`: every call of a request fails in every way. `UPDATE_EXPECT=1 cargo test -p send faults`
//! writes it anew.

use expect_test::{ExpectFile, expect_file};
use posthorn_testkit::{
    backends::TestResponse,
    faults::Faults,
    matrix::{Cell, Scenario, run, table},
};
use serde_json::{Value, json};

use crate::{
    crash_recovery::{crashed, lease_ends, recorded},
    support::{World, email, outcomes, text},
};

const TWO: [&str; 2] = ["ada@example.org", "bob@example.org"];

/// A request, and the state in which it is made.
struct Send {
    body: Value,
    key: Option<&'static str>,
    /// An attempt that died after the first of two recipients came before.
    is_taken_over: bool,
    /// The sender's domain is gone when the request is made, and back when it is made again much later.
    is_refused: bool,
}

impl Scenario for Send {
    type World = World;

    async fn start(&self) -> World {
        let world = World::with(|project| project.facts.monthly_limit = self.key.map(|_| 100)).await;
        if self.is_taken_over {
            let ids = crashed(&world, &self.body, 2).await;
            recorded(&world, ids[0], TWO[0], posthorn_table::email::Status::Sent).await;
            lease_ends(&world);
        }
        if self.is_refused {
            world.change_domains(Vec::clear).await;
        }
        world
    }

    fn faults<'a>(&self, world: &'a World) -> &'a Faults {
        &world.backends.faults
    }

    async fn request(&self, world: &World) -> String {
        summary(&match self.key {
            Some(key) => world.once(key, &self.body).await,
            None => world.send(&self.body).await,
        })
    }

    async fn wait(&self, world: &World) {
        lease_ends(world);
        if self.is_refused {
            world.change_domains(|domains| domains.push("example.com".to_owned())).await;
        }
    }

    async fn left(&self, world: &World) -> String {
        let emails: Vec<_> = world.statuses().await.iter().map(|(status, count)| format!("{count} {status}")).collect();
        let claims: Vec<_> =
            world.items("IDEMPOTENCY#").await.values().map(|claim| format!("key {}", text(claim, "state"))).collect();
        let used = world.used().await.map(|used| format!("{used} used"));
        let figures = [format!("{} mailed", mails(world)), format!("{} counted", world.counted().await)];
        let parts: Vec<_> = figures.into_iter().chain(emails).chain(used).chain(claims).collect();
        parts.join(", ")
    }
}

/// The number of mails that SES took. Under a key nobody may get two.
fn mails(world: &World) -> usize {
    world.backends.ses.mails().len()
}

/// The answer in a few words, such as `200 SENT`, `200 SENT replayed` or `503 SERVICE_UNAVAILABLE`.
fn summary(answer: &TestResponse) -> String {
    let said = answer.code().map_or_else(|| outcomes(answer).join(" "), str::to_owned);
    let replayed = if answer.header("idempotency-replayed").is_some() { " replayed" } else { "" };
    format!("{} {said}{replayed}", answer.status)
}

/// Checks the properties of every cell under a key, whatever the file says; an attempt before it sent `earlier` mails.
fn check_cell(cell: &Cell, earlier: usize) {
    let description = format!("{cell:?}");
    let mailed: usize = cell.left.split(' ').next().unwrap().parse().unwrap();
    assert!(mailed <= 1, "sent twice: {description}");
    for answer in [&cell.answer, &cell.again, &cell.later] {
        assert!(!answer.starts_with("500"), "a fault of ours: {description}");
    }
    assert!(!cell.later.starts_with("409"), "the key is never free: {description}");
    if cell.answer.starts_with("200") {
        assert_eq!(
            cell.later.trim_end_matches(" replayed"),
            cell.answer.trim_end_matches(" replayed"),
            "{description}"
        );
    }
    let said = cell.later.matches("SENT").count();
    let doubted = cell.later.contains("UNKNOWN");
    assert!(earlier + mailed == said || doubted, "told otherwise than it is: {description}");
}

fn to(recipients: &[&str], key: Option<&'static str>) -> Send {
    Send { body: email(&json!({"to": recipients})), key, is_taken_over: false, is_refused: false }
}

/// Compares a scenario to its file, and checks the properties of every request under a key.
async fn check_scenario(scenario: &Send, file: &ExpectFile, title: &str) {
    let cells = run(scenario).await;
    file.assert_eq(&format!("# send: {title}\n\n{}", table(&cells)));
    for cell in cells.iter().filter(|_| scenario.key.is_some()) {
        check_cell(cell, usize::from(scenario.is_taken_over));
    }
}

#[tokio::test]
async fn with_an_idempotency_key_and_a_monthly_limit() {
    let title = "with an idempotency key and a monthly limit";
    check_scenario(&to(&TWO[..1], Some("k")), &expect_file!["faults/once.md"], title).await;
}

#[tokio::test]
async fn taken_over_from_an_attempt_that_died() {
    let scenario = Send { is_taken_over: true, ..to(&TWO, Some("k")) };
    let title = "taken over from an attempt that died after its first recipient";
    check_scenario(&scenario, &expect_file!["faults/taken_over.md"], title).await;
}

#[tokio::test]
async fn taken_over_and_refused() {
    let scenario = Send { is_taken_over: true, is_refused: true, ..to(&TWO, Some("k")) };
    let title = "taken over from an attempt that died after its first recipient, and refused; the domain is back later";
    check_scenario(&scenario, &expect_file!["faults/refused.md"], title).await;
}

#[tokio::test]
async fn without_an_idempotency_key() {
    let title = "without an idempotency key: a repeat is another request";
    check_scenario(&to(&TWO[..1], None), &expect_file!["faults/plain.md"], title).await;
}
