//! Who may change a contact's subscription.

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

    /// As feedback leaves a contact that bounced or complained.
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
async fn what_send_created_a_public_key_may_subscribe() {
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
