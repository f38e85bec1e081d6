//! Publishing on the topic.

use aws_sdk_sns::{
    Client,
    config::{
        Builder,
        interceptors::InterceptorContext,
        retry::{ClassifyRetry, RetryAction},
    },
    error::{ProvideErrorMetadata, SdkError},
    operation::publish::PublishError,
};
use tokio::time::{Instant, timeout_at};

/// The longest subject that SNS takes, in characters.
const MAX_SUBJECT: usize = 99;

/// The alerts topic. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Topic {
    client: Client,
    arn: String,
}

/// The topic did not take an announcement, or did not say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TopicError {
    /// It answered an error.
    #[error("SNS refused")]
    Refused,
    /// It may have taken it.
    #[error("SNS did not answer")]
    NoAnswer,
    /// It may have taken it.
    #[error("SNS did not answer in time")]
    NotInTime,
}

impl From<SdkError<PublishError>> for TopicError {
    fn from(error: SdkError<PublishError>) -> Self {
        match error {
            SdkError::ServiceError(_) => Self::Refused,
            _ => Self::NoAnswer,
        }
    }
}

/// Has the SDK try a throttled announcement again: the code is `Throttled` (API reference, `ThrottledException`), which is
/// not among those that the SDK knows.
#[derive(Debug)]
struct RetryThrottled;

impl ClassifyRetry for RetryThrottled {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let failed = context.output_or_error().and_then(Result::err);
        let error = failed.and_then(|error| error.as_operation_error()?.downcast_ref::<PublishError>());
        if error.and_then(ProvideErrorMetadata::code) == Some("Throttled") {
            RetryAction::throttling_error()
        } else {
            RetryAction::NoActionIndicated
        }
    }

    fn name(&self) -> &'static str {
        "SNS's throttling code"
    }
}

impl Topic {
    /// The topic with this ARN.
    #[must_use]
    pub fn new(client: Client, arn: String) -> Self {
        Self { client, arn }
    }

    /// Publishes a message under a subject (ASCII, cut to what SNS takes). Gives up at `until`.
    ///
    /// # Errors
    /// Any [`TopicError`].
    pub async fn publish(&self, subject: &str, message: &str, until: Instant) -> Result<(), TopicError> {
        let subject: String = subject.chars().take(MAX_SUBJECT).collect();
        let publish = self.client.publish().topic_arn(&self.arn).subject(subject).message(message);
        let publish = publish.customize().config_override(Builder::new().retry_classifier(RetryThrottled));
        timeout_at(until, publish.send()).await.map_err(|_elapsed| TopicError::NotInTime)??;
        Ok(())
    }
}
