//! The template's permissions are those that the function uses, no more. (That it needs no others, every test shows: a
//! call without its permission is refused.)

use posthorn_testkit::ses::Fault;

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
    // What SES throttled throughout is withdrawn.
    (0..4).for_each(|_| world.backends.ses.fail_next(Fault::Throttled));
    assert_eq!(world.send(&plain()).await.status, 429);
    let (allowed, used) = world.permissions.allowed_and_used();
    assert_eq!(used, allowed);
}
