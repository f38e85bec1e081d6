//! The template's permissions are those that the function uses, no more, and on the items alone that it uses them on. (That
//! it needs no others, every test shows: a call without its permission is refused.)

use posthorn_testkit::permissions::Operation;
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

/// An attacker who takes this function over reaches no further than its work: other items are refused, and unchanged.
#[tokio::test]
async fn other_items_are_out_of_reach() {
    let world = World::new().await;
    for (operation, partitions) in [
        (
            Operation::Get,
            &["CONTACT#0", "EMAIL#0", "IDEMPOTENCY#0", "PROJECTS", "DOMAINS", "STATS#0", "USAGE#0", "FEEDBACK"][..],
        ),
        (Operation::Put, &["CONTACT#0", "EMAIL#0", "IDEMPOTENCY#0", "DOMAINS", "STATS#0", "USAGE#0", "FEEDBACK"]),
        (
            Operation::Update,
            &["KEY#0", "PROJECT#0", "PROJECTS", "DOMAINS", "CONTACT#0", "EMAIL#0", "STATS#0", "USAGE#0", "FEEDBACK"],
        ),
        (
            Operation::Delete,
            &["PROJECT#0", "PROJECTS", "DOMAINS", "CONTACT#0", "EMAIL#0", "STATS#0", "USAGE#0", "FEEDBACK"],
        ),
    ] {
        world.permissions.refuse(&world.backends, operation, partitions).await;
    }
}
