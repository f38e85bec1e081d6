//! The same calls as the functions make, by the SDK alone.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};

fn s(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn key(pk: &str, sk: &str) -> HashMap<String, AttributeValue> {
    HashMap::from([("pk".to_owned(), s(pk)), ("sk".to_owned(), s(sk))])
}

async fn read_key(client: &aws_sdk_dynamodb::Client) {
    let key = key("KEY#0123456789012345678901234567890123456789012345678901234567890123", "KEY");
    let _ = client.get_item().table_name("posthorn").consistent_read(true).set_key(Some(key)).send().await;
}

async fn merge_contact(client: &aws_sdk_dynamodb::Client) {
    let _ = client
        .update_item()
        .table_name("posthorn")
        .set_key(Some(key("CONTACT#00000000-0000-8000-8000-000000000000", "CONTACT")))
        .update_expression("SET project_id = :p, email = :e, created_at = if_not_exists(created_at, :n), updated_at = :n, subscribed = if_not_exists(subscribed, :s), #s0 = :s0")
        .expression_attribute_names("#s0", "data:plan")
        .expression_attribute_values(":p", s("00000000-0000-4000-8000-00000000de30"))
        .expression_attribute_values(":e", s("ada@example.org"))
        .expression_attribute_values(":n", s("2026-11-21T00:00:00Z"))
        .expression_attribute_values(":s", AttributeValue::Bool(true))
        .expression_attribute_values(":s0", s("\"pro\""))
        .return_values(ReturnValue::AllNew)
        .send()
        .await;
}

async fn put(client: &aws_sdk_dynamodb::Client) {
    let mut item = key("CONTACT#00000000-0000-8000-8000-000000000000", "EVENT#01M7Y9KD9H0YKFVDTVFM86CJPS");
    for (name, value) in [
        ("project_id", "00000000-0000-4000-8000-00000000de30"),
        ("name", "signed_up"),
        ("data", "{\"plan\":\"pro\"}"),
        ("created_at", "2026-11-21T00:00:00Z"),
    ] {
        item.insert(name.to_owned(), s(value));
    }
    let _ = client.put_item().table_name("posthorn").set_item(Some(item)).send().await;
}

async fn update(client: &aws_sdk_dynamodb::Client) {
    let _ = client
        .update_item()
        .table_name("posthorn")
        .set_key(Some(key("EMAIL#00000000-0000-4000-8000-000000000000", "EMAIL")))
        .update_expression("SET #status = :status, #rank = :rank")
        .condition_expression("attribute_exists(pk) AND #rank < :rank")
        .expression_attribute_names("#status", "status")
        .expression_attribute_names("#rank", "rank")
        .expression_attribute_values(":status", s("SENT"))
        .expression_attribute_values(":rank", AttributeValue::N("2".to_owned()))
        .send()
        .await;
}

/// Key; contact and event.
pub(crate) async fn track(client: &aws_sdk_dynamodb::Client) {
    read_key(client).await;
    tokio::join!(merge_contact(client), put(client));
}

/// Key; contact and record; SES; outcome and statistics.
pub(crate) async fn send(client: &aws_sdk_dynamodb::Client, mail: &aws_sdk_sesv2::Client) {
    read_key(client).await;
    tokio::join!(merge_contact(client), put(client));
    let content = |text: &str| Content::builder().data(text).charset("UTF-8").build().expect("data");
    let message = Message::builder()
        .subject(content("Hello Ada"))
        .body(Body::builder().html(content("<p>Hello Ada.</p>")).text(content("Hello Ada.")).build())
        .build();
    let _ = mail
        .send_email()
        .from_email_address("hello@example.com")
        .destination(Destination::builder().to_addresses("ada@example.org").build())
        .content(EmailContent::builder().simple(message).build())
        .send()
        .await;
    tokio::join!(update(client), update(client));
}
