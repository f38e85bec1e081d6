//! What AWS answers that the engine and the endpoints here never answer by themselves.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

use super::{
    Response, StatusCode,
    seen::{ObservedRequest, Service},
};

/// DynamoDB developer guide, "Error handling"; SES API, `SendEmail`; SNS API, `ThrottledException`,
/// whose code on the wire is another than its name.
pub(super) fn throttled(seen: &ObservedRequest) -> HttpResponse {
    match seen.service {
        Service::DynamoDb => of_dynamodb("ProvisionedThroughputExceededException", ""),
        Service::Ses => {
            let mut answer = respond(429, r#"{"message":"Maximum sending rate exceeded."}"#.to_owned());
            answer.headers_mut().insert("x-amzn-errortype", "TooManyRequestsException");
            answer
        }
        Service::Sns => respond(
            429,
            "<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error><Type>Sender</Type><Code>Throttled</Code><Message>Rate exceeded</Message></Error></ErrorResponse>".to_owned(),
        ),
    }
}

/// A 500 of which nothing can be read.
pub(super) fn broken() -> HttpResponse {
    respond(500, String::new())
}

/// Of a single write, and of a transaction.
pub(super) fn conflict(seen: &ObservedRequest) -> HttpResponse {
    if seen.is_transaction() {
        cancelled("TransactionConflict")
    } else {
        of_dynamodb("TransactionConflictException", "")
    }
}

/// API reference, `BatchGetItem`: what a throttled table did not read is given back as it was asked for.
pub(super) fn left_unread(seen: &ObservedRequest) -> HttpResponse {
    let request: Value = serde_json::from_str(&seen.body).expect("a request of DynamoDB's");
    let unread = &request["RequestItems"];
    respond(200, json!({"Responses": {}, "UnprocessedKeys": unread, "ConsumedCapacity": []}).to_string())
}

/// API reference, `BatchGetItem`: a table of whose keys none has an item.
pub(super) fn nothing_found() -> HttpResponse {
    respond(200, json!({"Responses": {}, "UnprocessedKeys": {}, "ConsumedCapacity": []}).to_string())
}

/// Without an item.
pub(super) fn condition_failed(seen: &ObservedRequest) -> HttpResponse {
    if seen.is_transaction() {
        cancelled("ConditionalCheckFailed")
    } else {
        of_dynamodb("ConditionalCheckFailedException", "")
    }
}

fn cancelled(code: &str) -> HttpResponse {
    of_dynamodb(
        "TransactionCanceledException",
        &format!(r#","CancellationReasons":[{{"Code":"{code}"}},{{"Code":"None"}}]"#),
    )
}

fn of_dynamodb(code: &str, more: &str) -> HttpResponse {
    respond(400, format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":"as a test asked"{more}}}"#))
}

fn respond(status: u16, body: String) -> HttpResponse {
    Response::new(StatusCode::try_from(status).expect("a status"), SdkBody::from(body))
}
