//! The template's permissions are those that the function uses, no more, and on the items alone that it uses them on. (That
//! it needs no others, every test shows: a call without its permission is refused.)

use posthorn_table::contact;
use posthorn_testkit::{faults, permissions::TableOperation, ses::Fault};

use crate::support::{World, email, plain};
use serde_json::json;

#[tokio::test]
async fn every_permission_is_used() {
    let world = World::with(|project| project.facts.monthly_limit = Some(100)).await;
    assert_eq!(world.once("k", &plain()).await.status, 200);
    // A repeat of what ended in doubt reads the emails' records in a batch.
    world.backends.ses.fail_next(Fault::LoseAnswer);
    for _attempt in 0..2 {
        assert_eq!(world.once("doubt", &email(&json!({"to": "grace@example.org"}))).await.status, 502);
    }
    // An opt-out of a contact without room for it reads what may give way.
    world.backends.fill_contact(contact::id(world.id(), "grace@example.org")).await;
    let full = email(&json!({"to": "grace@example.org", "subscribed": false}));
    assert_eq!(world.send(&full).await.status, 200);
    // A request that is to be refused reads the claim of its key.
    let refused = email(&json!({"from": "hello@example.org"}));
    assert_eq!(world.once("refused", &refused).await.status, 403);
    // The record of an email that SES throttled throughout is withdrawn, and its key freed.
    (0..4).for_each(|_| world.backends.ses.fail_next(Fault::Throttled));
    assert_eq!(world.once("throttled", &plain()).await.status, 429);
    // Records that the answer to a failed condition lacks are read.
    world.backends.faults.fail("PutItem", "EMAIL#", faults::Fault::FailsCondition, 1);
    assert_eq!(world.send(&plain()).await.status, 200);
    world.backends.faults.fail("UpdateItem", "USAGE#", faults::Fault::FailsCondition, 1);
    assert_eq!(world.send(&plain()).await.status, 402);
    let (allowed, used) = world.permissions.allowed_and_used();
    assert_eq!(used, allowed);
}

/// An attacker who takes this function over reaches no further than its work: other items are refused, and unchanged.
#[tokio::test]
async fn other_items_are_out_of_reach() {
    let world = World::new().await;
    let reach = [
        (TableOperation::Get, &["KEY#", "CONTACT#", "IDEMPOTENCY#", "EMAIL#", "USAGE#"][..]),
        (TableOperation::BatchGet, &["EMAIL#"]),
        (TableOperation::Put, &["EMAIL#", "IDEMPOTENCY#"]),
        (TableOperation::Update, &["EMAIL#", "IDEMPOTENCY#", "CONTACT#", "USAGE#", "STATS#"]),
        (TableOperation::Delete, &["EMAIL#", "IDEMPOTENCY#"]),
    ];
    world.permissions.refuse_all_but(&world.backends, &reach).await;
}
