//! Emails: one record a recipient. The record is the permit to hand over, and afterwards tells the outcome.

use std::fmt;

use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use serde::{Deserialize, Serialize};

use crate::{
    Table, TableError, Timestamp, Uuid,
    item::{conditional, expiry, from_item, ignore_failed_condition, moment, number, string, to_item},
    keys,
};

const RETENTION_DAYS: i64 = 90;

/// The state of an email. A later status never has a lower rank than an earlier one, whatever the order in
/// which they become known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Permitted; the hand-over has not ended, or its end was never recorded.
    Pending,
    /// The mail service's answer was lost.
    Unknown,
    /// The mail service took it.
    Sent,
    /// The recipient's server took it.
    Delivered,
    /// It was opened.
    Opened,
    /// A link in it was clicked.
    Clicked,
    /// The mail service did not take it.
    Failed,
    /// It was held back: the recipient bounced or complained before.
    Suppressed,
    /// It bounced for good.
    Bounced,
    /// The recipient complained.
    Complained,
}

impl Status {
    /// The rank, 0 to 9.
    #[must_use]
    pub fn rank(self) -> u8 {
        self as u8
    }

    /// The name, as stored and as answered.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Unknown => "UNKNOWN",
            Self::Sent => "SENT",
            Self::Delivered => "DELIVERED",
            Self::Opened => "OPENED",
            Self::Clicked => "CLICKED",
            Self::Failed => "FAILED",
            Self::Suppressed => "SUPPRESSED",
            Self::Bounced => "BOUNCED",
            Self::Complained => "COMPLAINED",
        }
    }
}

/// An email record. Its `Debug` does not show whom it is to.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Email {
    /// The email's own id.
    #[serde(rename = "email_id")]
    pub id: Uuid,
    /// The project that sends it.
    #[serde(rename = "project_id")]
    pub project: Uuid,
    /// The project's epoch when it was sent.
    pub epoch: u32,
    /// The recipient.
    #[serde(rename = "contact_id")]
    pub contact: Uuid,
    /// The recipient's normalised address.
    pub to: String,
    /// Its state.
    pub status: Status,
    /// The name of the error's code, if it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The mail service's id of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// The attempt that took the permit.
    pub nonce: String,
    /// The moment the permit was taken; statistics count it in the hour of that.
    #[serde(serialize_with = "crate::time::serialize")]
    pub created_at: Timestamp,
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Email").field("id", &self.id).field("status", &self.status).finish_non_exhaustive()
    }
}

#[derive(Serialize)]
struct Record<'a> {
    #[serde(flatten)]
    email: &'a Email,
    rank: u8,
    expires_at: i64,
}

/// The answer to an attempt that asks to hand an email over.
#[derive(Debug, PartialEq, Eq)]
pub enum Permit {
    /// It may, once.
    Taken,
    /// It may not: another attempt was permitted before, and this is its record.
    Found(Box<Email>),
}

/// The outcome of a hand-over. Its `Debug` does not show the subject.
#[derive(Clone, Default)]
pub struct Outcome<'a> {
    /// The mail service's id, if it took the email.
    pub message_id: Option<&'a str>,
    /// The error code's name, if it did not.
    pub error: Option<&'a str>,
    /// The subject as it was rendered.
    pub subject: Option<&'a str>,
}

impl fmt::Debug for Outcome<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outcome").field("error", &self.error).finish_non_exhaustive()
    }
}

/// A report of the mail service on an email.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportedStatus {
    /// SES accepted the email.
    Sent,
    /// The recipient's server accepted the email.
    Delivered,
    /// The recipient opened the email.
    Opened,
    /// The recipient clicked a link in the email.
    Clicked,
    /// The email is not delivered yet; SES tries again.
    Delayed,
    /// SES rejected the email after accepting it; the name of the error code.
    Failed(&'static str),
    /// SES did not try: the recipient is on a suppression list.
    HeldBack,
    /// The email bounced for now.
    BouncedForNow,
    /// The email bounced for good.
    Bounced,
    /// The recipient complained about the email.
    Complained,
    /// The recipient reported that the email is not spam.
    NotSpam,
}

