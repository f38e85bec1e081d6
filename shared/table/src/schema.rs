//! The table as DynamoDB is told to make it. The deployment template says the same.

use aws_sdk_dynamodb::{
    Client,
    error::BuildError,
    operation::create_table::CreateTableError,
    types::{
        AttributeDefinition, BillingMode, CreateGlobalSecondaryIndexAction, GlobalSecondaryIndex,
        GlobalSecondaryIndexUpdate, IndexStatus, KeySchemaElement, KeyType, Projection, ProjectionType,
        ScalarAttributeType, TimeToLiveSpecification, TimeToLiveStatus,
    },
};

pub use crate::keys::PROJECTED as INDEX_ATTRIBUTES;
use crate::{
    Table, TableError,
    keys::{EXPIRES_AT, INDEX, LISTING, LISTING_AT, PK, PROJECTED, SK},
};

/// Makes the table called `name`: on demand, string keys, TTL on `expires_at`, and the index. A table that exists is given the index
/// and TTL if it lacks them.
///
/// # Errors
/// Any [`TableError`], other than that the table exists.
pub async fn create(client: &Client, name: &str) -> Result<(), TableError> {
    let request = client.create_table().table_name(name).billing_mode(BillingMode::PayPerRequest);
    let definitions = [PK, SK, LISTING, LISTING_AT].map(definition).into_iter().collect::<Result<_, _>>()?;
    let index = GlobalSecondaryIndex::builder().index_name(INDEX).projection(projection());
    let index = index.set_key_schema(Some(key_schema(LISTING, LISTING_AT)?)).build()?;
    let request = request
        .set_attribute_definitions(Some(definitions))
        .set_key_schema(Some(key_schema(PK, SK)?))
        .global_secondary_indexes(index);
    let table = Table::new(client.clone(), name);
    match request.send().await {
        Ok(_) => {}
        Err(error) if matches!(error.as_service_error(), Some(CreateTableError::ResourceInUseException(_))) => {
            table.create_index().await?;
        }
        Err(error) => return Err(error.into()),
    }
    // A process that made the table may have died before it switched TTL on, and DynamoDB refuses to switch it on twice.
    if table.expires_items().await? {
        return Ok(());
    }
    let ttl = TimeToLiveSpecification::builder().enabled(true).attribute_name(EXPIRES_AT).build()?;
    client.update_time_to_live().table_name(name).time_to_live_specification(ttl).send().await?;
    Ok(())
}

fn definition(attribute: &str) -> Result<AttributeDefinition, BuildError> {
    AttributeDefinition::builder().attribute_name(attribute).attribute_type(ScalarAttributeType::S).build()
}

fn key_schema(partition: &str, sort: &str) -> Result<Vec<KeySchemaElement>, BuildError> {
    let element = |(attribute, role)| KeySchemaElement::builder().attribute_name(attribute).key_type(role).build();
    [(partition, KeyType::Hash), (sort, KeyType::Range)].map(element).into_iter().collect()
}

fn projection() -> Projection {
    let projection = Projection::builder().projection_type(ProjectionType::Include);
    projection.set_non_key_attributes(Some(PROJECTED.map(str::to_owned).into())).build()
}

/// The state of the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexState {
    /// There is none: the table was made by an earlier version.
    Absent,
    /// DynamoDB is filling it.
    Building,
    /// It has every item that it should have.
    Ready,
}

impl Table {
    /// The state of the index.
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn index_state(&self) -> Result<IndexState, TableError> {
        let output = self.client.describe_table().table_name(&*self.name).send().await?;
        let table = output.table.unwrap_or_else(|| aws_sdk_dynamodb::types::TableDescription::builder().build());
        let index = table.global_secondary_indexes().iter().find(|index| index.index_name() == Some(INDEX));
        Ok(match index.and_then(|index| index.index_status()) {
            None | Some(IndexStatus::Deleting) => IndexState::Absent,
            Some(IndexStatus::Active) => IndexState::Ready,
            Some(_) => IndexState::Building,
        })
    }

    /// Adds the index to the table of an earlier version, unless it is there; DynamoDB then fills it in the background. Not for
    /// the table of a stack: a deployment does not take over an index that it has not made.
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn create_index(&self) -> Result<(), TableError> {
        if self.index_state().await? != IndexState::Absent {
            return Ok(());
        }
        let index = CreateGlobalSecondaryIndexAction::builder().index_name(INDEX).projection(projection());
        let index = index.set_key_schema(Some(key_schema(LISTING, LISTING_AT)?)).build()?;
        let request = self.client.update_table().table_name(&*self.name);
        request
            .set_attribute_definitions(Some(
                [LISTING, LISTING_AT].map(definition).into_iter().collect::<Result<_, _>>()?,
            ))
            .global_secondary_index_updates(GlobalSecondaryIndexUpdate::builder().create(index).build())
            .send()
            .await?;
        Ok(())
    }

    /// About how many items the table holds: DynamoDB counts them every six hours (API reference, `TableDescription`).
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn item_count(&self) -> Result<u64, TableError> {
        let output = self.client.describe_table().table_name(&*self.name).send().await?;
        let count = output.table.and_then(|table| table.item_count).unwrap_or_default();
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// True if DynamoDB removes items past their time: TTL is on, or being switched on, for our attribute.
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn expires_items(&self) -> Result<bool, TableError> {
        let output = self.client.describe_time_to_live().table_name(&*self.name).send().await?;
        Ok(output.time_to_live_description.is_some_and(|ttl| {
            let on = [TimeToLiveStatus::Enabled, TimeToLiveStatus::Enabling];
            ttl.attribute_name() == Some(EXPIRES_AT) && ttl.time_to_live_status().is_some_and(|it| on.contains(it))
        }))
    }
}
