//! Any order, any duplicates: the same emails, contacts and counts.

use jiff::SignedDuration;
use posthorn_table::{data::Data, email::Email};
use proptest::prelude::*;
use serde_json::Value;

use crate::support::{World, bounce, complaint, event};

const KINDS: usize = 13;

/// One of many events of an email.
fn one(kind: usize, email: &Email, seconds: u32) -> Value {
    match kind {
        0 => event("Send", "send", email, seconds),
        1 => event("Delivery", "delivery", email, seconds),
        2 => event("Open", "open", email, seconds),
        3 => event("Click", "click", email, seconds),
        4 => event("DeliveryDelay", "deliveryDelay", email, seconds),
        5 => event("Reject", "reject", email, seconds),
        6 => bounce(email, "Permanent", "General", seconds),
        7 => bounce(email, "Permanent", "OnAccountSuppressionList", seconds),
        8 => bounce(email, "Transient", "General", seconds),
        9 => complaint(email, "abuse", seconds),
        10 => complaint(email, "not-spam", seconds),
        11 => event("Rendering Failure", "failure", email, seconds),
        _ => event("Subscription", "subscription", email, seconds),
    }
}

/// Four emails to two contacts, the first subscribed, one in an hour and one in a day of its own, and one to the simulator.
async fn world() -> (World, Vec<Email>) {
    let world = World::new().await;
    let subscribe = posthorn_table::contact::Subscription::Set(true);
    world
        .app
        .table
        .merge_contact(world.id(), "ada@example.org", subscribe, &Data::default(), world.now())
        .await
        .unwrap();
    let mut emails = Vec::new();
    for (number, to) in
        (1..).zip(["ada@example.org", "bob@example.org", "ada@example.org", "bounce@simulator.amazonses.com"])
    {
        emails.push(world.sent(number, to).await);
        world.wait(SignedDuration::from_hours(13));
    }
    (world, emails)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn order_and_duplicates_change_nothing(
        events in prop::collection::vec((0..KINDS, 0_usize..4, 0_u32..4), 1..16),
        again in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        shuffle in prop::collection::vec(any::<u32>(), 28),
        batch in 1_usize..11,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (once, emails) = world().await;
            for (kind, email, seconds) in &events {
                once.wait(SignedDuration::from_mins(1));
                once.takes(&[one(*kind, &emails[*email], *seconds)]).await;
            }
            let (many, emails) = world().await;
            let copies = again.iter().map(|index| events[index.index(events.len())]);
            let mut all: Vec<_> = events.iter().copied().chain(copies).zip(&shuffle).collect();
            all.sort_by_key(|(_, place)| **place);
            let all: Vec<Value> = all.iter().map(|((kind, email, seconds), _)| one(*kind, &emails[*email], *seconds)).collect();
            for some in all.chunks(batch) {
                many.wait(SignedDuration::from_mins(7));
                many.takes(some).await;
            }
            assert_eq!(many.state().await, once.state().await);
        });
    }
}
