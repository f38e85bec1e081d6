//! Sends messages through SES.
//!
//! SES has no idempotency token, so a call whose response was lost may have sent the mail. The SDK's retries are off, and a call is
//! only repeated if it certainly did not send the mail.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aws_sdk_sesv2::{
    Client,
    config::{
        Builder, ConfigBag, Intercept, RuntimeComponents, http::HttpRequest,
        interceptors::BeforeTransmitInterceptorContextMut, retry::RetryConfig, timeout::TimeoutConfig,
    },
    error::{BuildError, ProvideErrorMetadata, SdkError},
    operation::send_email::{SendEmailError, builders::SendEmailFluentBuilder},
    primitives::Blob,
    types::{
        Attachment as SesAttachment, AttachmentContentDisposition, AttachmentContentTransferEncoding, Body, Content,
        Destination, EmailContent, Message as SesMessage, MessageHeader, MessageTag,
    },
};
use aws_smithy_runtime_api::{box_error::BoxError, client::interceptors::dyn_dispatch_hint};
use backon::{BackoffBuilder as _, ExponentialBuilder};
use http::uri::{Authority, Uri};
use hyper_util::client::legacy::Error as ConnectionError;
use posthorn_errors::Code;
use tokio::time::{Instant, sleep, timeout_at};

use crate::{
    attachment::{Attachment, Disposition},
    header::Header,
    mailbox::Mailbox,
};

/// The tag that names the project in SES's events.
pub const PROJECT_TAG: &str = "posthorn-project";
/// The tag that names the email in SES's events.
pub const EMAIL_TAG: &str = "posthorn-email";

const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// The time limit of one attempt. SES responds in well under a second, and a call that is cut off leaves it unknown whether the
/// mail was sent, so the limit is generous.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);
const MAX_RETRIES: usize = 3;
/// The first pause before a retry; each further one is twice as long, and up to as much is added at random.
const MIN_PAUSE: Duration = Duration::from_millis(100);

/// A message to one recipient. Its `Debug` shows only the id of the email.
pub struct Message<'a> {
    /// The project's id, for the tag.
    pub project: &'a str,
    /// The email's id, for the tag.
    pub email: &'a str,
    /// The sender.
    pub from: &'a Mailbox,
    /// The recipient.
    pub to: &'a Mailbox,
    /// The address for replies.
    pub reply_to: &'a Mailbox,
    /// The rendered subject.
    pub subject: &'a str,
    /// The rendered HTML.
    pub html: &'a str,
    /// The rendered text.
    pub text: &'a str,
    /// The caller's headers.
    pub headers: &'a [Header],
    /// The caller's files.
    pub attachments: &'a [Attachment],
}

impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message").field("email", &self.email).finish_non_exhaustive()
    }
}

/// The result of sending a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendResult {
    /// SES accepted the message under this id.
    Sent(String),
    /// SES certainly did not accept the message.
    NotSent(SendError),
    /// The response was lost: SES may have accepted the message.
    Unknown,
}

/// The reason for which SES did not accept a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The account's sending rate is used up.
    #[error("SES throttles ({0})")]
    Throttled(String),
    /// The account's daily quota is used up, which lasts for hours.
    #[error("SES throttles (daily quota)")]
    DailyQuotaUsedUp,
    /// No connection was made.
    #[error("SES cannot be reached")]
    Unreachable,
    /// SES refused the message. The value is the name of the error.
    #[error("SES refused ({0})")]
    Refused(String),
}

impl SendError {
    /// The error code for the caller.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::Throttled(_) | Self::DailyQuotaUsedUp => Code::RateLimitExceeded,
            Self::Unreachable => Code::ServiceUnavailable,
            Self::Refused(_) => Code::DeliveryFailed,
        }
    }

    /// True if the same call may well succeed in a moment.
    fn is_transient(&self) -> bool {
        match self {
            Self::Throttled(_) | Self::Unreachable => true,
            Self::DailyQuotaUsedUp | Self::Refused(_) => false,
        }
    }
}

/// The time after which an idle connection is stale. It may have died while its sandbox was frozen, and a response that is lost
/// leaves it unknown whether the mail was sent. So a harmless request tests the connection first.
const STALE_AFTER: Duration = Duration::from_secs(5);

