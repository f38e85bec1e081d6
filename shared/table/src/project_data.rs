//! What a project holds beside itself and its keys, to remove it: contacts with their tracked events, emails, idempotency
//! keys, usage, statistics and notices.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, DeleteRequest, WriteRequest};
use backon::BackoffBuilder as _;
use tokio::time::sleep;

use crate::{
    Table, TableError, Uuid,
    item::{Item, s},
    keys::{self, CONTACT, CONTACTS, EMAILS, NOTICES, PK, SK},
    retry::pauses,
};

/// The most items of one batched write (API reference, `BatchWriteItem`).
const MAX_AT_ONCE: usize = 25;
/// How often the writes that DynamoDB left undone are made again, after pauses that double up to two and a half seconds.
const MAX_FURTHER_WRITES: usize = 12;

/// Of what kind something is that a project holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ItemKind {
    /// A contact.
    Contact,
    /// A tracked event.
    Event,
    /// An email's record.
    Email,
    /// An idempotency key.
    Idempotency,
    /// Emails of a month.
    Usage,
    /// Counts of a day.
    Statistics,
    /// An announcement.
    Notice,
}

/// Something that a project holds.
#[derive(Debug, Clone)]
pub struct ProjectItem {
    /// Of what kind it is.
    pub kind: ItemKind,
    key: Item,
}

/// A page of a scan through the table.
#[derive(Debug)]
pub struct ProjectDataPage {
    /// What was found.
    pub project_data: Vec<ProjectItem>,
    /// Items that were looked at.
    pub scanned: u64,
    /// Where the next page begins; `None` after the last one.
    pub next: Option<ScanPosition>,
}

/// Where a page begins.
#[derive(Debug, Clone)]
pub struct ScanPosition(Item);

impl ProjectItem {
    fn of(item: Item) -> Option<Self> {
        let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok());
        let (pk, sk) = (text(PK)?, text(SK)?);
        let kind = match pk.split_once('#')?.0 {
            "CONTACT" if sk == CONTACT => ItemKind::Contact,
            "CONTACT" => ItemKind::Event,
            "EMAIL" => ItemKind::Email,
            "IDEMPOTENCY" => ItemKind::Idempotency,
            "USAGE" => ItemKind::Usage,
            "STATS" => ItemKind::Statistics,
            "PROJECT" => ItemKind::Notice,
            _ => return None,
        };
        Some(Self { kind, key: item })
    }
}

impl Table {
    /// Scans a page of the table for what a project holds. The table has no index for this: deleting a project is rare,
    /// and its price is a read of the whole table.
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn project_data(&self, project: Uuid, from: Option<ScanPosition>) -> Result<ProjectDataPage, TableError> {
        let output = self
            .client
            .scan()
            .table_name(&*self.name)
            .consistent_read(true)
            .projection_expression("pk, sk")
            .filter_expression(
                "(project_id = :project AND (begins_with(pk, :contacts) OR begins_with(pk, :emails))) \
                 OR begins_with(pk, :idempotency) OR begins_with(pk, :statistics) OR pk = :usage \
                 OR (pk = :partition AND begins_with(sk, :notices))",
            )
            .expression_attribute_values(":project", s(project.to_string()))
            .expression_attribute_values(":contacts", s(CONTACTS))
            .expression_attribute_values(":emails", s(EMAILS))
            .expression_attribute_values(":idempotency", s(keys::idempotency_of(project)))
            .expression_attribute_values(":statistics", s(keys::statistics_of(project)))
            .expression_attribute_values(":usage", s(keys::usage_partition(project)))
            .expression_attribute_values(":partition", s(keys::project_partition(project)))
            .expression_attribute_values(":notices", s(NOTICES))
            .set_exclusive_start_key(from.map(|position| position.0))
            .send()
            .await?;
        Ok(ProjectDataPage {
            scanned: u64::try_from(output.scanned_count).unwrap_or_default(),
            project_data: output.items.into_iter().flatten().filter_map(ProjectItem::of).collect(),
            next: output.last_evaluated_key.map(ScanPosition),
        })
    }

    /// Removes them, in batches; what DynamoDB leaves undone is tried again. Removing something twice does no harm.
    /// `jitter` is any random number.
    ///
    /// # Errors
    /// Any [`TableError`]; [`TableError::Throttled`] if it leaves something undone again and again.
    pub async fn remove(&self, project_data: Vec<ProjectItem>, jitter: u32) -> Result<(), TableError> {
        let mut keys = project_data.into_iter().map(|holding| holding.key).peekable();
        while keys.peek().is_some() {
            let requests = keys.by_ref().take(MAX_AT_ONCE).map(removal).collect::<Result<Vec<_>, _>>()?;
            self.write_batch(requests, jitter).await?;
        }
        Ok(())
    }

    async fn write_batch(&self, requests: Vec<WriteRequest>, jitter: u32) -> Result<(), TableError> {
        let mut left = HashMap::from([(self.name.to_string(), requests)]);
        let mut pauses = pauses(jitter).with_max_times(MAX_FURTHER_WRITES).build();
        loop {
            let output = self.client.batch_write_item().set_request_items(Some(left)).send().await?;
            left = output.unprocessed_items.unwrap_or_default();
            if left.values().all(Vec::is_empty) {
                return Ok(());
            }
            let Some(pause) = pauses.next() else { return Err(TableError::Throttled("UnprocessedItems".to_owned())) };
            sleep(pause).await;
        }
    }
}

fn removal(key: HashMap<String, AttributeValue>) -> Result<WriteRequest, TableError> {
    Ok(WriteRequest::builder().delete_request(DeleteRequest::builder().set_key(Some(key)).build()?).build())
}
