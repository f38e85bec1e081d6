//! The table as DynamoDB is told to make it. The deployment template says the same.

use aws_sdk_dynamodb::{
    Client,
    operation::create_table::CreateTableError,
    types::{
        AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType, TimeToLiveSpecification,
        TimeToLiveStatus,
    },
};

use crate::{
    Table, TableError,
    keys::{EXPIRES_AT, PK, SK},
};

/// Makes the table called `name` unless it exists: on demand, string keys, TTL on `expires_at`.
///
/// # Errors
/// Any [`TableError`], other than that the table exists.
pub async fn create(client: &Client, name: &str) -> Result<(), TableError> {
    let mut request = client.create_table().table_name(name).billing_mode(BillingMode::PayPerRequest);
    for (attribute, role) in [(PK, KeyType::Hash), (SK, KeyType::Range)] {
        request = request
            .attribute_definitions(
                AttributeDefinition::builder()
                    .attribute_name(attribute)
                    .attribute_type(ScalarAttributeType::S)
                    .build()?,
            )
            .key_schema(KeySchemaElement::builder().attribute_name(attribute).key_type(role).build()?);
    }
    match request.send().await {
        Ok(_) => {}
        Err(error) if matches!(error.as_service_error(), Some(CreateTableError::ResourceInUseException(_))) => {
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    }
    let ttl = TimeToLiveSpecification::builder().enabled(true).attribute_name(EXPIRES_AT).build()?;
    client.update_time_to_live().table_name(name).time_to_live_specification(ttl).send().await?;
    Ok(())
}

impl Table {
    /// About how many items the table holds: DynamoDB counts them every six hours (API reference, `TableDescription`).
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn item_count(&self) -> Result<u64, TableError> {
        let output = self.client.describe_table().table_name(&*self.name).send().await?;
        let count = output.table.and_then(|table| table.item_count).unwrap_or_default();
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// Whether DynamoDB removes items past their time: TTL is on, or being switched on, for our attribute.
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
