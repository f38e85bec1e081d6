//! The SDK's own client calls the endpoint.

use std::fmt::Debug;
use std::io::ErrorKind;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_sns::Client;
use aws_sdk_sns::config::Builder;
use aws_sdk_sns::config::retry::RetryConfig;
use aws_sdk_sns::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sns::operation::publish::PublishError;
use aws_sdk_sns::operation::publish::builders::PublishFluentBuilder;
use tokio::net::TcpListener;

use super::{Fault, Sns, Subscription};
use crate::backends::local_config;

const ALERTS: &str = "arn:aws:sns:us-east-1:000000000000:alerts";

/// An endpoint with one topic, and a client of it that never retries.
async fn started() -> (Sns, Client) {
    let sns = Sns::new();
    sns.create_topic(ALERTS);
    let client = serve(sns.clone()).await;
    (sns, client)
}

async fn serve(sns: Sns) -> Client {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(crate::server::serve(sns.router(), listener, std::future::pending()));
    Client::from_conf(Builder::from(&local_config(&url)).retry_config(RetryConfig::disabled()).build())
}

/// A request that SNS takes, to change at will.
fn publish(client: &Client) -> PublishFluentBuilder {
    client.publish().topic_arn(ALERTS).message("A key was replaced.")
}

/// The answer's status and the error's code.
fn error<O: Debug, E: ProvideErrorMetadata>(result: Result<O, SdkError<E>>) -> (u16, String) {
    let error = result.expect_err("must be refused");
    let status = error.raw_response().expect("an answer").status().as_u16();
    (status, error.code().unwrap_or_default().to_owned())
}

async fn check_refused(change: impl FnOnce(PublishFluentBuilder) -> PublishFluentBuilder, status: u16, code: &str) {
    let (sns, client) = started().await;
    let answer = change(publish(&client)).send().await;
    assert_eq!(error(answer), (status, code.to_owned()));
    assert!(sns.published().is_empty());
    assert_eq!(sns.calls(), 1);
}

#[tokio::test]
async fn a_published_message_has_every_field() {
    let (sns, client) = started().await;
    let message = "{\"a\":\"1 + 1 & <2> = 100 %\",\n\"ö\":\"🎺\"}";
    let answer = publish(&client).subject("Posthorn: keys").message(message).send().await.unwrap();
    let [published] = &sns.published()[..] else { panic!("one message") };
    assert_eq!(answer.message_id.as_ref(), Some(&published.id));
    assert_eq!((published.topic.as_str(), published.subject.as_deref()), (ALERTS, Some("Posthorn: keys")));
    assert_eq!(published.message, message);
}

#[tokio::test]
async fn messages_stand_in_order_each_with_its_id() {
    let (sns, client) = started().await;
    for message in ["first", "second"] {
        publish(&client).message(message).send().await.unwrap();
    }
    let published = sns.published();
    let messages: Vec<_> = published.iter().map(|published| published.message.as_str()).collect();
    assert_eq!(messages, ["first", "second"]);
    assert_ne!(published[0].id, published[1].id);
    assert_eq!(published[0].subject, None);
}

#[tokio::test]
async fn a_message_is_neither_absent_nor_empty_nor_beyond_256_kb() {
    check_refused(|request| request.message(""), 400, "InvalidParameter").await;
    check_refused(|request| request.set_message(None), 400, "InvalidParameter").await;
    check_refused(|request| request.message("ä".repeat(128 * 1024) + "x"), 400, "InvalidParameter").await;
    let (sns, client) = started().await;
    publish(&client).message("ä".repeat(128 * 1024)).send().await.unwrap();
    assert_eq!(sns.published()[0].message.len(), 256 * 1024);
}

#[tokio::test]
async fn a_subject_is_one_line_of_ascii_up_to_100_characters() {
    for subject in ["", "two\nlines", "Schlüssel", &"x".repeat(101)] {
        check_refused(|request| request.subject(subject), 400, "InvalidParameter").await;
    }
    let (sns, client) = started().await;
    publish(&client).subject("x".repeat(100)).send().await.unwrap();
    assert_eq!(sns.published().len(), 1);
}

