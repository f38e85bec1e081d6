//! Faults that a test asks for.

use super::error::ErrorResponse;

/// The failure of one `Publish` request.
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
    /// The answer in place of handling the request, if there is one.
    pub(super) fn error(self) -> Option<ErrorResponse> {
        match self {
            Self::ServerError => Some(ErrorResponse::internal_error()),
            Self::Denied => Some(ErrorResponse::authorization_error()),
            Self::LoseAnswer | Self::NeverAnswer => None,
        }
    }
}