impl ReportedStatus {
    pub(crate) fn status(self) -> Option<Status> {
        match self {
            Self::Sent => Some(Status::Sent),
            Self::Delivered => Some(Status::Delivered),
            Self::Opened => Some(Status::Opened),
            Self::Clicked => Some(Status::Clicked),
            Self::Failed(_) => Some(Status::Failed),
            Self::HeldBack => Some(Status::Suppressed),
            Self::Bounced => Some(Status::Bounced),
            Self::Complained => Some(Status::Complained),
            Self::Delayed | Self::BouncedForNow | Self::NotSpam => None,
        }
    }

    /// The attribute that keeps the latest time of it. That it was sent is known from the hand-over already.
    fn attribute(self) -> Option<&'static str> {
        match self {
            Self::Sent => None,
            Self::Delivered => Some("delivered_at"),
            Self::Opened => Some("opened_at"),
            Self::Clicked => Some("clicked_at"),
            Self::Delayed => Some("delayed_at"),
            Self::Failed(_) => Some("failed_at"),
            Self::HeldBack => Some("held_back_at"),
            Self::BouncedForNow => Some("bounced_for_now_at"),
            Self::Bounced => Some("bounced_at"),
            Self::Complained => Some("complained_at"),
            Self::NotSpam => Some("not_spam_at"),
        }
    }
}

impl Permit {
    /// The permit as the stored record tells it: taken if the attempt called `nonce` wrote the record, since the write then failed
    /// on its own echo.
    pub(crate) fn from_record(nonce: &str, record: Email) -> Self {
        if record.nonce == nonce { Self::Taken } else { Self::Found(Box::new(record)) }
    }
}

impl Table {
    /// Takes the permit to hand `email` over, by creating its record: only who created it may.
    ///
    /// # Errors
    /// Any [`TableError`]; after a lost answer the permit counts as not taken, whatever happened.
    pub async fn permit_email(&self, email: &Email) -> Result<Permit, TableError> {
        let record = Record { email, rank: email.status.rank(), expires_at: expiry(email.created_at, RETENTION_DAYS) };
        let put = |put: PutItemFluentBuilder| {
            let item = to_item(keys::email(email.id), &record)?;
            Ok(put.set_item(Some(item)).condition_expression("attribute_not_exists(pk)"))
        };
        match self.create(|| keys::email(email.id), put).await? {
            None => Ok(Permit::Taken),
            Some(found) => Ok(Permit::from_record(&email.nonce, from_item(found)?)),
        }
    }

    /// Records the outcome of an email for the attempt `nonce`, if the record is that attempt's: one whose permit failed
    /// may find another's. Does nothing if a status of the same or a higher rank is recorded, or the record does not exist.
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn settle_email(
        &self,
        id: Uuid,
        nonce: &str,
        status: Status,
        outcome: &Outcome<'_>,
        now: Timestamp,
    ) -> Result<(), TableError> {
        let mut set = "SET #status = :status, #rank = :rank, settled_at = :now".to_owned();
        let mut values =
            vec![(":status", string(status.as_str())), (":rank", number(status.rank())), (":now", moment(now))];
        for (attribute, placeholder, value) in [
            ("message_id", ":message", outcome.message_id),
            ("#error", ":error", outcome.error),
            ("subject", ":subject", outcome.subject),
        ] {
            if let Some(value) = value {
                set.extend([", ", attribute, " = ", placeholder]);
                values.push((placeholder, string(value)));
            }
        }
        let mut request = self
            .update(keys::email(id))
            .update_expression(set)
            .condition_expression("nonce = :nonce AND #rank < :rank")
            .expression_attribute_values(":nonce", string(nonce))
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#rank", "rank");
        if outcome.error.is_some() {
            request = request.expression_attribute_names("#error", "error");
        }
        for (name, value) in values {
            request = request.expression_attribute_values(name, value);
        }
        let settled = conditional(request.send().await)?;
        match outcome.subject {
            // The mail service's own event came first; it does not know the subject.
            Some(subject) if settled.is_err() => self.add_subject(id, nonce, subject).await,
            _ => Ok(()),
        }
    }

