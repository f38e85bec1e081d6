//! The deployed functions.

/// A deployed function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Function {
    /// Everything that a key manages, and every path without a route of its own (`$default`).
    Api,
    /// Transactional email.
    Send,
    /// Events and contacts.
    Track,
    /// Key rotation.
    RegenerateKeys,
    /// The events of SES, in batches from a queue: no route leads to it.
    Feedback,
}

impl Function {
    /// Every function.
    pub const ALL: [Self; 5] = [Self::Api, Self::Send, Self::Track, Self::RegenerateKeys, Self::Feedback];

    /// The function that answers every path without a route: the gateway's `$default`.
    pub const DEFAULT: Self = Self::Api;

    /// The name of its package, of its folder below `functions/`, and of its binary.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Send => "send",
            Self::Track => "track",
            Self::RegenerateKeys => "regenerate-keys",
            Self::Feedback => "feedback",
        }
    }

    /// Its name in `template.yaml`.
    #[must_use]
    pub fn logical_id(self) -> &'static str {
        match self {
            Self::Api => "ApiFunction",
            Self::Send => "SendFunction",
            Self::Track => "TrackFunction",
            Self::RegenerateKeys => "RegenerateKeysFunction",
            Self::Feedback => "FeedbackFunction",
        }
    }

    /// True if it answers HTTP requests.
    #[must_use]
    pub fn is_behind_the_gateway(self) -> bool {
        self != Self::Feedback
    }
}
