//! The outcomes of a delivery.

use posthorn_errors::Code;
use posthorn_mail::address::Address;
use posthorn_table::{
    Timestamp, Uuid, contact,
    email::{Email, Status},
};

use crate::render_failures::RenderFailures;

/// The outcome for one recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecipientOutcome {
    /// The mail service accepted the message.
    Sent,
    /// A bounce or a complaint is on record; nothing was handed over.
    Suppressed,
    /// Certainly nothing was handed over.
    Failed(Code),
    /// Nothing was handed over: the templates exceed a limit with this recipient's data.
    NotRendered(RenderFailures),
    /// The mail service's answer was lost.
    Unknown,
}

impl RecipientOutcome {
    /// The outcome by an email's record, by any attempt.
    #[must_use]
    pub fn of(email: &Email) -> Self {
        match email.status {
            Status::Pending | Status::Unknown => Self::Unknown,
            Status::Suppressed => Self::Suppressed,
            Status::Failed => {
                let code = email.error.as_deref().and_then(|code| code.parse().ok());
                Self::Failed(code.unwrap_or(Code::DeliveryFailed))
            }
            Status::Sent
            | Status::Delivered
            | Status::Opened
            | Status::Clicked
            | Status::Bounced
            | Status::Complained => Self::Sent,
        }
    }

    /// The status that an email's record gets.
    #[must_use]
    pub fn status(self) -> Status {
        match self {
            Self::Sent => Status::Sent,
            Self::Suppressed => Status::Suppressed,
            Self::Failed(_) | Self::NotRendered(_) => Status::Failed,
            Self::Unknown => Status::Unknown,
        }
    }

    /// The code of its error, if it has one. An email's record keeps nothing else of an error.
    #[must_use]
    pub fn error(self) -> Option<Code> {
        match self {
            Self::Sent | Self::Suppressed => None,
            Self::Failed(code) => Some(code),
            Self::NotRendered(_) => Some(Code::ValidationError),
            Self::Unknown => Some(Code::DeliveryUnknown),
        }
    }
}

/// The delivery to one recipient.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Delivery {
    /// The email.
    pub id: Uuid,
    /// The recipient.
    pub contact: Uuid,
    /// The recipient's address.
    pub to: Address,
    /// The outcome.
    pub outcome: RecipientOutcome,
    /// The time at which its permit was taken, if it was.
    pub since: Timestamp,
    /// True if the outcome comes from an earlier attempt's record.
    pub recorded: bool,
    /// True if this attempt may have created the email's record.
    pub permitted: bool,
}

impl Delivery {
    /// A delivery in which this attempt hands nothing over.
    #[must_use]
    pub fn new(id: Uuid, contact: Uuid, to: Address, outcome: RecipientOutcome, since: Timestamp) -> Self {
        Self { id, contact, to, outcome, since, recorded: false, permitted: false }
    }

    /// A delivery of an earlier attempt, by its record.
    #[must_use]
    pub fn recorded(to: Address, email: &Email) -> Self {
        let delivery = Self::new(email.id, email.contact, to, RecipientOutcome::of(email), email.created_at);
        Self { recorded: true, ..delivery }
    }
}

/// The deliveries to a project's recipients by the records that there are; those without one failed with `missing`, as of
/// `at`.
#[must_use]
pub fn recorded_deliveries<'a>(
    project: Uuid,
    recipients: impl IntoIterator<Item = (&'a Address, Uuid)>,
    emails: &[Email],
    missing: Code,
    at: Timestamp,
) -> Vec<Delivery> {
    let delivery = |(to, id): (&Address, Uuid)| match emails.iter().find(|email| email.id == id) {
        Some(email) => Delivery::recorded(to.clone(), email),
        None => Delivery::new(id, contact::id(project, to.as_str()), to.clone(), RecipientOutcome::Failed(missing), at),
    };
    recipients.into_iter().map(delivery).collect()
}

/// The outcome of one attempt at a mail.
#[derive(Debug, Default)]
pub struct MailOutcome {
    /// The delivery to each recipient.
    pub deliveries: Vec<Delivery>,
    /// True if the attempt is to leave no record, so that the mail can be sent again as if it never had been.
    pub is_withdrawn: bool,
    /// The emails that were reserved of the monthly limit.
    pub reserved: u64,
}
