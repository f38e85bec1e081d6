//! The error codes of the HTTP contract, each once.

/// The reason for which a request failed. The names are the contract's and never change; status, default text, suggestion and
/// log level are exhaustive matches, so a new code cannot be half added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// There is no usable `Authorization: Bearer <key>` header.
    MissingAuth,
    /// The key is malformed, unknown, retired or of the wrong class for the route.
    InvalidApiKey,
    /// The key's scope does not allow the route.
    Forbidden,
    /// The project was disabled; every write is refused.
    ProjectDisabled,
    /// The project in the path is not the key's.
    ProjectAccessDenied,
    /// The sender's domain is not one of the project's verified domains.
    SenderNotVerified,
    /// The project's monthly email limit does not leave room for the request.
    BillingLimitExceeded,
    /// The body is not JSON, or not an object.
    InvalidRequestBody,
    /// One or more fields are wrong.
    ValidationError,
    /// A header is malformed.
    BadRequest,
    /// Templates are not part of this version.
    TemplateNotFound,
    /// The route does not exist.
    NotFound,
    /// The route exists, for other methods.
    MethodNotAllowed,
    /// Another rotation of the same project came first.
    Conflict,
    /// The idempotency key was used before, with another body or by a request still running.
    IdempotencyKeyReused,
    /// The request is larger than the gateway can pass on.
    PayloadTooLarge,
    /// The mail service or the database throttles, and nothing was handed over.
    RateLimitExceeded,
    /// The mail service's answer was lost: the mail may or may not go out.
    DeliveryUnknown,
    /// The mail service refused for a reason that is not the caller's.
    DeliveryFailed,
    /// A dependency is down, and nothing was handed over.
    ServiceUnavailable,
    /// Posthorn itself failed.
    InternalServerError,
}

impl Code {
    /// Every code, in the contract's order.
    pub const ALL: [Self; 21] = [
        Self::MissingAuth,
        Self::InvalidApiKey,
        Self::Forbidden,
        Self::ProjectDisabled,
        Self::ProjectAccessDenied,
        Self::SenderNotVerified,
        Self::BillingLimitExceeded,
        Self::InvalidRequestBody,
        Self::ValidationError,
        Self::BadRequest,
        Self::TemplateNotFound,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::Conflict,
        Self::IdempotencyKeyReused,
        Self::PayloadTooLarge,
        Self::RateLimitExceeded,
        Self::DeliveryUnknown,
        Self::DeliveryFailed,
        Self::ServiceUnavailable,
        Self::InternalServerError,
    ];