/// The client of SES of one deployment. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Ses {
    client: Client,
    configuration_set: Option<String>,
    last_response: Arc<Mutex<Option<Instant>>>,
}

impl Ses {
    /// Makes a client from a configuration of the SDK, whose endpoint and credentials are kept and whose retries and timeouts are
    /// replaced. SES reports the events of the given configuration set.
    #[must_use]
    pub fn new(config: impl Into<Builder>, configuration_set: Option<String>) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .build();
        let config = config.into().retry_config(RetryConfig::disabled()).timeout_config(timeouts);
        Self { client: Client::from_conf(config.build()), configuration_set, last_response: Arc::default() }
    }

    /// Opens a connection, so that the handshake is no part of a caller's first request. A failure is ignored here, since sending a
    /// mail meets it again and reports it. `now` is the time of the call.
    pub async fn connect(&self, now: Instant) {
        let request = self.client.send_email().customize().interceptor(Probe).send();
        let is_connected = timeout_at(now + CONNECT_TIMEOUT, request).await.is_ok();
        if is_connected {
            self.record_response(now);
        }
    }

    /// True if the connection has idled too long. Reconnect beside other work then: [`Self::send`] does not wait for it.
    #[must_use]
    pub fn is_stale(&self, now: Instant) -> bool {
        let last = *self.last_response.lock().unwrap_or_else(PoisonError::into_inner);
        last.is_some_and(|last| now.duration_since(last) > STALE_AFTER)
    }

    fn record_response(&self, at: Instant) {
        *self.last_response.lock().unwrap_or_else(PoisonError::into_inner) = Some(at);
    }

    /// Sends a message. It is sent again, after pauses spread by `jitter` (any random number), only if it certainly was not sent,
    /// and never after `until`, at which a call without a response counts as unknown. `now` is the time of the call.
    pub async fn send(&self, message: &Message<'_>, jitter: u32, now: Instant, until: Instant) -> SendResult {
        let pauses = ExponentialBuilder::new().with_min_delay(MIN_PAUSE).with_max_times(MAX_RETRIES);
        let mut pauses = pauses.with_jitter().with_jitter_seed(jitter.into()).build();
        loop {
            let Ok(request) = self.request(message) else {
                return SendResult::NotSent(SendError::Refused("the request could not be built".to_owned()));
            };
            let outcome = match timeout_at(until, Box::pin(request.send())).await {
                Err(_elapsed) => SendResult::Unknown,
                Ok(Ok(output)) => {
                    self.record_response(now);
                    SendResult::Sent(output.message_id.unwrap_or_default())
                }
                Ok(Err(error)) => classify(&error),
            };
            let is_transient = matches!(&outcome, SendResult::NotSent(error) if error.is_transient());
            let Some(pause) = pauses.next().filter(|_| is_transient).map(sleep) else { return outcome };
            if pause.deadline() >= until {
                return outcome;
            }
            pause.await;
        }
    }

    fn request(&self, message: &Message<'_>) -> Result<SendEmailFluentBuilder, BuildError> {
        let utf8 = |text: &str| Content::builder().data(text).charset("UTF-8").build();
        let tag = |name: &str, value: &str| MessageTag::builder().name(name).value(value).build();
        let mut content = SesMessage::builder()
            .subject(utf8(message.subject)?)
            .body(Body::builder().html(utf8(message.html)?).text(utf8(message.text)?).build());
        for header in message.headers {
            content = content.headers(MessageHeader::builder().name(header.name()).value(header.value()).build()?);
        }
        for attachment in message.attachments {
            content = content.attachments(ses_attachment(attachment)?);
        }
        Ok(self
            .client
            .send_email()
            .from_email_address(message.from.to_header())
            .destination(Destination::builder().to_addresses(message.to.to_header()).build())
            .reply_to_addresses(message.reply_to.to_header())
            .content(EmailContent::builder().simple(content.build()).build())
            .email_tags(tag(PROJECT_TAG, message.project)?)
            .email_tags(tag(EMAIL_TAG, message.email)?)
            .set_configuration_set_name(self.configuration_set.clone()))
    }
}

/// Replaces a call by an unsigned `GET /`, which SES refuses: it opens a connection and has no other effect.
#[derive(Debug)]
struct Probe;

