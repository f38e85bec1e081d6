//! Exceptions in the shape of SES v2's REST-JSON protocol: the name in `x-amzn-errortype`, and `{"message": …}`.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// An exception of SES v2: its name, its HTTP status and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Exception {
    pub(super) status: StatusCode,
    pub(super) name: &'static str,
    pub(super) message: String,
}

impl Exception {
    fn new(status: StatusCode, name: &'static str, message: impl Into<String>) -> Self {
        Self { status, name, message: message.into() }
    }

    /// 400 `BadRequestException`: the input is wrong.
    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BadRequestException", message)
    }

    /// 400 `SerializationException`: the body is not the operation's JSON.
    pub(super) fn serialization(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "SerializationException", message)
    }

    /// 400 `MessageRejected`: the content or the sender is refused.
    pub(super) fn message_rejected(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "MessageRejected", message)
    }

    /// 400 `SendingPausedException`: the account may not send.
    pub(super) fn sending_paused(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "SendingPausedException", message)
    }

    /// 400 `AlreadyExistsException`.
    pub(super) fn already_exists(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "AlreadyExistsException", message)
    }

    /// 404 `NotFoundException`.
    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "NotFoundException", message)
    }

    /// 404 `UnknownOperationException`: no route of this endpoint.
    pub(super) fn unknown_operation(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "UnknownOperationException", message)
    }

    /// 429 `TooManyRequestsException`: a sending quota is used up.
    pub(super) fn too_many_requests(message: impl Into<String>) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "TooManyRequestsException", message)
    }

    /// 500 `InternalFailure`, with the text of SES's page of common errors.
    pub(super) fn internal_failure() -> Self {
        let message = "The request processing has failed because of an unknown error, exception or failure.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "InternalFailure", message)
    }
}

impl IntoResponse for Exception {
    fn into_response(self) -> Response {
        (self.status, [("x-amzn-errortype", self.name)], Json(json!({ "message": self.message }))).into_response()
    }
}
