//! The calls of the functions, made by the SDK alone, with the operations, attributes and expressions of the functions.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    config::{Builder, retry::RetryConfig},
    types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure},
};
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message, MessageTag};

fn s(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn n(value: &str) -> AttributeValue {
    AttributeValue::N(value.to_owned())
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

async fn put_event(client: &aws_sdk_dynamodb::Client) {
    let mut item = key("CONTACT#00000000-0000-8000-8000-000000000000", "EVENT#01M7Y9KD9H0YKFVDTVFM86CJPS");
    for (name, value) in [
        ("project_id", "00000000-0000-4000-8000-00000000de30"),
        ("name", "signed_up"),
        ("data", "{\"plan\":\"pro\"}"),
        ("created_at", "2026-11-21T00:00:00.000Z"),
    ] {
        item.insert(name.to_owned(), s(value));
    }
    let _ = client.put_item().table_name("posthorn").set_item(Some(item)).send().await;
}

async fn put_email(client: &aws_sdk_dynamodb::Client) {
    let mut item = key("EMAIL#00000000-0000-4000-8000-000000000000", "EMAIL");
    for (name, value) in [
        ("project_id", "00000000-0000-4000-8000-00000000de30"),
        ("email_id", "00000000-0000-4000-8000-000000000000"),
        ("contact_id", "00000000-0000-8000-8000-000000000000"),
        ("to", "ada@example.org"),
        ("status", "PENDING"),
        ("nonce", "00000000000000000000000000000000"),
        ("created_at", "2026-11-21T00:00:00.000Z"),
    ] {
        item.insert(name.to_owned(), s(value));
    }
    for (name, value) in [("epoch", "0"), ("rank", "0"), ("expires_at", "1803021421")] {
        item.insert(name.to_owned(), n(value));
    }
    let _ = client
        .put_item()
        .table_name("posthorn")
        .set_item(Some(item))
        .condition_expression("attribute_not_exists(pk)")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .send()
        .await;
}

async fn settle_email(client: &aws_sdk_dynamodb::Client) {
    let _ = client
        .update_item()
        .table_name("posthorn")
        .set_key(Some(key("EMAIL#00000000-0000-4000-8000-000000000000", "EMAIL")))
        .update_expression(
            "SET #status = :status, #rank = :rank, settled_at = :now, message_id = :message, subject = :subject",
        )
        .condition_expression("attribute_exists(pk) AND #rank < :rank")
        .expression_attribute_names("#status", "status")
        .expression_attribute_names("#rank", "rank")
        .expression_attribute_values(":status", s("SENT"))
        .expression_attribute_values(":rank", n("2"))
        .expression_attribute_values(":now", s("2026-11-21T00:00:00.000Z"))
        .expression_attribute_values(":message", s("0100018f-0000"))
        .expression_attribute_values(":subject", s("Hello Ada"))
        .send()
        .await;
}

async fn count_sent(client: &aws_sdk_dynamodb::Client) {
    let _ = client
        .update_item()
        .table_name("posthorn")
        .set_key(Some(key("STATS#00000000-0000-4000-8000-00000000de30#3", "2026-11-21")))
        .update_expression("ADD #sent :count SET #expires = :expires")
        .expression_attribute_names("#sent", "0:07:sent")
        .expression_attribute_names("#expires", "expires_at")
        .expression_attribute_values(":count", n("1"))
        .expression_attribute_values(":expires", n("1798269421"))
        .customize()
        .config_override(Builder::new().retry_config(RetryConfig::disabled()))
        .send()
        .await;
}

async fn send_email(mail: &aws_sdk_sesv2::Client) {
    let content = |text: &str| Content::builder().data(text).charset("UTF-8").build().expect("data");
    let tag = |name: &str| {
        let value = "00000000-0000-4000-8000-00000000de30";
        MessageTag::builder().name(name).value(value).build().expect("a name and a value")
    };
    let message = Message::builder()
        .subject(content("Hello Ada"))
        .body(Body::builder().html(content("<p>Hello Ada.</p>")).text(content("Hello Ada.\n")).build())
        .build();
    let _ = mail
        .send_email()
        .from_email_address("\"demo\" <hello@example.com>")
        .reply_to_addresses("hello@example.com")
        .destination(Destination::builder().to_addresses("ada@example.org").build())
        .content(EmailContent::builder().simple(message).build())
        .email_tags(tag("posthorn-project"))
        .email_tags(tag("posthorn-email"))
        .send()
        .await;
}

/// Makes the calls of `track`: the key; contact and event.
pub(crate) async fn track(client: &aws_sdk_dynamodb::Client) {
    read_key(client).await;
    tokio::join!(merge_contact(client), put_event(client));
}

/// Makes the calls of `send`: the key; contact and record; SES; outcome and statistics.
pub(crate) async fn send(client: &aws_sdk_dynamodb::Client, mail: &aws_sdk_sesv2::Client) {
    read_key(client).await;
    tokio::join!(merge_contact(client), put_email(client));
    send_email(mail).await;
    tokio::join!(settle_email(client), count_sent(client));
}
