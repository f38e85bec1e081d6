//! Answers of AWS that the engine and the endpoints here never give by themselves.

use aws_smithy_runtime_api::{
    client::orchestrator::HttpResponse,
    http::{Response, StatusCode},
};
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

use super::request::{ObservedRequest, Service};

/// The answer to a call that is throttled (DynamoDB developer guide, "Error handling"; SES API, `SendEmail`; SNS API, `ThrottledException`,
/// whose code on the wire is another than its name).
pub(super) fn throttled(request: &ObservedRequest) -> HttpResponse {
    match request.service {
        Service::DynamoDb => dynamodb_error("ProvisionedThroughputExceededException", ""),
        Service::Ses => {
            let mut response = respond(429, r#"{"message":"Maximum sending rate exceeded."}"#.to_owned());
            response.headers_mut().insert("x-amzn-errortype", "TooManyRequestsException");
            response
        }
        Service::Sns => respond(
            429,
            "<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error><Type>Sender</Type><Code>Throttled</Code><Message>Rate exceeded</Message></Error></ErrorResponse>".to_owned(),
        ),
    }
}

/// A 500 without a body.
pub(super) fn server_error() -> HttpResponse {
    respond(500, String::new())
}

/// The answer to a single write or a transaction that another transaction is in the way of.
pub(super) fn conflict(request: &ObservedRequest) -> HttpResponse {
    if request.is_transaction() {
        cancelled("TransactionConflict")
    } else {
        dynamodb_error("TransactionConflictException", "")
    }
}

/// The answer of a throttled table to a batched read: every key is given back as it was asked for (API reference,
/// `BatchGetItem`).
pub(super) fn keys_left_unread(request: &ObservedRequest) -> HttpResponse {
    let asked: Value = serde_json::from_str(&request.body).expect("a request of DynamoDB's");
    let unread = &asked["RequestItems"];
    respond(200, json!({"Responses": {}, "UnprocessedKeys": unread, "ConsumedCapacity": []}).to_string())
}

/// The answer to a batched read of which no key has an item (API reference, `BatchGetItem`).
pub(super) fn nothing_found() -> HttpResponse {
    respond(200, json!({"Responses": {}, "UnprocessedKeys": {}, "ConsumedCapacity": []}).to_string())
}

/// The answer to a write whose condition failed, without the item that is there.
pub(super) fn condition_failed(request: &ObservedRequest) -> HttpResponse {
    if request.is_transaction() {
        cancelled("ConditionalCheckFailed")
    } else {
        dynamodb_error("ConditionalCheckFailedException", "")
    }
}

fn cancelled(code: &str) -> HttpResponse {
    dynamodb_error(
        "TransactionCanceledException",
        &format!(r#","CancellationReasons":[{{"Code":"{code}"}},{{"Code":"None"}}]"#),
    )
}

fn dynamodb_error(code: &str, more: &str) -> HttpResponse {
    respond(400, format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":"as a test asked"{more}}}"#))
}

fn respond(status: u16, body: String) -> HttpResponse {
    Response::new(StatusCode::try_from(status).expect("a status"), SdkBody::from(body))
}
