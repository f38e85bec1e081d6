//! Faults that a test asks for.

use super::refusal::Refusal;

/// What happens to one `Publish` request instead of the ordinary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// 500 `InternalError`; nothing is published.
    ServerError,
    /// 403 `AuthorizationError`, as for a caller whose policy lacks `sns:Publish`; nothing is published.
    Denied,
    /// The request is handled, so a good message is published, and 500 `InternalError` is answered. A caller cannot tell
    /// this from [`Fault::ServerError`].
    LoseAnswer,
    /// The request is handled, so a good message is published, and nothing is answered until the caller hangs up.
    NeverAnswer,
}

impl Fault {
    /// What is answered in place of handling the request.
    pub(super) fn refusal(self) -> Option<Refusal> {
        match self {
            Self::ServerError => Some(Refusal::internal_error()),
            Self::Denied => Some(Refusal::authorization_error()),
            Self::LoseAnswer | Self::NeverAnswer => None,
        }
    }
}
