//! Keys that may change a contact's subscription.

use aws_sdk_dynamodb::types::AttributeValue;
use posthorn_table::{contact::Subscription, data::Data};
use serde_json::{Value, json};

use crate::support::{ADA, World, boolean, event, plain};

impl World {
    async fn subscribe(&self, is_secret: bool, subscribed: &Value) -> Value {
        let body = event(&json!({"subscribed": subscribed}));
        let request = if is_secret { self.secret(&body) } else { self.public(&body) };
        let answered = self.accepts(request).await.json["data"]["subscribed"].clone();
        assert_eq!(answered, boolean(&self.contact(ADA).await, "subscribed"), "the answer tells what is stored");
        answered
    }

    /// Marks a contact that bounced or complained, as feedback does.
    async fn bar(&self, mark: &str, subscribed: bool) {
        self.accepts(self.public(&plain())).await;
        let mut contact = self.contact(ADA).await;
        contact.insert(mark.to_owned(), AttributeValue::S("2025-11-30T10:00:00Z".to_owned()));
        contact.insert("subscribed".to_owned(), AttributeValue::Bool(subscribed));
        contact.insert("barred".to_owned(), AttributeValue::Bool(subscribed));
        self.put(contact).await;
    }
}

#[tokio::test]
async fn either_key_may_unsubscribe() {
    for is_secret in [false, true] {
        let world = World::new().await;
        assert_eq!(world.subscribe(is_secret, &Value::Null).await, true);
        assert_eq!(world.subscribe(is_secret, &json!(false)).await, false);
        assert_eq!(world.subscribe(is_secret, &Value::Null).await, false, "only if given");
    }
}

#[tokio::test]
async fn a_public_key_does_not_undo_an_opt_out_of_either_key() {
    for opted_out_by_secret in [false, true] {
        let world = World::new().await;
        world.subscribe(opted_out_by_secret, &json!(false)).await;
        assert_eq!(world.subscribe(false, &json!(true)).await, false);
        assert_eq!(world.subscribe(true, &json!(true)).await, true, "a secret key may");
        assert!(!world.contact(ADA).await.contains_key("barred"));
        assert_eq!(world.subscribe(false, &json!(true)).await, true);
    }
}

#[tokio::test]
async fn a_public_key_does_not_undo_a_bounce_or_a_complaint() {
    for (mark, subscribed) in [("bounced_at", false), ("complained_at", false), ("bounced_at", true)] {
        let world = World::new().await;
        world.bar(mark, subscribed).await;
        assert_eq!(world.subscribe(false, &json!(true)).await, subscribed, "{mark}");
        assert_eq!(world.subscribe(true, &json!(true)).await, true, "a secret key may, {mark}");
        assert!(world.contact(ADA).await.contains_key(mark), "the {mark} stays on record");
    }
}

#[tokio::test]
async fn a_public_key_may_subscribe_a_contact_that_send_created() {
    let world = World::new().await;
    let by_default = Subscription::Keep { when_new: false };
    let now = world.backends.clock.now();
    world.backends.table.merge_contact(world.id(), ADA, by_default, &Data::default(), now).await.unwrap();
    assert_eq!(world.subscribe(false, &Value::Null).await, false);
    assert_eq!(world.subscribe(false, &json!(true)).await, true);
}

#[tokio::test]
async fn a_new_contact_may_begin_unsubscribed() {
    let world = World::new().await;
    assert_eq!(world.subscribe(false, &json!(false)).await, false);
    assert_eq!(world.subscribe(false, &json!(true)).await, false, "that was an opt-out");
}

#[tokio::test]
async fn an_opt_out_succeeds_whatever_the_contact_holds() {
    for is_secret in [false, true] {
        let world = World::new().await;
        world.accepts(world.public(&plain())).await;
        world.backends.fill_contact(posthorn_table::contact::id(world.id(), ADA)).await;
        let before = world.data(ADA).await.as_object().unwrap().len();
        assert_eq!(world.subscribe(is_secret, &json!(false)).await, false);
        assert!(!boolean(&world.contact(ADA).await, "barred"), "a public key does not undo it");
        let after = world.data(ADA).await.as_object().unwrap().len();
        assert_eq!(after, before - 1, "the largest data gave way, and no more");
        assert_eq!(world.subscribe(false, &json!(true)).await, false);
    }
}

#[tokio::test]
async fn an_opt_out_counts_where_its_data_does_not_fit() {
    for key in [None, Some("k")] {
        let world = World::new().await;
        for name in ["a", "b"] {
            world.accepts(world.public(&event(&json!({"data": {name: "x".repeat(32_000)}})))).await;
        }
        let before = world.data(ADA).await;
        let body = event(&json!({"subscribed": false, "data": {"reason": "x".repeat(3_000)}}));
        let request = world.public(&body);
        let request = if let Some(key) = key { request.once(key) } else { request };
        assert_eq!(world.accepts(request).await.json["data"]["subscribed"], false);
        let contact = world.contact(ADA).await;
        assert!(!boolean(&contact, "subscribed") && !boolean(&contact, "barred"));
        assert_eq!(world.data(ADA).await, before, "nobody's data is lost to it");
        assert_eq!(world.events().await.len(), 3, "the event keeps what was said");
        let removing = event(&json!({"subscribed": false, "data": {"a": null, "reason": "x".repeat(3_000)}}));
        world.accepts(world.public(&removing)).await;
        assert!(world.data(ADA).await["reason"].is_string(), "with what it removes there is room");
    }
}
