//! The items that a project holds beside itself, its keys and its domains, to remove them: those that [`NOUNS`] says a scan finds.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, DeleteRequest, WriteRequest};
use backon::BackoffBuilder as _;
use tokio::time::sleep;

pub use crate::keys::ItemKind;
use crate::{
    Table, TableError, Uuid,
    item::{Item, string},
    keys::{Deletion, NOUNS, Noun, Owner, PK, SK},
    retry::pauses,
};

/// The most items of one batched write (API reference, `BatchWriteItem`).
const MAX_AT_ONCE: usize = 25;
/// The most times that writes which DynamoDB left undone are made again, after pauses that double up to two and a half seconds.
const MAX_FURTHER_WRITES: usize = 12;

/// Something that a project holds.
#[derive(Debug, Clone)]
pub struct ProjectItem {
    /// Its kind.
    pub kind: ItemKind,
    key: Item,
}

/// A page of a scan through the table.
#[derive(Debug)]
pub struct ProjectDataPage {
    /// The project's items among them.
    pub project_data: Vec<ProjectItem>,
    /// Items that were looked at.
    pub scanned: u64,
    /// The position at which the next page begins; `None` after the last one.
    pub next: Option<ScanPosition>,
}

/// The position at which a page begins.
#[derive(Debug, Clone)]
pub struct ScanPosition(Item);

impl ProjectItem {
    fn of(item: Item) -> Option<Self> {
        let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok());
        match Noun::of(text(PK)?, text(SK)?)?.deletion {
            Deletion::Scan(kind, _) => Some(Self { kind, key: item }),
            Deletion::LastTransaction | Deletion::Kept(_) => None,
        }
    }
}

/// The filter of a scan for everything that a project holds, and the values in it: a clause for each noun.
fn filter(project: Uuid) -> (String, Item) {
    let (mut clauses, mut values) = (Vec::new(), Item::new());
    for (number, noun) in NOUNS.iter().enumerate() {
        let Deletion::Scan(_, owner) = noun.deletion else { continue };
        let (attribute, partition) = match owner {
            Owner::Attribute => ("project_id = :project AND ", noun.partition.to_owned()),
            // Ids are of one length, so nobody else's partition begins like this.
            Owner::Partition => ("", format!("{}{project}", noun.partition)),
        };
        values.insert(format!(":p{number}"), string(partition));
        let sorted = match noun.sort {
            "" => String::new(),
            sort => {
                values.insert(format!(":s{number}"), string(sort));
                format!(" AND begins_with(sk, :s{number})")
            }
        };
        clauses.push(format!("({attribute}begins_with(pk, :p{number}){sorted})"));
    }
    values.insert(":project".to_owned(), string(project.to_string()));
    (clauses.join(" OR "), values)
}

impl Table {
    /// Scans a page of the table for the items that a project holds. There is no index for this: deleting a project is rare,
    /// and its price is a read of the whole table.
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn project_data(&self, project: Uuid, from: Option<ScanPosition>) -> Result<ProjectDataPage, TableError> {
        let (filter, values) = filter(project);
        let output = self
            .client
            .scan()
            .table_name(&*self.name)
            .consistent_read(true)
            .projection_expression("pk, sk")
            .filter_expression(filter)
            .set_expression_attribute_values(Some(values))
            .set_exclusive_start_key(from.map(|position| position.0))
            .send()
            .await?;
        Ok(ProjectDataPage {
            scanned: u64::try_from(output.scanned_count).unwrap_or_default(),
            project_data: output.items.into_iter().flatten().filter_map(ProjectItem::of).collect(),
            next: output.last_evaluated_key.map(ScanPosition),
        })
    }

    /// Removes items, in batches; those that DynamoDB leaves undone are tried again. Removing something twice does no harm.
    /// `jitter` is any random number.
    ///
    /// # Errors
    /// Any [`TableError`]; [`TableError::Throttled`] if it leaves something undone again and again.
    pub async fn remove(&self, project_data: Vec<ProjectItem>, jitter: u32) -> Result<(), TableError> {
        let mut keys = project_data.into_iter().map(|item| item.key).peekable();
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
