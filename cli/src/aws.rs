//! The configuration of the AWS SDK: region, credentials and time limits.

use std::time::Duration;

use aws_config::{BehaviorVersion, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_dynamodb::{config::ProvideCredentials, error::DisplayErrorContext};

use crate::error::CliError;

/// Loads region and credentials by the SDK's usual chain, before the first call, so that the error can name what is missing.
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
        Err(error) => Err(CliError::NoCredentials(reason(&DisplayErrorContext(&error).to_string()).to_owned())),
    }
}

/// Time limits for somebody who waits at a terminal, perhaps far from the region.
pub(crate) fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(Duration::from_secs(15))
        .operation_timeout(Duration::from_secs(45))
        .build()
}

/// The reason in a few words, from the text of the whole chain of providers.
fn reason(text: &str) -> &'static str {
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
