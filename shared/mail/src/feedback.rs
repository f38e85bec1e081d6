//! What SES reports of a mail after it took it: bounces, complaints, deliveries, opens.
//!
//! SES speaks two dialects. Event publishing, which a configuration set turns on, says `eventType` and carries the
//! mail's tags (developer guide, "Contents of event data that Amazon SES publishes to Amazon SNS"). The older
//! notifications of an identity say `notificationType` and carry none ("Amazon SNS notification contents for Amazon
//! SES"). Fields and types that neither page knows never fail: AWS reserves the right to add them.

use std::fmt;

use jiff::Timestamp;
use uuid::Uuid;

use crate::address::Address;

mod document;

use document::Document;

/// What SES publishes, as bare text, to a topic that becomes an event destination.
const TOPIC_VALIDATED: &str = "Successfully validated SNS topic for Amazon SES event publishing.";
/// The sub-types of a permanent bounce of a mail that never left SES.
const HELD_BACK: [&str; 4] =
    ["OnAccountSuppressionList", "OnTenantSuppressionList", "EmailValidationSuppressed", "UnsubscribedRecipient"];
/// Longer than any type of event that SES documents.
const MAX_NAME_LENGTH: usize = 40;

/// One event of SES.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What happened.
    pub what: EventKind,
    /// SES's id of the mail; empty if the event names none.
    pub message_id: String,
    /// Whose mail it is.
    pub origin: Origin,
}

/// Whose mail an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Posthorn's, as its tags say.
    Ours {
        /// The project that sent it.
        project: Uuid,
        /// The email's id.
        email: Uuid,
    },
    /// Not Posthorn's: it bears no tags of ours, or not both, or no ids in them.
    Foreign,
    /// Anybody's: the older dialect carries no tags.
    Unattributed,
    /// Nobody's: SES tries a topic that it is to publish on.
    Trial,
}

/// What happened to a mail. `at` is when it did, by SES's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventKind {
    /// SES took it.
    Send {
        /// When.
        at: Timestamp,
    },
    /// The recipient's mail server took it.
    Delivery {
        /// When.
        at: Timestamp,
    },
    /// The recipient loaded its tracking image.
    Open {
        /// When.
        at: Timestamp,
    },
    /// The recipient followed one of its links.
    Click {
        /// When.
        at: Timestamp,
    },
    /// The recipient's mail server cannot take it yet; SES goes on trying.
    Delay {
        /// When.
        at: Timestamp,
    },
    /// SES found a virus in it and did not send it.
    Reject {
        /// When SES took it.
        at: Timestamp,
    },
    /// SES could not fill in its template and did not send it.
    RenderingFailure {
        /// When SES took it.
        at: Timestamp,
    },
    /// It came back, or SES held it back.
    Bounce(Bounce),
    /// The recipient called it spam, or took that back.
    Complaint(Complaint),
    /// Nothing that concerns Posthorn, `Subscription` among it, or a type that this version does not know: its name,
    /// safe to log.
    Other(String),
}

/// A bounce.
pub type Bounce = Report<BounceKind>;
/// A complaint.
pub type Complaint = Report<ComplaintKind>;

/// A bounce or a complaint. Its `Debug` shows no address.
#[derive(Clone, PartialEq, Eq)]
pub struct Report<Kind> {
    /// What it means for the recipients and the sender's rates.
    pub kind: Kind,
    /// When it was reported.
    pub at: Timestamp,
    /// Whom it is about, among those that the mail went to.
    pub recipients: Vec<Address>,
}

/// What a bounce means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BounceKind {
    /// The address takes no mail. Counts.
    Permanent,
    /// SES knew better than to try. The address is to be suppressed here too, but it does not count.
    HeldBack,
    /// May have been bad luck, or a type this version does not know. Neither suppresses nor counts.
    Passing,
}

/// What a complaint means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComplaintKind {
    /// The recipient called it spam. Counts.
    Spam,
    /// The recipient says that it is none after all.
    NotSpam,
    /// SES knew of an earlier complaint and did not try. Does not count.
    HeldBack,
}

/// Why a text is no event. None of it shows what the text holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// Not JSON at all.
    #[error("not JSON")]
    NotJson,
    /// JSON in which something is of another type than in any event of SES.
    #[error("not shaped like an event of SES")]
    Misshapen,
    /// An object of somebody else.
    #[error("neither eventType nor notificationType")]
    NoType,
    /// Nothing says which mail it is about.
    #[error("no mail object")]
    NoMail,
    /// A bounce that says nothing of it.
    #[error("no bounce object")]
    NoBounce,
    /// A complaint that says nothing of it.
    #[error("no complaint object")]
    NoComplaint,
    /// Neither the event nor the mail has a time that can be read.
    #[error("no timestamp")]
    NoTimestamp,
}

/// Reads one event, in either dialect: what SES published, out of its SNS envelope.
///
/// # Errors
/// [`EventError`] if the text is no event of SES, or lacks what its type needs.
pub fn parse(text: &str) -> Result<Event, EventError> {
    if text.trim() == TOPIC_VALIDATED {
        let what = EventKind::Other("Topic validated".to_owned());
        return Ok(Event { what, message_id: String::new(), origin: Origin::Trial });
    }
    let document = Document::read(text)?;
    Ok(Event { what: document.what()?, message_id: document.message_id(), origin: document.origin()? })
}

/// The address that SES names, which may stand in angle brackets, behind a name.
fn address_of(raw: &str) -> Option<Address> {
    let bracketed = raw.trim().strip_suffix('>').and_then(|rest| rest.rsplit_once('<'));
    Address::parse(bracketed.map_or(raw, |(_, address)| address)).ok()
}

impl BounceKind {
    fn of(kind: Option<&str>, sub_type: Option<&str>) -> Self {
        match (kind, sub_type) {
            (Some("Permanent"), Some(sub_type)) if HELD_BACK.contains(&sub_type) => Self::HeldBack,
            (Some("Permanent"), _) => Self::Permanent,
            _ => Self::Passing,
        }
    }
}

impl ComplaintKind {
    fn of(feedback: Option<&str>, sub_type: Option<&str>) -> Self {
        match (feedback, sub_type) {
            (_, Some("OnAccountSuppressionList")) => Self::HeldBack,
            (Some("not-spam"), _) => Self::NotSpam,
            _ => Self::Spam,
        }
    }
}

/// A type's name, if it is one: whatever else stands there stays out of the logs.
fn nameable(name: &str) -> &str {
    let letters = name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b' ');
    if letters && !name.trim().is_empty() && name.len() <= MAX_NAME_LENGTH { name } else { "(unknown)" }
}

impl<Kind: fmt::Debug> fmt::Debug for Report<Kind> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Report")
            .field("kind", &self.kind)
            .field("at", &self.at)
            .field("recipients", &self.recipients.len())
            .finish()
    }
}

#[cfg(test)]
mod tests;
