//! What AWS answers, in words of this tool. AWS's own texts are not shown: they quote accounts, users and addresses.

use aws_config::{BehaviorVersion, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_dynamodb::{
    config::ProvideCredentials,
    error::{DisplayErrorContext, ProvideErrorMetadata, SdkError},
};
use posthorn_mail::ses::never_connected;
use std::time::Duration;

use crate::error::{CliError, is_of_credentials};

/// The usual chain of credentials and regions, found before the first call, so that what is missing can be said.
///
/// # Errors
/// [`CliError::NoRegion`], [`CliError::NoCredentials`].
pub(crate) async fn config() -> Result<SdkConfig, CliError> {
    let config = aws_config::defaults(BehaviorVersion::latest())
        .timeout_config(timeouts())
        .retry_config(RetryConfig::standard().with_max_attempts(5))
        .load()
        .await;
    if config.region().is_none() {
        return Err(CliError::NoRegion);
    }
    let Some(provider) = config.credentials_provider() else {
        return Err(CliError::NoCredentials("none is configured".to_owned()));
    };
    match provider.provide_credentials().await {
        Ok(_) => Ok(config),
        Err(error) => Err(CliError::NoCredentials(why(&DisplayErrorContext(&error).to_string()).to_owned())),
    }
}

/// Somebody waits at a terminal, perhaps far from the region.
fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(Duration::from_secs(15))
        .operation_timeout(Duration::from_secs(45))
        .build()
}

/// The reason in a few words, of the many that the chain of providers gives.
fn why(text: &str) -> &'static str {
    if text.contains("enabled: sso") {
        "the profile uses single sign-on, which this tool does not speak"
    } else if text.contains("credentials-process") {
        "the profile runs a credential process, which this tool does not do"
    } else if text.contains("credentials-login") {
        "the profile uses a login session, which this tool does not speak"
    } else if text.contains("was not defined") && !text.contains("profile `default` was not defined") {
        "the profile that AWS_PROFILE names does not exist"
    } else {
        "none was found"
    }
}

/// Whether the service answered this error.
pub(crate) fn is<E: ProvideErrorMetadata>(error: &SdkError<E>, code: &str) -> bool {
    error.code() == Some(code)
}

/// Why `action`, such as `ses:GetAccount`, failed. A refusal is what says that it is one: what cannot be read may well be the
/// answer to a change that was made.
pub(crate) fn failed<E: ProvideErrorMetadata>(action: &'static str, error: &SdkError<E>) -> CliError {
    let (service, operation) = action.split_once(':').unwrap_or_default();
    let reads = ["Get", "List", "Describe"].iter().any(|verb| operation.starts_with(verb));
    let unreachable = || CliError::Unreachable(service_name(service).to_owned());
    let status = error.raw_response().map(|answer| answer.status().as_u16());
    match error {
        SdkError::ServiceError(answer) => match (answer.err().code(), status) {
            (Some(code), Some(500..)) if !reads => CliError::OutcomeUnknown { action, why: code.to_owned() },
            (Some(code), _) => refused(action, code),
            (None, Some(status @ 400..500)) => CliError::Refused { action, code: format!("status {status}") },
            (None, _) => unread(action, reads, status),
        },
        SdkError::ResponseError(_) => unread(action, reads, status),
        SdkError::TimeoutError(_) if !reads => CliError::OutcomeUnknown { action, why: "no answer in time".to_owned() },
        SdkError::DispatchFailure(failure) if !reads && !failure.as_connector_error().is_some_and(never_connected) => {
            CliError::OutcomeUnknown { action, why: "the connection was lost".to_owned() }
        }
        _ => unreachable(),
    }
}

/// There was an answer, and it says nothing.
fn unread(action: &'static str, reads: bool, status: Option<u16>) -> CliError {
    let why = status.map_or_else(|| "cut off".to_owned(), |status| format!("status {status}"));
    if reads { CliError::ResponseUnreadable { action, why } } else { CliError::OutcomeUnknown { action, why } }
}

fn refused(action: &'static str, code: &str) -> CliError {
    match code {
        "AccessDenied" | "AccessDeniedException" | "AuthorizationError" | "AuthorizationErrorException" => {
            CliError::AccessDenied(action.to_owned())
        }
        code if is_of_credentials(code) => CliError::CredentialsRejected(code.to_owned()),
        "Throttling"
        | "ThrottlingException"
        | "Throttled"
        | "ThrottledException"
        | "TooManyRequestsException"
        | "RequestThrottled" => CliError::Throttled(action.to_owned()),
        _ => CliError::Refused { action, code: code.to_owned() },
    }
}

fn service_name(prefix: &str) -> &str {
    match prefix {
        "ses" => "SES",
        "sns" => "SNS",
        "sqs" => "SQS",
        "cloudformation" => "CloudFormation",
        _ => prefix,
    }
}
