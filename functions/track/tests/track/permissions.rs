//! The template's permissions are those that the function uses, no more. (That it needs no others, every test shows: a
//! call without its permission is refused.)

use serde_json::json;

use crate::support::{World, event, plain};

#[tokio::test]
async fn every_permission_is_used() {
    let world = World::new().await;
    world.accepts(world.public(&plain()).once("k")).await;
    // What is refused after its claim frees the key.
    let large = json!({"data": {"biography": "x".repeat(30_000)}});
    for number in 0..14 {
        let mut large = large.clone();
        large["data"][format!("biography-{number}")] = large["data"]["biography"].take();
        world.call(world.public(&event(&large)).once(&format!("k{number}"))).await;
    }
    let (allowed, used) = world.permissions.allowed_and_used();
    assert_eq!(used, allowed);
}
