//! Rotations during which the table does not answer.

use posthorn_testkit::faults::Fault;

use crate::support::{World, minted};

/// The SDK tries three times.
const ALL_ATTEMPTS: usize = 3;

#[tokio::test]
async fn a_rotation_whose_answer_was_lost_is_settled_by_a_read() {
    let world = World::new().await;
    world.backends.faults.fail("TransactWriteItems", "", Fault::LosesAnswer, ALL_ATTEMPTS);
    let answer = world.call(world.request(world.project.secret.expose(), "")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(world.works(minted(&answer, "secret")).await && world.works(minted(&answer, "public")).await);
    assert_eq!(world.backends.calls.take_in_a_row().last().map(String::as_str), Some("GetItem"));
    world.assert_one_live_pair().await;
}

#[tokio::test]
async fn an_sdk_retry_after_a_lost_answer_is_not_a_conflict() {
    let world = World::new().await;
    world.backends.faults.fail("TransactWriteItems", "", Fault::LosesAnswer, 1);
    let answer = world.call(world.request(world.project.secret.expose(), "")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(world.works(minted(&answer, "secret")).await);
}

#[tokio::test]
async fn a_rotation_that_fails_leaves_the_keys() {
    for (operation, needle) in [("TransactWriteItems", ""), ("GetItem", "PROJECT#"), ("GetItem", "KEY#")] {
        let world = World::new().await;
        world.backends.faults.fail(operation, needle, Fault::NeverArrives, ALL_ATTEMPTS);
        let request = world.request(world.project.secret.expose(), "");
        let answer = world.refuses(request, 503, "SERVICE_UNAVAILABLE").await;
        assert_eq!(answer.header("retry-after"), Some("5"));
        assert!(world.works(world.project.secret.expose()).await && world.works(world.project.public.expose()).await);
    }
}