#[tokio::test]
async fn a_topic_is_one_that_was_created() {
    check_refused(|request| request.topic_arn("alerts"), 400, "InvalidParameter").await;
    check_refused(|request| request.set_topic_arn(None), 400, "InvalidParameter").await;
    let other = "arn:aws:sns:us-east-1:000000000000:other";
    check_refused(|request| request.topic_arn(other), 404, "NotFound").await;
}

#[tokio::test]
async fn another_action_is_refused() {
    let (sns, client) = started().await;
    assert_eq!(error(client.list_topics().send().await), (400, "InvalidAction".to_owned()));
    assert_eq!(sns.calls(), 0);
}

#[tokio::test]
async fn a_refusing_fault_publishes_nothing() {
    for (fault, status, code) in
        [(Fault::ServerError, 500, "InternalError"), (Fault::Denied, 403, "AuthorizationError")]
    {
        let (sns, client) = started().await;
        sns.fail_next(fault);
        assert_eq!(error(publish(&client).send().await), (status, code.to_owned()));
        assert!(sns.published().is_empty());
        assert_eq!(sns.calls(), 1);
    }
}

#[tokio::test]
async fn a_lost_answer_is_an_error_to_the_caller_and_a_message_to_the_account() {
    let (sns, client) = started().await;
    sns.fail_next(Fault::LoseAnswer);
    let answer = publish(&client).send().await;
    assert!(matches!(answer.unwrap_err().into_service_error(), PublishError::InternalErrorException(_)));
    assert_eq!(sns.published().len(), 1);
}

#[tokio::test]
async fn an_answer_that_never_comes_leaves_a_message_all_the_same() {
    let (sns, client) = started().await;
    sns.fail_next(Fault::NeverAnswer);
    let hung_up = tokio::time::timeout(Duration::from_secs(2), publish(&client).send()).await;
    assert!(hung_up.is_err());
    assert_eq!(sns.published().len(), 1);
}

#[tokio::test]
async fn faults_are_taken_in_order_one_a_request() {
    let (sns, client) = started().await;
    sns.fail_next(Fault::Denied);
    sns.fail_next(Fault::ServerError);
    assert_eq!(error(publish(&client).send().await).0, 403);
    assert_eq!(error(publish(&client).send().await).0, 500);
    publish(&client).send().await.unwrap();
}

#[tokio::test]
async fn a_sink_gets_each_published_message() {
    let taken = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&taken);
    let sns = Sns::new().with_sink(move |published| {
        sink.lock().unwrap().push(published.clone());
        Ok(())
    });
    sns.create_topic(ALERTS);
    publish(&serve(sns.clone()).await).send().await.unwrap();
    assert_eq!(taken.lock().unwrap().as_slice(), [sns.published()[0].as_ref().clone()]);
}

#[tokio::test]
async fn a_failing_sink_is_a_500_and_no_message() {
    let sns = Sns::new().with_sink(|_| Err(ErrorKind::StorageFull.into()));
    sns.create_topic(ALERTS);
    let client = serve(sns.clone()).await;
    assert_eq!(error(publish(&client).send().await), (500, "InternalError".to_owned()));
    assert!(sns.published().is_empty());
}

#[tokio::test]
async fn a_topic_lists_its_subscriptions() {
    let (sns, client) = started().await;
    let list = |arn: &str| client.list_subscriptions_by_topic().topic_arn(arn).send();
    assert!(list(ALERTS).await.unwrap().subscriptions().is_empty());
    sns.subscribe(ALERTS, Subscription::new("https", "https://example.com/?a=1&b=2"));
    sns.subscribe(ALERTS, Subscription { confirmed: false, ..Subscription::new("email", "ops@example.com") });
    let listed = list(ALERTS).await.unwrap();
    let listed: Vec<_> =
        listed.subscriptions().iter().map(|it| (it.endpoint().unwrap(), it.subscription_arn().unwrap())).collect();
    assert_eq!(listed[0], ("https://example.com/?a=1&b=2", "arn:aws:sns:us-east-1:000000000000:alerts:subscription"));
    assert_eq!(listed[1], ("ops@example.com", "PendingConfirmation"));
    assert_eq!(error(list("arn:aws:sns:us-east-1:000000000000:none").await), (404, "NotFound".to_owned()));
    assert_eq!(error(list("none").await), (400, "InvalidParameter".to_owned()));
}
