//! The errors of a call to DynamoDB, and whether making the call again can help.

use std::fmt;

use aws_sdk_dynamodb::{
    error::{ProvideErrorMetadata, SdkError},
    types::error::TransactionCanceledException,
};
use posthorn_errors::{Code, Failure};

/// A DynamoDB call that did not succeed. Holds the service's error code only: its messages can quote item content.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The table or the account is over its throughput. Passes.
    #[error("DynamoDB throttles ({0})")]
    Throttled(String),
    /// The call ended before there was an answer, since no connection was made or it broke.
    #[error("DynamoDB did not answer (no connection)")]
    NoConnection,
    /// No answer, or a 5xx: whether the call took effect is not known. Passes.
    #[error("DynamoDB did not answer ({0})")]
    Unavailable(String),
    /// A rival changed the same items first, or is changing them now.
    #[error("a rival changed the same items ({0})")]
    Conflict(Conflict),
    /// The item would become larger than the 400 KB that DynamoDB stores.
    #[error("the item is too large")]
    TooLarge,
    /// The credentials do not permit the action, such as `dynamodb:GetItem`.
    #[error("the credentials do not permit {0}")]
    Denied(String),
    /// There is no table of this name.
    #[error("DynamoDB refused (ResourceNotFoundException)")]
    NoSuchTable,
    /// A fault of ours: a malformed request, an item that does not read back.
    #[error("DynamoDB refused ({0})")]
    Fault(String),
}

/// The way in which a rival stopped a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflict {
    /// A condition does not hold: the rival's change is made.
    ConditionFailed,
    /// The rival's transaction over the same items has not ended.
    TransactionUnderWay,
    /// A rival's change was made before each of several attempts.
    EveryAttempt,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ConditionFailed => "ConditionalCheckFailed",
            Self::TransactionUnderWay => "TransactionConflict",
            Self::EveryAttempt => "before every attempt",
        })
    }
}

impl TableError {
    /// True if the same call may well succeed in a moment, without anything having been read anew.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Throttled(_) | Self::Conflict(Conflict::TransactionUnderWay) => true,
            Self::Conflict(Conflict::ConditionFailed | Conflict::EveryAttempt)
            | Self::NoConnection
            | Self::Unavailable(_)
            | Self::TooLarge
            | Self::Denied(_)
            | Self::NoSuchTable
            | Self::Fault(_) => false,
        }
    }

    /// From the code of an error that the service answered.
    fn from_service(code: &str, message: &str, status: u16) -> Self {
        let name = code.to_owned();
        match code {
            "ProvisionedThroughputExceededException" | "ThrottlingException" | "RequestLimitExceeded" => {
                Self::Throttled(name)
            }
            "ConditionalCheckFailedException" => Self::Conflict(Conflict::ConditionFailed),
            "TransactionConflictException" => Self::Conflict(Conflict::TransactionUnderWay),
            // The second of each is the reason that a transaction was cancelled for.
            "ValidationException" | "ValidationError"
                if message.contains("Item size") || message.contains("item size") =>
            {
                Self::TooLarge
            }
            "ItemCollectionSizeLimitExceededException" | "ItemCollectionSizeLimitExceeded" => Self::TooLarge,
            "AccessDeniedException" => Self::Denied(action(message).to_owned()),
            "ResourceNotFoundException" => Self::NoSuchTable,
            "TransactionInProgressException" => Self::Unavailable(name),
            _ if status >= 500 => Self::Unavailable(name),
            _ => Self::Fault(name),
        }
    }

    /// From the reasons for which a transaction was cancelled: the first that is one.
    pub(crate) fn from_cancelled(cancelled: &TransactionCanceledException) -> Self {
        let mut reasons = cancelled.cancellation_reasons().iter();
        let Some(reason) = reasons.find(|reason| reason.code().is_some_and(|code| code != "None")) else {
            return Self::Fault("TransactionCanceledException".to_owned());
        };
        match reason.code().unwrap_or_default() {
            "ConditionalCheckFailed" => Self::Conflict(Conflict::ConditionFailed),
            "TransactionConflict" => Self::Conflict(Conflict::TransactionUnderWay),
            code @ ("ThrottlingError" | "ProvisionedThroughputExceeded") => Self::Throttled(code.to_owned()),
            code => Self::from_service(code, reason.message().unwrap_or_default(), 400),
        }
    }
}

