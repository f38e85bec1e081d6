//! Any one call fails, before or after its effect: somebody holds a key that works, always.

use futures_util::{StreamExt, stream};
use posthorn_testkit::faults::Fault;
use serde_json::json;

use crate::support::{World, minted};

/// Fails the `number`th call of a rotation; false if it makes fewer.
async fn survives(number: usize, fault: Fault) -> bool {
    let mut world = World::new().await;
    world.app.alerts = Some(world.backends.as_function(&world.permissions).alerts);
    let old = world.project.secret.expose().to_owned();
    let request = world.request(&old, &json!({}).to_string());
    world.backends.faults.fail_call(number, fault);
    let answer = world.call(request).await;
    let came = !world.backends.faults.is_waiting();
    world.backends.faults.clear();
    let what = format!("call {number}, {fault:?}: {}", answer.status);
    if answer.status == 200 {
        assert!(world.works(minted(&answer, "secret")).await, "{what}");
        assert!(!world.works(&old).await, "{what}");
    } else {
        assert!(answer.status == 503 || answer.status == 429, "{what}");
        assert!(world.works(&old).await, "{what}");
    }
    world.assert_one_live_pair().await;
    came
}

#[tokio::test]
async fn a_failure_of_any_call_never_leaves_a_project_without_a_key() {
    let cases = (0..7).flat_map(|number| {
        // Only a transaction can be told of another.
        let conflict = (number == 2).then_some(Fault::Conflicts);
        [Some(Fault::NeverArrives), Some(Fault::LosesAnswer), conflict]
            .into_iter()
            .flatten()
            .map(move |fault| (number, fault))
    });
    let came: Vec<bool> =
        stream::iter(cases).map(|(number, fault)| survives(number, fault)).buffered(15).collect().await;
    assert!(came[..9].iter().all(|came| *came) && !came[came.len() - 1], "the sweep covers every call: {came:?}");
}
