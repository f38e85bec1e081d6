//! Counts of a project's emails that were sent, bounced or were complained about, by the hour, spread over shards.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem, Update};
use jiff::{SignedDuration, ToSpan, civil::Date, tz::TimeZone};

use crate::{
    Conflict, Table, TableError, Timestamp, Uuid,
    email::Email,
    item::{Item, expiry, no_retries, number},
    keys::{self, EXPIRES_AT},
};

/// Items a project and day are spread over, so that no partition takes more than its share (about 1,000 writes
/// a second each). At most 12, so that a window of seven days is one batched read.
pub const SHARDS: u8 = 4;

const RETENTION_DAYS: i64 = 35;

/// The shard that counts this email.
#[must_use]
pub fn shard_of(email: Uuid) -> u8 {
    email.as_bytes()[15] % SHARDS
}

/// The hour in which an email was created, which its counts belong to.
#[derive(Debug, Clone, Copy)]
pub struct Hour {
    /// The project's epoch at that time.
    pub epoch: u32,
    /// Any moment of the hour, UTC.
    pub at: Timestamp,
}

impl Hour {
    /// The day's sort key, `yyyy-mm-dd`.
    pub(crate) fn day(self) -> String {
        TimeZone::UTC.to_datetime(self.at).date().to_string()
    }

    /// The attribute that counts `metric`, `<epoch>:<hour>:<metric>`.
    pub(crate) fn attribute(self, metric: &str) -> String {
        format!("{}:{:02}:{metric}", self.epoch, TimeZone::UTC.to_datetime(self.at).hour())
    }
}

/// The kinds of feedback that are counted against the emails sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FeedbackMetric {
    /// Emails that bounced for good.
    Bounce,
    /// Emails whose recipient complained.
    Complaint,
}

impl FeedbackMetric {
    /// The name in notices and keys.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bounce => "bounce",
            Self::Complaint => "complaint",
        }
    }

    /// The name of its count.
    #[must_use]
    pub fn counted(self) -> &'static str {
        match self {
            Self::Bounce => "bounced",
            Self::Complaint => "complained",
        }
    }

    /// The attribute of an email that is counted.
    fn mark(self) -> &'static str {
        match self {
            Self::Bounce => "bounce_counted",
            Self::Complaint => "complaint_counted",
        }
    }
}

/// The counts of the emails created in one hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HourCounts {
    /// The hour's beginning, UTC.
    pub hour: Timestamp,
    /// Emails that the mail service took.
    pub sent: u64,
    /// Emails that bounced for good.
    pub bounced: u64,
    /// Emails complained about.
    pub complained: u64,
}

/// Days that a window of seven trailing days touches.
const WINDOW_DAYS: i8 = 8;

/// The hours of a day's item in one epoch.
fn add_hours(item: &Item, epoch: u32, hours: &mut BTreeMap<Timestamp, HourCounts>) {
    let day = item.get(keys::SK).and_then(|day| day.as_s().ok()).and_then(|day| day.parse::<Date>().ok());
    let Some(midnight) = day.and_then(|day| day.to_zoned(TimeZone::UTC).ok()).map(|day| day.timestamp()) else {
        return;
    };
    for (name, count) in item {
        let mut parts = name.splitn(3, ':');
        let (Some(of), Some(hour), Some(metric)) = (parts.next(), parts.next(), parts.next()) else { continue };
        let (Ok(hour), Ok(count)) = (hour.parse::<i64>(), parsed_number(count)) else { continue };
        if of.parse() != Ok(epoch) {
            continue;
        }
        let hour = midnight + SignedDuration::from_hours(hour);
        let counts = hours.entry(hour).or_insert(HourCounts { hour, sent: 0, bounced: 0, complained: 0 });
        match metric {
            "sent" => counts.sent += count,
            "bounced" => counts.bounced += count,
            "complained" => counts.complained += count,
            _ => {}
        }
    }
}

fn parsed_number(value: &AttributeValue) -> Result<u64, ()> {
    value.as_n().map_err(drop)?.parse().map_err(drop)
}

impl Table {
    /// Counts an email's bounce or complaint, once however often it is called: in one transaction with the mark on
    /// the email, in the hour and epoch that the email was sent in. False if it was counted before, or the email's
    /// record is gone.
    ///
    /// # Errors
    /// Any [`TableError`]; a conflict with a rival's transaction passes.
    pub async fn count_once(&self, email: &Email, metric: FeedbackMetric) -> Result<bool, TableError> {
        let hour = Hour { epoch: email.epoch, at: email.created_at };
        let mark = Update::builder()
            .table_name(&*self.name)
            .set_key(Some(keys::email(email.id).attributes()))
            .update_expression("SET #mark = :true")
            .condition_expression("attribute_exists(pk) AND attribute_not_exists(#mark)")
            .expression_attribute_names("#mark", metric.mark())
            .expression_attribute_values(":true", AttributeValue::Bool(true))
            .build()?;
        let count = Update::builder()
            .table_name(&*self.name)
            .set_key(Some(keys::statistics(email.project, shard_of(email.id), &hour.day()).attributes()))
            .update_expression("ADD #counted :one SET #expires = :expires")
            .expression_attribute_names("#counted", hour.attribute(metric.counted()))
            .expression_attribute_names("#expires", EXPIRES_AT)
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":expires", number(expiry(hour.at, RETENTION_DAYS)))
            .build()?;
        let writes = [mark, count].map(|update| TransactWriteItem::builder().update(update).build());
        match self.transact(writes.into()).await {
            Ok(()) => Ok(true),
            Err(TableError::Conflict(Conflict::ConditionFailed)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The counts of the trailing seven days in one epoch, oldest first, hours without a count left out; in
    /// one batched, consistent read. Some older hours may be among them. `jitter` is any random number.
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn window(
        &self,
        project: Uuid,
        epoch: u32,
        now: Timestamp,
        jitter: u32,
    ) -> Result<Vec<HourCounts>, TableError> {
        let today = now.to_zoned(TimeZone::UTC).date();
        let days = (0..WINDOW_DAYS).map(|ago| today.saturating_sub(ago.days()).to_string());
        let keys = days.flat_map(|day| (0..SHARDS).map(move |shard| keys::statistics(project, shard, &day)));
        let mut hours = BTreeMap::new();
        for item in self.batch(keys, jitter).await? {
            add_hours(&item, epoch, &mut hours);
        }
        Ok(hours.into_values().collect())
    }

    /// Adds `count` emails handed over to one shard. Never retried after a lost answer, which may lose the count: that
    /// errs towards stopping a project early, as does an email in doubt, which is not counted here.
    ///
    /// # Errors
    /// Any [`TableError`]. A conflict with the transaction that counts a bounce is transient, for it certainly had no effect.
    pub async fn count_sent(&self, project: Uuid, shard: u8, hour: Hour, count: u64) -> Result<(), TableError> {
        self.update(keys::statistics(project, shard, &hour.day()))
            .update_expression("ADD #sent :count SET #expires = :expires")
            .expression_attribute_names("#sent", hour.attribute("sent"))
            .expression_attribute_names("#expires", EXPIRES_AT)
            .expression_attribute_values(":count", number(count))
            .expression_attribute_values(":expires", number(expiry(hour.at, RETENTION_DAYS)))
            .customize()
            .config_override(no_retries())
            .send()
            .await?;
        Ok(())
    }
}
