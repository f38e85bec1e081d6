//! The fault matrix of `track`, in `faults/`: every call of a request fails in every way. `UPDATE_EXPECT=1 cargo test -p track faults`
//! writes it anew.

use expect_test::{ExpectFile, expect_file};
use jiff::SignedDuration;
use posthorn_testkit::{
    faults::Faults,
    matrix::{Cell, Scenario, run, table},
};

use crate::{
    crash_recovery::crashed,
    support::{World, plain, text},
};

/// An event, and the state in which it is tracked.
#[derive(Default)]
struct Track {
    key: Option<&'static str>,
    is_taken_over: bool,
}

impl Scenario for Track {
    type World = World;

    async fn start(&self) -> World {
        let world = World::new().await;
        if self.is_taken_over {
            crashed(&world, &plain()).await;
            self.wait(&world).await;
        }
        world
    }

    fn faults<'a>(&self, world: &'a World) -> &'a Faults {
        &world.backends.faults
    }

    async fn request(&self, world: &World) -> String {
        let request = world.public(&plain());
        let answer =
            world.call(self.key.into_iter().fold(request, posthorn_testkit::backends::TestRequest::once)).await;
        let replayed = if answer.header("idempotency-replayed").is_some() { " replayed" } else { "" };
        format!("{} {}{replayed}", answer.status, answer.code().unwrap_or_default()).trim_end().replace("  ", " ")
    }

    async fn wait(&self, world: &World) {
        world.backends.clock.advance(SignedDuration::from_secs(61));
    }

    async fn left(&self, world: &World) -> String {
        let contacts = world.items(" CONTACT").await.len();
        let claims = world.items("IDEMPOTENCY#").await;
        let claims = claims.values().map(|claim| format!("key {}", text(claim, "state")));
        let recorded = [format!("{} recorded", world.events().await.len()), format!("{contacts} contact")];
        recorded.into_iter().chain(claims).collect::<Vec<_>>().join(", ")
    }
}

/// Checks the properties of every cell, whatever the file says.
fn check_cell(scenario: &Track, cell: &Cell) {
    let description = format!("{cell:?}");
    for answer in [&cell.answer, &cell.again, &cell.later] {
        assert!(!answer.starts_with("500"), "a fault of ours: {description}");
    }
    assert!(cell.later.starts_with("200"), "no repeat succeeds: {description}");
    assert!(scenario.key.is_none() || cell.left.starts_with("1 recorded"), "lost or recorded twice: {description}");
}

async fn check_scenario(scenario: &Track, file: &ExpectFile, title: &str) {
    let cells = run(scenario).await;
    file.assert_eq(&format!("# track: {title}\n\n{}", table(&cells)));
    for cell in &cells {
        check_cell(scenario, cell);
    }
}

#[tokio::test]
async fn with_an_idempotency_key() {
    let scenario = Track { key: Some("k"), ..Track::default() };
    check_scenario(&scenario, &expect_file!["faults/once.md"], "with an idempotency key").await;
}

#[tokio::test]
async fn taken_over_from_an_attempt_that_died() {
    let scenario = Track { key: Some("k"), is_taken_over: true };
    check_scenario(&scenario, &expect_file!["faults/taken_over.md"], "taken over from an attempt that died").await;
}

#[tokio::test]
async fn without_an_idempotency_key() {
    let title = "without an idempotency key: a repeat is another event";
    check_scenario(&Track::default(), &expect_file!["faults/plain.md"], title).await;
}
