//! Errors of AWS's query protocol: a code, a text and a status.

use axum::http::StatusCode;

/// An error of SNS. Code and text never hold a caller's text, so they are written into XML as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ErrorResponse {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl ErrorResponse {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    /// 400 `InvalidParameter`.
    pub(super) fn invalid(parameter: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "InvalidParameter", format!("Invalid parameter: {parameter}"))
    }

    /// 400 `InvalidAction`: no operation of this endpoint.
    pub(super) fn invalid_action() -> Self {
        let message = "The action or operation requested is invalid: this local endpoint takes Publish and \
                       ListSubscriptionsByTopic.";
        Self::new(StatusCode::BAD_REQUEST, "InvalidAction", message)
    }

    /// 400 `ValidationError`: not a form that can be read.
    pub(super) fn validation_error() -> Self {
        let message = "The input fails to satisfy the constraints specified by an AWS service.";
        Self::new(StatusCode::BAD_REQUEST, "ValidationError", message)
    }

    /// 403 `AuthorizationError`.
    pub(super) fn authorization_error() -> Self {
        let message = "User is not authorized to perform: SNS:Publish on resource";
        Self::new(StatusCode::FORBIDDEN, "AuthorizationError", message)
    }

    /// 404 `NotFound`: nobody has created the topic.
    pub(super) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "NotFound", "Topic does not exist")
    }

    /// 500 `InternalError`.
    pub(super) fn internal_error() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", "Internal error")
    }

    /// The party at fault, as the protocol names it.
    pub(super) fn party(&self) -> &'static str {
        if self.status.is_server_error() { "Receiver" } else { "Sender" }
    }
}