    /// The name on the wire, such as `MISSING_AUTH`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MissingAuth => "MISSING_AUTH",
            Self::InvalidApiKey => "INVALID_API_KEY",
            Self::Forbidden => "FORBIDDEN",
            Self::ProjectDisabled => "PROJECT_DISABLED",
            Self::ProjectAccessDenied => "PROJECT_ACCESS_DENIED",
            Self::SenderNotVerified => "SENDER_NOT_VERIFIED",
            Self::BillingLimitExceeded => "BILLING_LIMIT_EXCEEDED",
            Self::InvalidRequestBody => "INVALID_REQUEST_BODY",
            Self::ValidationError => "VALIDATION_ERROR",
            Self::BadRequest => "BAD_REQUEST",
            Self::TemplateNotFound => "TEMPLATE_NOT_FOUND",
            Self::NotFound => "NOT_FOUND",
            Self::MethodNotAllowed => "METHOD_NOT_ALLOWED",
            Self::Conflict => "CONFLICT",
            Self::IdempotencyKeyReused => "IDEMPOTENCY_KEY_REUSED",
            Self::PayloadTooLarge => "PAYLOAD_TOO_LARGE",
            Self::RateLimitExceeded => "RATE_LIMIT_EXCEEDED",
            Self::DeliveryUnknown => "DELIVERY_UNKNOWN",
            Self::DeliveryFailed => "DELIVERY_FAILED",
            Self::ServiceUnavailable => "SERVICE_UNAVAILABLE",
            Self::InternalServerError => "INTERNAL_SERVER_ERROR",
        }
    }

    /// The HTTP status. `VALIDATION_ERROR` answers 400 on the 2023 path `/v1`, which the HTTP edge sees to.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::InvalidRequestBody | Self::BadRequest => 400,
            Self::MissingAuth | Self::InvalidApiKey => 401,
            Self::BillingLimitExceeded => 402,
            Self::Forbidden | Self::ProjectDisabled | Self::ProjectAccessDenied | Self::SenderNotVerified => 403,
            Self::TemplateNotFound | Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::Conflict | Self::IdempotencyKeyReused => 409,
            Self::PayloadTooLarge => 413,
            Self::ValidationError => 422,
            Self::RateLimitExceeded => 429,
            Self::InternalServerError => 500,
            Self::DeliveryUnknown | Self::DeliveryFailed => 502,
            Self::ServiceUnavailable => 503,
        }
    }

    /// The message to the caller, unless the place that refuses gives a more exact one.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::MissingAuth => "Authorization header is required",
            Self::InvalidApiKey => "Invalid API key. It is malformed, unknown or no longer in use.",
            Self::Forbidden => "The scope of this API key does not allow this request.",
            Self::ProjectDisabled => {
                "Project is disabled due to security violations. All write operations are blocked."
            }
            Self::ProjectAccessDenied => "This API key does not have access to the requested project.",
            Self::SenderNotVerified => "The sender's domain is not verified for this project.",
            Self::BillingLimitExceeded => "The project's monthly email limit does not allow this request.",
            Self::InvalidRequestBody => "The request body must be a JSON object.",
            Self::ValidationError => "The request has invalid fields; each is listed in errors.",
            Self::BadRequest => "A request header is malformed.",
            Self::TemplateNotFound => "The template does not exist.",
            Self::NotFound => "This route does not exist.",
            Self::MethodNotAllowed => "This route does not take this method.",
            Self::Conflict => "The project was changed by another request at the same time. Nothing was changed.",
            Self::IdempotencyKeyReused => "This Idempotency-Key was already used.",
            Self::PayloadTooLarge => "The request is too large.",
            Self::RateLimitExceeded => "The service is at its rate limit. This attempt sent nothing.",
            Self::DeliveryUnknown => "The mail service's answer was lost: the email may or may not have been sent.",
            Self::DeliveryFailed => "The mail service refused the email. Nothing was sent.",
            Self::ServiceUnavailable => "A service that this request needs is unavailable. This attempt sent nothing.",
            Self::InternalServerError => "Something went wrong on our side.",
        }
    }

    /// The suggestion to the caller, where there is something to do.
    #[must_use]
    pub const fn suggestion(self) -> Option<&'static str> {
        match self {
            Self::MissingAuth => {
                Some("Include an Authorization header with format: \"Authorization: Bearer YOUR_API_KEY\"")
            }
            Self::InvalidApiKey => Some(
                "Verify your API key is correct and starts with \"sk_\" for secret keys or \"pk_\" for public keys.",
            ),
            Self::Forbidden => Some("Use a key of the scope that details.needs names, or one of the scope full."),
            Self::SenderNotVerified => Some(
                "Send from one of the project's verified domains, or leave out \"from\" to use the default sender.",
            ),
            Self::TemplateNotFound => Some("Give \"subject\" and \"body\" instead of \"template\"."),
            Self::Conflict => Some("Read the project's current state, then try again."),
            Self::RateLimitExceeded | Self::ServiceUnavailable => {
                Some("Try again after the number of seconds in the Retry-After header.")
            }
            Self::DeliveryUnknown => {
                Some("Retry with the same Idempotency-Key: it never sends a second email. A request without one may.")
            }
            Self::DeliveryFailed => {
                Some("Try again later; if it goes on, ask the operator to look at the mail service.")
            }
            Self::InternalServerError => Some("If it happens again, report it and quote the requestId."),
            Self::ProjectDisabled
            | Self::ProjectAccessDenied
            | Self::BillingLimitExceeded
            | Self::InvalidRequestBody
            | Self::ValidationError
            | Self::BadRequest
            | Self::NotFound
            | Self::MethodNotAllowed
            | Self::IdempotencyKeyReused
            | Self::PayloadTooLarge => None,
        }
    }

    /// The seconds for `Retry-After`, on the codes that promise one.
    #[must_use]
    pub const fn retry_after(self) -> Option<u32> {
        match self {
            Self::RateLimitExceeded => Some(1),
            Self::ServiceUnavailable => Some(5),
            _ => None,
        }
    }

    /// True for a fault of ours or of a dependency (logged at `error`), false for a refusal (logged at `info`).
    #[must_use]
    pub const fn is_fault(self) -> bool {
        self.status() >= 500
    }

    /// True if a request that ends so has, for certain, given nobody anything, so that its idempotency key is free.
    #[must_use]
    pub const fn nothing_happened(self) -> bool {
        !matches!(self, Self::DeliveryUnknown | Self::InternalServerError)
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Code {
    type Err = UnknownCode;

    fn from_str(name: &str) -> Result<Self, UnknownCode> {
        Self::ALL.into_iter().find(|code| code.as_str() == name).ok_or(UnknownCode)
    }
}

/// The text names no code.
#[derive(Debug, PartialEq, Eq)]
pub struct UnknownCode;

impl std::fmt::Display for UnknownCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not an error code of Posthorn")
    }
}

impl std::error::Error for UnknownCode {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of README's table of codes: (code, status).
    fn readme_rows() -> Vec<(String, u16)> {
        include_str!("../../../README.md")
            .lines()
            .filter_map(|line| {
                let mut cells = line.strip_prefix("| `")?.split(" | ");
                let code = cells.next()?.trim_end_matches('`');
                let status = cells.next()?.split_whitespace().next()?.parse().ok()?;
                code.chars().all(|c| c.is_ascii_uppercase() || c == '_').then(|| (code.to_owned(), status))
            })
            .collect()
    }

    #[test]
    fn readme_lists_every_code_with_its_status() {
        let ours: Vec<_> = Code::ALL.iter().map(|code| (code.as_str().to_owned(), code.status())).collect();
        assert_eq!(readme_rows(), ours);
    }

    #[test]
    fn names_read_back() {
        for code in Code::ALL {
            assert_eq!(code.as_str().parse(), Ok(code));
        }
        assert_eq!("TEAPOT".parse::<Code>(), Err(UnknownCode));
    }
}
