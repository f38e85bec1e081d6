//! The template's permissions are those that the function uses, no more, and on the items alone that it uses them on.

use posthorn_testkit::permissions::TableOperation;

use crate::support::World;

#[tokio::test]
async fn every_permission_is_used() {
    let world = World::new().await;
    assert_eq!(world.get("/projects").await.status, 200);
    let (allowed, used) = world.permissions.allowed_and_used();
    assert_eq!(used, allowed);
}

/// An attacker who takes this function over reaches no further than its work: other items are refused, and unchanged.
#[tokio::test]
async fn other_items_are_out_of_reach() {
    let world = World::new().await;
    let reach = [(TableOperation::Get, &["KEY#", "PROJECT#"][..])];
    world.permissions.refuse_all_but(&world.backends, &reach).await;
}
