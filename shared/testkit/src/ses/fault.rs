//! Faults that a test asks for.

use std::time::Duration;

use super::exception::Exception;

/// The failure of one `SendEmail` request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// 429 `TooManyRequestsException`, "Maximum sending rate exceeded."
    Throttled,
    /// 429 `TooManyRequestsException`, "Daily message quota exceeded."
    DailyQuotaExceeded,
    /// 500 `InternalFailure`; nothing is accepted.
    ServerError,
    /// 400 `MessageRejected`, as for content that SES refuses.
    MessageRejected,
    /// 400 `SendingPausedException`.
    AccountPaused,
    /// The request is handled, so a good mail is accepted, and the connection closes without an answer.
    LoseAnswer,
    /// The connection closes before the request's body is read: nothing is accepted. A caller cannot tell this from
    /// [`Fault::LoseAnswer`].
    RefuseUnsent,
    /// The request is handled after this time, even if the caller has hung up by then.
    Delay(Duration),
    /// 500 `InternalFailure` after this time; nothing is accepted.
    DelayThenServerError(Duration),
}

impl Fault {
    /// The time that the request waits before anything else happens.
    pub(super) fn delay(&self) -> Duration {
        match self {
            Self::Delay(time) | Self::DelayThenServerError(time) => *time,
            _ => Duration::ZERO,
        }
    }

    /// The answer in place of handling the request, if there is one.
    pub(super) fn exception(&self) -> Option<Exception> {
        match self {
            Self::Throttled => Some(Exception::too_many_requests("Maximum sending rate exceeded.")),
            Self::DailyQuotaExceeded => Some(Exception::too_many_requests("Daily message quota exceeded.")),
            Self::ServerError | Self::DelayThenServerError(_) => Some(Exception::internal_failure()),
            Self::MessageRejected => {
                Some(Exception::message_rejected("The message can't be sent because it contains invalid content."))
            }
            Self::AccountPaused => Some(Exception::sending_paused(
                "Sending paused for this account. For more information, please check the inbox of the email address \
                 associated with your AWS account.",
            )),
            Self::LoseAnswer | Self::RefuseUnsent | Self::Delay(_) => None,
        }
    }
}
