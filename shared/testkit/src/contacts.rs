//! Contacts as they could become before there was a limit on what they hold.

use aws_sdk_dynamodb::types::AttributeValue;
use posthorn_table::Uuid;

use crate::backends::{Backends, Item, TABLE};

impl Backends {
    /// Stores data with a contact that exists, past its limit and uncounted. `data` holds keys and their JSON texts.
    ///
    /// # Panics
    /// If there is no such contact, or no room in its item.
    pub async fn store_data(&self, contact: Uuid, data: impl IntoIterator<Item = (String, String)>) {
        let mut item = self.uncounted(contact).await;
        item.extend(data.into_iter().map(|(key, text)| (format!("data:{key}"), AttributeValue::S(text))));
        assert!(self.is_stored(&item).await, "the item has no room");
    }

    /// Fills a contact that exists with data, to the last byte that its item can have.
    ///
    /// # Panics
    /// If there is no such contact.
    pub async fn fill_contact(&self, contact: Uuid) {
        let mut item = self.uncounted(contact).await;
        let (mut size, mut number) = (32_000, 0);
        while size > 0 {
            let name = format!("data:k{number:02}");
            item.insert(name.clone(), text(size));
            if self.is_stored(&item).await {
                number += 1;
            } else {
                item.remove(&name);
                size /= 2;
            }
        }
        for size in 32_001.. {
            item.insert("data:k00".to_owned(), text(size));
            if !self.is_stored(&item).await {
                return;
            }
        }
    }

    async fn uncounted(&self, contact: Uuid) -> Item {
        let key = [("pk", format!("CONTACT#{contact}")), ("sk", "CONTACT".to_owned())];
        let key = key.map(|(name, value)| (name.to_owned(), AttributeValue::S(value))).into();
        let read = self.dynamodb.get_item().table_name(TABLE).set_key(Some(key)).consistent_read(true).send().await;
        let mut item = read.expect("a table that can be read").item.expect("a contact");
        item.retain(|name, _| !name.starts_with("data_"));
        item
    }

    async fn is_stored(&self, item: &Item) -> bool {
        self.dynamodb.put_item().table_name(TABLE).set_item(Some(item.clone())).send().await.is_ok()
    }
}

/// A JSON text of `size` characters and its quotation marks.
fn text(size: usize) -> AttributeValue {
    AttributeValue::S(format!("\"{}\"", "x".repeat(size)))
}