#[dyn_dispatch_hint]
impl Intercept for Probe {
    fn name(&self) -> &'static str {
        "probe"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let target: Uri = context.request().uri().parse()?;
        let host = target.authority().map_or("", Authority::as_str);
        let scheme = target.scheme_str().unwrap_or("https");
        *context.request_mut() = HttpRequest::get(format!("{scheme}://{host}/"))?;
        Ok(())
    }
}

/// The attachment for SES, in Base64: SES would otherwise take a file for seven-bit text (developer guide, "Working with email
/// attachments").
fn ses_attachment(attachment: &Attachment) -> Result<SesAttachment, BuildError> {
    let disposition = match attachment.disposition {
        Disposition::Attachment => AttachmentContentDisposition::Attachment,
        Disposition::Inline => AttachmentContentDisposition::Inline,
    };
    SesAttachment::builder()
        .file_name(&attachment.filename)
        .raw_content(Blob::new(attachment.content.clone()))
        .content_disposition(disposition)
        .content_transfer_encoding(AttachmentContentTransferEncoding::Base64)
        .set_content_type(attachment.content_type.clone())
        .set_content_id(attachment.content_id.clone())
        .build()
}

fn classify(error: &SdkError<SendEmailError>) -> SendResult {
    match error {
        SdkError::ConstructionFailure(_) => SendResult::NotSent(SendError::Refused("not built".to_owned())),
        SdkError::DispatchFailure(failure) if failure.as_connector_error().is_some_and(never_connected) => {
            SendResult::NotSent(SendError::Unreachable)
        }
        SdkError::ServiceError(service) => {
            let status = service.raw().status().as_u16();
            let metadata = service.err();
            let message = metadata.message().unwrap_or_default().to_ascii_lowercase();
            result_of_error(status, metadata.code().unwrap_or("no code"), &message)
        }
        _ => SendResult::Unknown,
    }
}

/// The result for a status and an error of SES. The message is read only for quota errors, which share status and code with other
/// errors. A success that cannot be read may have sent the mail.
fn result_of_error(status: u16, code: &str, message: &str) -> SendResult {
    let throttled = status == 429 || code.contains("Throttl") || code == "TooManyRequestsException";
    if message.contains("daily message quota") {
        SendResult::NotSent(SendError::DailyQuotaUsedUp)
    } else if throttled || message.contains("maximum sending rate") {
        SendResult::NotSent(SendError::Throttled(code.to_owned()))
    } else if (400..500).contains(&status) {
        SendResult::NotSent(SendError::Refused(code.to_owned()))
    } else {
        SendResult::Unknown
    }
}

/// True if the failure came before the first byte of the request, since no connection was made.
#[must_use]
pub fn never_connected(error: &aws_smithy_runtime_api::client::result::ConnectorError) -> bool {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = source {
        if error.downcast_ref::<ConnectionError>().is_some_and(ConnectionError::is_connect) {
            return true;
        }
        source = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn responses_of_ses_are_classified() {
        let check = |status, code: &str, message: &str, expected: &str| {
            let outcome = format!("{:?}", result_of_error(status, code, message));
            assert!(outcome.starts_with(expected), "{status} {code}: {outcome}");
        };
        check(429, "TooManyRequestsException", "maximum sending rate exceeded.", "NotSent(Throttled");
        check(400, "Throttling", "rate exceeded", "NotSent(Throttled");
        check(400, "MessageRejected", "email address is not verified.", "NotSent(Refused");
        check(400, "SendingPausedException", "", "NotSent(Refused");
        check(500, "InternalFailure", "", "Unknown");
        check(503, "ServiceUnavailable", "", "Unknown");
        check(200, "no code", "", "Unknown");
        check(454, "Throttling", "daily message quota exceeded.", "NotSent(DailyQuotaUsedUp");
    }

    #[test]
    fn a_throttle_is_transient_and_the_daily_quota_is_not() {
        let check = |error: SendError, is_transient: bool| {
            assert_eq!(error.is_transient(), is_transient, "{error}");
            assert_ne!(error.code(), Code::DeliveryFailed, "{error}");
        };
        check(SendError::Throttled("Throttling".to_owned()), true);
        check(SendError::Unreachable, true);
        check(SendError::DailyQuotaUsedUp, false);
        assert!(!SendError::Refused("MessageRejected".to_owned()).is_transient());
    }
}
