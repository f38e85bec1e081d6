//! Reads and writes that any noun can use: made unless it is there, read, replaced or removed if it is as it was read. Nouns that
//! several requests change at once have expressions of their own.
//!
//! The writes are parts of a transaction: what else follows from a noun, such as its entry in a list, is written with it.

use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Table, TableError,
    item::{from_item, number, to_item},
    keys::Key,
};

impl Table {
    /// The noun with this key, if there is one, read consistently.
    pub(crate) async fn get<T: DeserializeOwned>(&self, key: Key) -> Result<Option<T>, TableError> {
        self.read(key).await?.map(from_item).transpose()
    }

    /// Writes a noun, whether there is one or not.
    pub(crate) fn put(&self, key: Key, noun: &impl Serialize) -> Result<TransactWriteItem, TableError> {
        let put = Put::builder().table_name(&*self.name).set_item(Some(to_item(key, noun)?));
        Ok(TransactWriteItem::builder().put(put.build()?).build())
    }

    /// Makes a noun, on condition that there is none.
    pub(crate) fn creation(&self, key: Key, noun: &impl Serialize) -> Result<TransactWriteItem, TableError> {
        let put = Put::builder().table_name(&*self.name).set_item(Some(to_item(key, noun)?));
        let put = put.condition_expression("attribute_not_exists(pk)");
        Ok(TransactWriteItem::builder().put(put.build()?).build())
    }

    /// Replaces a noun, on condition that its `version` is the one that was read.
    pub(crate) fn replacement(
        &self,
        key: Key,
        noun: &impl Serialize,
        version: u64,
    ) -> Result<TransactWriteItem, TableError> {
        let put = Put::builder().table_name(&*self.name).set_item(Some(to_item(key, noun)?));
        let put =
            put.condition_expression("version = :version").expression_attribute_values(":version", number(version));
        Ok(TransactWriteItem::builder().put(put.build()?).build())
    }

    /// Removes a noun, whether there is one or not.
    pub(crate) fn removal(&self, key: Key) -> Result<TransactWriteItem, TableError> {
        let delete = Delete::builder().table_name(&*self.name).set_key(Some(key.attributes()));
        Ok(TransactWriteItem::builder().delete(delete.build()?).build())
    }

    /// Removes a noun, on condition that its `version` is the one that was read.
    pub(crate) fn removal_of(&self, key: Key, version: u64) -> Result<TransactWriteItem, TableError> {
        let delete = Delete::builder().table_name(&*self.name).set_key(Some(key.attributes()));
        let delete =
            delete.condition_expression("version = :version").expression_attribute_values(":version", number(version));
        Ok(TransactWriteItem::builder().delete(delete.build()?).build())
    }
}
