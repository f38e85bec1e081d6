//! The template's permissions are those that the function uses, no more, and on the items alone that it uses them on. (That
//! it needs no others, every test shows: a call without its permission is refused.)

use posthorn_table::contact;
use posthorn_testkit::{faults::Fault, permissions::TableOperation};
use serde_json::json;

use crate::support::{ADA, World, event, plain};

#[tokio::test]
async fn every_permission_is_used() {
    let world = World::new().await;
    world.accepts(world.public(&plain()).once("k")).await;
    // A claim that the answer to a failed condition lacks is read.
    world.backends.faults.fail("PutItem", "IDEMPOTENCY#", Fault::FailsCondition, 1);
    world.accepts(world.public(&plain()).once("other")).await;
    // A request that is refused after its claim frees the key.
    let large = json!({"data": {"biography": "x".repeat(30_000)}});
    for number in 0..14 {
        let mut large = large.clone();
        large["data"][format!("biography-{number}")] = large["data"]["biography"].take();
        world.call(world.public(&event(&large)).once(&format!("k{number}"))).await;
    }
    // An opt-out of a contact without room for it reads what may give way.
    world.backends.fill_contact(contact::id(world.id(), ADA)).await;
    world.accepts(world.public(&event(&json!({"subscribed": false})))).await;
    let (allowed, used) = world.permissions.allowed_and_used();
    assert_eq!(used, allowed);
}

/// An attacker who takes this function over reaches no further than its work: other items are refused, and unchanged.
#[tokio::test]
async fn other_items_are_out_of_reach() {
    let world = World::new().await;
    let reach = [
        (TableOperation::Get, &["KEY#", "CONTACT#", "IDEMPOTENCY#"][..]),
        (TableOperation::Put, &["CONTACT#", "IDEMPOTENCY#"]),
        (TableOperation::Update, &["CONTACT#", "IDEMPOTENCY#"]),
        (TableOperation::Delete, &["CONTACT#", "IDEMPOTENCY#"]),
    ];
    world.permissions.refuse_all_but(&world.backends, &reach).await;
}
