//! The template grants the function the permissions that it uses and no others, on the items that it uses them on and no others.
//! Every test shows that they suffice, for a call without its permission is refused.

use posthorn_testkit::permissions::TableOperation;
use serde_json::json;

use crate::support::World;

#[tokio::test]
async fn every_permission_is_used() {
    let mut world = World::new().await;
    world.app.alerts = Some(world.backends.as_function(&world.permissions).alerts);
    assert_eq!(world.rotates(&json!({"keys": "both"})).await.status, 200);
    let (allowed, used) = world.permissions.allowed_and_used();
    assert_eq!(used, allowed);
}

/// An attacker who takes this function over can use no item beyond those of its work.
#[tokio::test]
async fn other_items_are_out_of_reach() {
    let world = World::new().await;
    let reach = [
        (TableOperation::Get, &["KEY#", "PROJECT#"][..]),
        (TableOperation::Put, &["KEY#", "PROJECT#", "PROJECTS"]),
        (TableOperation::Delete, &["KEY#"]),
    ];
    world.permissions.refuse_all_but(&world.backends, &reach).await;
}
