//! The events that SES reports, as the rest of Posthorn reads them.

use std::fmt;

use jiff::Timestamp;
use uuid::Uuid;

use crate::address::Address;

/// The sub-types of a permanent bounce for a mail that SES did not send.
const SUPPRESSED_SUB_TYPES: [&str; 4] =
    ["OnAccountSuppressionList", "OnTenantSuppressionList", "EmailValidationSuppressed", "UnsubscribedRecipient"];
/// The largest length of an event's type that is logged. No documented type is as long.
pub(super) const MAX_TYPE_LENGTH: usize = 40;

/// One event of SES.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SesEvent {
    /// The kind of the event.
    pub kind: EventKind,
    /// SES's id of the mail, empty if the event names none.
    pub message_id: String,
    /// The sender of the mail, as far as the event tells.
    pub origin: Origin,
}

/// The sender of the mail that an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Posthorn sent the mail, as its tags say.
    Tagged {
        /// The project that sent the mail.
        project: Uuid,
        /// The id of the email.
        email: Uuid,
    },
    /// Another program sent the mail: it lacks one of Posthorn's tags, or a tag has no id.
    Foreign,
    /// The sender is not known, since the older dialect has no tags.
    Unattributed,
    /// There is no mail: SES validates a topic on which it is to publish.
    TopicValidation,
}

/// The kind of an event. `at` is its time by SES's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventKind {
    /// SES accepted the mail.
    Send {
        /// The time of the event.
        at: Timestamp,
    },
    /// The recipient's mail server accepted the mail.
    Delivery {
        /// The time of the event.
        at: Timestamp,
    },
    /// The recipient loaded the tracking image of the mail.
    Open {
        /// The time of the event.
        at: Timestamp,
    },
    /// The recipient followed a link of the mail.
    Click {
        /// The time of the event.
        at: Timestamp,
    },
    /// The recipient's mail server cannot accept the mail yet, and SES keeps trying.
    Delay {
        /// The time of the event.
        at: Timestamp,
    },
    /// SES found a virus in the mail and did not send it.
    Reject {
        /// The time at which SES accepted the mail.
        at: Timestamp,
    },
    /// SES could not render the mail's template and did not send it.
    RenderingFailure {
        /// The time at which SES accepted the mail.
        at: Timestamp,
    },
    /// The mail bounced, or SES did not send it to a suppressed address.
    Bounce(Bounce),
    /// The recipient reported the mail as spam, or withdrew the report.
    Complaint(Complaint),
    /// An event that does not concern Posthorn, such as `Subscription`, or a type that this version does not know. It has the name
    /// of the type, which is safe to log.
    Other(String),
}

/// A bounce.
pub type Bounce = Report<BounceKind>;
/// A complaint.
pub type Complaint = Report<ComplaintKind>;

/// A bounce or a complaint. Its `Debug` shows no address.
#[derive(Clone, PartialEq, Eq)]
pub struct Report<Kind> {
    /// The meaning for the recipients and for the sender's rates.
    pub kind: Kind,
    /// The time of the report.
    pub at: Timestamp,
    /// The addresses that the report is about, which are recipients of the mail.
    pub recipients: Vec<Address>,
}

/// The kind of a bounce.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BounceKind {
    /// The address accepts no mail. The bounce counts.
    Permanent,
    /// SES did not try, since the address is on a suppression list. Posthorn suppresses the address too, but the bounce does not
    /// count.
    Suppressed,
    /// The bounce may be temporary, or is of a type that this version does not know. It neither suppresses the address nor counts.
    Transient,
}

/// The kind of a complaint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComplaintKind {
    /// The recipient reported the mail as spam. The complaint counts.
    Spam,
    /// The recipient withdrew an earlier report.
    NotSpam,
    /// SES did not try because of an earlier complaint. The complaint does not count.
    Suppressed,
}

/// The reason for which a text is no event. No message contains a part of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// The text is not JSON.
    #[error("not JSON")]
    NotJson,
    /// A field has another JSON type than in any event of SES.
    #[error("not shaped like an event of SES")]
    InvalidShape,
    /// The object has no type of an event.
    #[error("neither eventType nor notificationType")]
    NoType,
    /// The event does not name a mail.
    #[error("no mail object")]
    NoMail,
    /// The event is a bounce without its object.
    #[error("no bounce object")]
    NoBounce,
    /// The event is a complaint without its object.
    #[error("no complaint object")]
    NoComplaint,
    /// Neither the event nor its mail has a time that can be read.
    #[error("no timestamp")]
    NoTimestamp,
}

/// The address in a text of SES, which may have it in angle brackets behind a name.
pub(super) fn address_of(raw: &str) -> Option<Address> {
    let bracketed = raw.trim().strip_suffix('>').and_then(|rest| rest.rsplit_once('<'));
    Address::parse(bracketed.map_or(raw, |(_, address)| address)).ok()
}

impl BounceKind {
    pub(super) fn of(kind: Option<&str>, sub_type: Option<&str>) -> Self {
        match (kind, sub_type) {
            (Some("Permanent"), Some(sub_type)) if SUPPRESSED_SUB_TYPES.contains(&sub_type) => Self::Suppressed,
            (Some("Permanent"), _) => Self::Permanent,
            _ => Self::Transient,
        }
    }
}

impl ComplaintKind {
    pub(super) fn of(feedback: Option<&str>, sub_type: Option<&str>) -> Self {
        match (feedback, sub_type) {
            (_, Some("OnAccountSuppressionList")) => Self::Suppressed,
            (Some("not-spam"), _) => Self::NotSpam,
            _ => Self::Spam,
        }
    }
}

/// The name of an event's type for the log. Any other text is kept out of the logs.
pub(super) fn loggable_name(name: &str) -> &str {
    let letters = name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b' ');
    if letters && !name.trim().is_empty() && name.len() <= MAX_TYPE_LENGTH { name } else { "(unknown)" }
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
