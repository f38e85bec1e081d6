//! The SDK's own client calls the endpoint.

mod accepted;
mod faults;
mod identities;
mod refused;

use std::fmt::Debug;

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_sesv2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::send_email::SendEmailOutput;
use aws_sdk_sesv2::operation::send_email::builders::SendEmailFluentBuilder;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};
use tokio::net::TcpListener;

use super::Ses;

type Sent = Result<SendEmailOutput, SdkError<aws_sdk_sesv2::operation::send_email::SendEmailError>>;

/// An endpoint for which `example.com` is verified, and a client of it that never retries.
async fn started() -> (Ses, Client) {
    let ses = Ses::new();
    ses.verify("example.com");
    let client = serve(ses.clone()).await;
    (ses, client)
}

async fn serve(ses: Ses) -> Client {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(crate::server::serve(ses.router(), listener, std::future::pending()));
    let config = aws_sdk_sesv2::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-3"))
        .credentials_provider(Credentials::new("AKIAEXAMPLE", "secret", None, None, "tests"))
        .retry_config(RetryConfig::disabled())
        .endpoint_url(url)
        .build();
    Client::from_conf(config)
}

fn content(data: &str) -> Content {
    Content::builder().data(data).charset("UTF-8").build().unwrap()
}

fn to(address: &str) -> Destination {
    Destination::builder().to_addresses(address).build()
}

/// A message that SES takes, to change at will.
fn message() -> aws_sdk_sesv2::types::builders::MessageBuilder {
    Message::builder().subject(content("Hello")).body(Body::builder().text(content("Hi")).build())
}

fn simple(message: aws_sdk_sesv2::types::builders::MessageBuilder) -> EmailContent {
    EmailContent::builder().simple(message.build()).build()
}

/// A request that SES takes, to change at will.
fn email(client: &Client) -> SendEmailFluentBuilder {
    client.send_email().from_email_address("hello@example.com").destination(to("ann@x.com")).content(simple(message()))
}

/// The modelled exception's name and text.
fn exception<O: Debug, E: ProvideErrorMetadata>(result: Result<O, SdkError<E>>) -> (String, String) {
    match result.expect_err("must be refused") {
        SdkError::ServiceError(error) => {
            let error = error.into_err();
            (error.code().unwrap_or_default().to_owned(), error.message().unwrap_or_default().to_owned())
        }
        other => panic!("no answer of the service: {other}"),
    }
}
