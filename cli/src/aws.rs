//! What AWS answers, in words of this tool. AWS's own texts are not shown: they quote accounts, users and addresses.

use aws_config::{BehaviorVersion, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_dynamodb::{
    config::ProvideCredentials,
    error::{DisplayErrorContext, ProvideErrorMetadata, SdkError},
};
use std::time::Duration;

use crate::failed::{Failed, is_of_credentials};

/// The usual chain of credentials and regions, found before the first call, so that what is missing can be said.
///
/// # Errors
/// [`Failed::NoRegion`], [`Failed::NoCredentials`].
pub(crate) async fn config() -> Result<SdkConfig, Failed> {
    let config = aws_config::defaults(BehaviorVersion::latest())
        .timeout_config(timeouts())
        .retry_config(RetryConfig::standard().with_max_attempts(5))
        .load()
        .await;
    if config.region().is_none() {
        return Err(Failed::NoRegion);
    }
    let Some(provider) = config.credentials_provider() else {
        return Err(Failed::NoCredentials("none is configured".to_owned()));
    };
    match provider.provide_credentials().await {
        Ok(_) => Ok(config),
        Err(error) => Err(Failed::NoCredentials(why(&DisplayErrorContext(&error).to_string()).to_owned())),
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

/// What a refusal of `action`, such as `ses:GetAccount`, means.
pub(crate) fn failed<E: ProvideErrorMetadata>(action: &'static str, error: &SdkError<E>) -> Failed {
    let service = action.split(':').next().unwrap_or_default();
    let SdkError::ServiceError(answer) = error else {
        return Failed::Unreachable(service_name(service).to_owned());
    };
    let code = answer.err().code().unwrap_or("no code").to_owned();
    match code.as_str() {
        "AccessDenied" | "AccessDeniedException" | "AuthorizationError" | "AuthorizationErrorException" => {
            Failed::Denied(action.to_owned())
        }
        code if is_of_credentials(code) => Failed::BadCredentials(code.to_owned()),
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "TooManyRequestsException"
        | "RequestThrottled" => Failed::Throttled(action.to_owned()),
        _ => Failed::Refused { action, code },
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