    async fn add_subject(&self, id: Uuid, nonce: &str, subject: &str) -> Result<(), TableError> {
        let result = self
            .update(keys::email(id))
            .update_expression("SET subject = :subject")
            .condition_expression("nonce = :nonce AND attribute_not_exists(subject)")
            .expression_attribute_values(":nonce", string(nonce))
            .expression_attribute_values(":subject", string(subject))
            .send()
            .await;
        ignore_failed_condition(result)
    }

    /// Removes the record that the attempt `nonce` created, if it is still that attempt's.
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn withdraw_email(&self, id: Uuid, nonce: &str) -> Result<(), TableError> {
        let result = self
            .client
            .delete_item()
            .table_name(&*self.name)
            .set_key(Some(keys::email(id).attributes()))
            .condition_expression("nonce = :nonce")
            .expression_attribute_values(":nonce", string(nonce))
            .send()
            .await;
        ignore_failed_condition(result)
    }

    /// Records a report of the mail service on an email, in whatever order and however often reports come: the status
    /// by its rank, the time by the latest. Does nothing for an email whose record is gone.
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn record_report(
        &self,
        id: Uuid,
        report: ReportedStatus,
        at: Timestamp,
        message_id: &str,
    ) -> Result<(), TableError> {
        let was_raised = match report.status() {
            Some(status) => self.raise_status(id, report, status, at, message_id).await?,
            None => false,
        };
        match report.attribute() {
            Some(attribute) if !was_raised => self.record_latest(id, attribute, at).await,
            _ => Ok(()),
        }
    }

    /// True if the status was raised, and the time recorded with it: nothing of this rank was known before.
    async fn raise_status(
        &self,
        id: Uuid,
        report: ReportedStatus,
        status: Status,
        at: Timestamp,
        message_id: &str,
    ) -> Result<bool, TableError> {
        let mut request = self
            .update(keys::email(id))
            .condition_expression("attribute_exists(pk) AND #rank < :rank")
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#rank", "rank")
            .expression_attribute_values(":status", string(status.as_str()))
            .expression_attribute_values(":rank", number(status.rank()))
            .expression_attribute_values(":message", string(message_id));
        let mut set = "SET #status = :status, #rank = :rank, message_id = :message".to_owned();
        if let Some(attribute) = report.attribute() {
            set.extend([", ", attribute, " = :at"]);
            request = request.expression_attribute_values(":at", moment(at));
        }
        // An error says why an email failed; one that got further did not.
        request = request.expression_attribute_names("#error", "error");
        if let ReportedStatus::Failed(error) = report {
            set.push_str(", #error = :error");
            request = request.expression_attribute_values(":error", string(error));
        } else {
            set.push_str(" REMOVE #error");
        }
        Ok(conditional(request.update_expression(set).send().await)?.is_ok())
    }

    async fn record_latest(&self, id: Uuid, attribute: &str, at: Timestamp) -> Result<(), TableError> {
        let result = self
            .update(keys::email(id))
            .update_expression("SET #latest = :at")
            .condition_expression("attribute_exists(pk) AND (attribute_not_exists(#latest) OR #latest < :at)")
            .expression_attribute_names("#latest", attribute)
            .expression_attribute_values(":at", moment(at))
            .send()
            .await;
        ignore_failed_condition(result)
    }

    /// The email's record, if there is one, read consistently.
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn email(&self, id: Uuid) -> Result<Option<Email>, TableError> {
        self.get(keys::email(id)).await
    }

    /// The records of these emails that exist, read consistently, in no particular order.
    ///
    /// # Errors
    /// Any [`TableError`]; [`TableError::Throttled`] if it leaves some unread again and again. `jitter` is any random number.
    pub async fn emails(&self, ids: &[Uuid], jitter: u32) -> Result<Vec<Email>, TableError> {
        self.batch(ids.iter().copied().map(keys::email), jitter).await?.into_iter().map(from_item).collect()
    }
}
