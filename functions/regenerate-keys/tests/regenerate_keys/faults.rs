//! The fault matrix of `regenerate-keys`, in `faults/`: every call of a rotation fails in every way. `UPDATE_EXPECT=1 cargo test -p
//! regenerate-keys faults` writes it anew.

use std::sync::Mutex;

use expect_test::expect_file;
use jiff::SignedDuration;
use posthorn_testkit::{
    faults::Faults,
    matrix::{Scenario, run, table},
};

use crate::support::{World, minted};

/// A rotation of both keys, the old ones going on for a day, announced.
struct RotationScenario;

impl Scenario for RotationScenario {
    /// The keys that were answered stand beside the world.
    type World = (World, Mutex<Vec<String>>);

    async fn start(&self) -> Self::World {
        let mut world = World::new().await;
        world.app.alerts = Some(world.backends.as_function(&world.permissions).alerts);
        (world, Mutex::default())
    }

    fn faults<'a>(&self, (world, _): &'a Self::World) -> &'a Faults {
        &world.backends.faults
    }

    async fn request(&self, (world, keys): &Self::World) -> String {
        let request = world.request(world.project.secret.expose(), r#"{"gracePeriodSeconds": 86400}"#);
        let answer = world.call(request).await;
        if answer.status == 200 {
            keys.lock().unwrap().extend(["secret", "public"].map(|class| minted(&answer, class).to_owned()));
        }
        format!("{} {}", answer.status, answer.code().unwrap_or("with keys"))
    }

    async fn wait(&self, (world, _): &Self::World) {
        world.backends.clock.advance(SignedDuration::from_secs(61));
    }

    async fn left(&self, (world, keys): &Self::World) -> String {
        world.assert_one_live_pair().await;
        let keys = keys.lock().unwrap().clone();
        for key in &keys {
            assert!(world.works(key).await, "a key was answered that does not work");
        }
        assert!(world.works(world.project.secret.expose()).await, "the old key does not go on for its day");
        assert!(world.works(world.project.public.expose()).await, "the old key does not go on for its day");
        let rotations = world.stored().await.version - world.project.project.version;
        let announced = world.backends.sns.published().len();
        format!("{rotations} rotated, {} keys answered, {announced} announced", keys.len())
    }
}

#[tokio::test]
async fn every_call_fails_in_every_way() {
    let cells = run(&RotationScenario).await;
    expect_file!["faults/rotation.md"].assert_eq(&format!("# regenerate-keys: a rotation\n\n{}", table(&cells)));
    for cell in &cells {
        for answer in [&cell.answer, &cell.again, &cell.later] {
            assert!(!answer.starts_with("500"), "a fault of ours: {cell:?}");
        }
        assert!(cell.left.starts_with("1 rotated"), "rotated twice or never: {cell:?}");
    }
}
