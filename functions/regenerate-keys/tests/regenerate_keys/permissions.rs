//! The template's permissions are those that the function uses, no more. (That it needs no others, every test shows: a
//! call without its permission is refused.)

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
