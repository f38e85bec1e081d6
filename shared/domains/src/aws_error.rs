//! Errors of calls to AWS, as variants. AWS's own texts are left out: they quote accounts, users and addresses.

use aws_sdk_sesv2::error::{ProvideErrorMetadata, SdkError};
use posthorn_mail::ses::never_connected;

/// The reason for which a call failed. An `action` is the name by which a policy permits it, such as `ses:GetEmailIdentity`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AwsError {
    /// The credentials do not permit the action.
    #[error("the credentials do not permit {action}")]
    AccessDenied {
        /// The action.
        action: &'static str,
    },
    /// AWS rejects the credentials: they are unknown or expired.
    #[error("AWS does not accept the credentials ({code})")]
    CredentialsRejected {
        /// AWS's code for the error.
        code: String,
    },
    /// The account makes too many calls.
    #[error("AWS throttles {action}")]
    Throttled {
        /// The action.
        action: &'static str,
    },
    /// The call did not arrive, or it only reads and got no answer.
    #[error("{service} cannot be reached")]
    Unreachable {
        /// The service, as people call it.
        service: &'static str,
    },
    /// The service refused the call.
    #[error("{action} was refused ({code})")]
    Refused {
        /// The action.
        action: &'static str,
        /// AWS's code for the error, or the status of an answer without one.
        code: String,
    },
    /// The answer to a call that only reads cannot be read.
    #[error("the answer to {action} cannot be read ({why})")]
    ResponseUnreadable {
        /// The action.
        action: &'static str,
        /// The status of the answer, or the reason for which there is none.
        why: String,
    },
    /// The call would change something, and no answer says that it did or did not.
    #[error("it is not known whether {action} took effect ({why})")]
    OutcomeUnknown {
        /// The action.
        action: &'static str,
        /// The status of the answer, or the reason for which there is none.
        why: String,
    },
}

impl AwsError {
    /// The error of a call that `action` permits. Only an answer that says so is a refusal: one that cannot be read may well
    /// be the answer to a change that was made.
    pub fn new<E: ProvideErrorMetadata>(action: &'static str, error: &SdkError<E>) -> Self {
        let status = error.raw_response().map(|response| response.status().as_u16());
        let unknown = |why: &str| Self::OutcomeUnknown { action, why: why.to_owned() };
        match error {
            SdkError::ServiceError(answer) => answered(action, answer.err().code(), status),
            SdkError::ResponseError(_) => unreadable(action, status),
            _ if only_reads(action) => Self::Unreachable { service: service(action) },
            SdkError::TimeoutError(_) => unknown("no answer in time"),
            SdkError::DispatchFailure(failure) if !failure.as_connector_error().is_some_and(never_connected) => {
                unknown("the connection was lost")
            }
            _ => Self::Unreachable { service: service(action) },
        }
    }
}

/// True if the service answered with this error.
pub fn has_code<E: ProvideErrorMetadata>(error: &SdkError<E>, code: &str) -> bool {
    error.code() == Some(code)
}

/// True for the codes with which AWS rejects unknown or expired credentials (IAM and STS, "Common Error Types").
#[must_use]
pub fn is_credentials_code(code: &str) -> bool {
    let codes = [
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    ];
    codes.contains(&code)
}

/// The error of a service that answered with this code, if it has one, and this HTTP status.
fn answered(action: &'static str, code: Option<&str>, status: Option<u16>) -> AwsError {
    match (code, status) {
        (Some(code), Some(500..)) if !only_reads(action) => AwsError::OutcomeUnknown { action, why: code.to_owned() },
        (Some(code), _) => refused(action, code),
        (None, Some(status @ 400..500)) => AwsError::Refused { action, code: format!("status {status}") },
        (None, _) => unreadable(action, status),
    }
}

fn refused(action: &'static str, code: &str) -> AwsError {
    match code {
        "AccessDenied" | "AccessDeniedException" | "AuthorizationError" | "AuthorizationErrorException" => {
            AwsError::AccessDenied { action }
        }
        code if is_credentials_code(code) => AwsError::CredentialsRejected { code: code.to_owned() },
        "Throttling"
        | "ThrottlingException"
        | "Throttled"
        | "ThrottledException"
        | "TooManyRequestsException"
        | "RequestThrottled" => AwsError::Throttled { action },
        _ => AwsError::Refused { action, code: code.to_owned() },
    }
}

/// The error of an answer that says nothing.
fn unreadable(action: &'static str, status: Option<u16>) -> AwsError {
    let why = status.map_or_else(|| "cut off".to_owned(), |status| format!("status {status}"));
    if only_reads(action) {
        AwsError::ResponseUnreadable { action, why }
    } else {
        AwsError::OutcomeUnknown { action, why }
    }
}

fn only_reads(action: &str) -> bool {
    let operation = action.split_once(':').map_or("", |(_, operation)| operation);
    ["Get", "List", "Describe"].iter().any(|verb| operation.starts_with(verb))
}

fn service(action: &'static str) -> &'static str {
    match action.split_once(':').map_or(action, |(service, _)| service) {
        "ses" => "SES",
        "sns" => "SNS",
        "sqs" => "SQS",
        "cloudformation" => "CloudFormation",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const READ: &str = "ses:GetEmailIdentity";
    const WRITE: &str = "ses:CreateEmailIdentity";

    #[test]
    fn an_answer_with_a_code_is_a_refusal_unless_it_is_a_fault_of_a_write() {
        for (action, code, status, expected) in [
            (READ, Some("AccessDeniedException"), 403, "the credentials do not permit ses:GetEmailIdentity"),
            (READ, Some("ExpiredTokenException"), 403, "AWS does not accept the credentials (ExpiredTokenException)"),
            (READ, Some("TooManyRequestsException"), 429, "AWS throttles ses:GetEmailIdentity"),
            (READ, Some("InternalError"), 500, "ses:GetEmailIdentity was refused (InternalError)"),
            (
                WRITE,
                Some("InternalError"),
                500,
                "it is not known whether ses:CreateEmailIdentity took effect (InternalError)",
            ),
            (
                WRITE,
                Some("LimitExceededException"),
                400,
                "ses:CreateEmailIdentity was refused (LimitExceededException)",
            ),
            (WRITE, None, 403, "ses:CreateEmailIdentity was refused (status 403)"),
            (WRITE, None, 502, "it is not known whether ses:CreateEmailIdentity took effect (status 502)"),
            (READ, None, 502, "the answer to ses:GetEmailIdentity cannot be read (status 502)"),
        ] {
            assert_eq!(answered(action, code, Some(status)).to_string(), expected, "{action} {code:?} {status}");
        }
    }

    #[test]
    fn without_an_answer_only_a_write_may_have_taken_effect() {
        let lost = |action| AwsError::new::<aws_sdk_sesv2::Error>(action, &SdkError::timeout_error("late"));
        assert_eq!(lost(READ).to_string(), "SES cannot be reached");
        assert_eq!(lost(WRITE), AwsError::OutcomeUnknown { action: WRITE, why: "no answer in time".to_owned() });
        let unsent = AwsError::new::<aws_sdk_sesv2::Error>(WRITE, &SdkError::construction_failure("no region"));
        assert_eq!(unsent, AwsError::Unreachable { service: "SES" });
    }
}