/// The action in `… is not authorized to perform: dynamodb:GetItem on resource: …` (IAM user guide, "Troubleshoot access
/// denied error messages"), and nothing else of the text: it names accounts and users.
fn action(message: &str) -> &str {
    let words = message.split("not authorized to perform: ").nth(1).and_then(|rest| rest.split_whitespace().next());
    let is_action = |word: &&str| word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":-".contains(&byte));
    words.filter(is_action).unwrap_or("the DynamoDB call")
}

impl<E: ProvideErrorMetadata + std::fmt::Debug> From<SdkError<E>> for TableError {
    fn from(error: SdkError<E>) -> Self {
        match &error {
            SdkError::ServiceError(service) => match service.err().code() {
                Some(code) => {
                    let message = service.err().message().unwrap_or_default();
                    Self::from_service(code, message, service.raw().status().as_u16())
                }
                // DynamoDB's errors have a code, so this is none of them, or was cut off on its way, a success perhaps.
                None => Self::Unavailable("answer lost".to_owned()),
            },
            SdkError::TimeoutError(_) => Self::Unavailable("timed out".to_owned()),
            SdkError::DispatchFailure(_) => Self::NoConnection,
            SdkError::ResponseError(_) => Self::Unavailable("answer lost".to_owned()),
            _ => Self::Fault("the request could not be built".to_owned()),
        }
    }
}

impl From<serde_dynamo::Error> for TableError {
    fn from(_: serde_dynamo::Error) -> Self {
        Self::Fault("an item does not have its noun's shape".to_owned())
    }
}

impl From<aws_sdk_dynamodb::error::BuildError> for TableError {
    fn from(_: aws_sdk_dynamodb::error::BuildError) -> Self {
        Self::Fault("the request could not be built".to_owned())
    }
}

/// A conflict passes, like an outage; where it is news to a caller, the place that knows says so.
impl From<TableError> for Failure {
    fn from(error: TableError) -> Self {
        let code = match &error {
            TableError::Throttled(_) => Code::RateLimitExceeded,
            TableError::NoConnection | TableError::Unavailable(_) | TableError::Conflict(_) => Code::ServiceUnavailable,
            TableError::TooLarge | TableError::Denied(_) | TableError::NoSuchTable | TableError::Fault(_) => {
                Code::InternalServerError
            }
        };
        Failure::new(code).because(error)
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::CancellationReason;

    use super::*;

    #[test]
    fn of_a_denial_the_action_is_kept_and_nothing_else() {
        let message = "User: arn:aws:iam::123456789012:user/ada is not authorized to perform: dynamodb:GetItem on resource: arn:x because no identity-based policy allows the dynamodb:GetItem action";
        let denied = TableError::from_service("AccessDeniedException", message, 400);
        assert_eq!(denied.to_string(), "the credentials do not permit dynamodb:GetItem");
        let odd = TableError::from_service("AccessDeniedException", "not authorized to perform: <b> on", 400);
        assert_eq!(odd.to_string(), "the credentials do not permit the DynamoDB call");
        assert!(!denied.is_transient());
    }

    /// Codes and texts are those of the API reference, `TransactWriteItems`, "Cancellation reason codes".
    #[test]
    fn the_reason_of_a_cancelled_transaction_says_what_its_error_is() {
        let check = |code: &str, message: &str, expected: &str| {
            let reasons = [("None", ""), (code, message)]
                .map(|(code, message)| CancellationReason::builder().code(code).message(message).build());
            let cancelled =
                TransactionCanceledException::builder().set_cancellation_reasons(Some(reasons.into())).build();
            assert_eq!(TableError::from_cancelled(&cancelled).to_string(), expected, "{code}");
        };
        let too_large = TableError::TooLarge.to_string();
        check("ValidationError", "Item size to update has exceeded the maximum allowed size.", &too_large);
        check("ValidationError", "Item size has exceeded the maximum allowed size", &too_large);
        check("ItemCollectionSizeLimitExceeded", "Collection size exceeded.", &too_large);
        check("ValidationError", "Type mismatch for attribute to update.", "DynamoDB refused (ValidationError)");
        check("ConditionalCheckFailed", "", "a rival changed the same items (ConditionalCheckFailed)");
        check("ThrottlingError", "", "DynamoDB throttles (ThrottlingError)");
    }

    #[test]
    fn what_passes_by_itself_is_transient() {
        let check = |code: &str, is_transient: bool| {
            let error = TableError::from_service(code, "", 400);
            assert_eq!(error.is_transient(), is_transient, "{code}: {error}");
        };
        check("ThrottlingException", true);
        check("TransactionConflictException", true);
        check("ConditionalCheckFailedException", false);
        check("ResourceNotFoundException", false);
        check("AccessDeniedException", false);
        check("ValidationException", false);
    }
}
