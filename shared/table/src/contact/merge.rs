//! The merge of a contact, by one `UpdateItem` as a rule.

use std::{borrow::Cow, collections::HashMap, iter, time::Duration};

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use backon::{BackoffBuilder as _, ExponentialBuilder};
use tokio::time::sleep;

use super::{
    Contact, SizeCheck, Subscription,
    attributes::{DATA, largest},
    id,
};
use crate::{
    Conflict, Table, TableError, Timestamp, Uuid,
    data::Data,
    item::{Item, conditional, moment, string},
    keys,
};

/// Writes of one merge after its second, at most: each means that a rival's came in between.
const MAX_RETRIES: usize = 8;
const MIN_PAUSE: Duration = Duration::from_millis(10);
/// The pause doubles up to this, and up to as much is added at random: all of them together take about a second.
const MAX_PAUSE: Duration = Duration::from_millis(80);

/// The writes of a merge, whatever is there.
struct Merge<'a> {
    project: Uuid,
    email: &'a str,
    subscription: Subscription,
    data: Cow<'a, Data>,
    now: Timestamp,
    /// False where the item has no room for the time of the merge.
    keeps_time: bool,
    /// Attributes that give way.
    given_up: Vec<String>,
}

/// Builds an update expression.
#[derive(Default)]
struct Update {
    sets: Vec<String>,
    removals: Vec<String>,
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

impl Update {
    fn set(&mut self, clause: &str) {
        self.sets.push(clause.to_owned());
    }

    fn value(&mut self, name: &str, value: AttributeValue) {
        self.values.insert(name.to_owned(), value);
    }

    fn remove(&mut self, attribute: String) {
        let place = format!("#r{}", self.removals.len());
        self.removals.push(place.clone());
        self.names.insert(place, attribute);
    }

    fn subscription(&mut self, subscription: Subscription) {
        let value = match subscription {
            Subscription::Keep { when_new } => {
                self.set("subscribed = if_not_exists(subscribed, :subscribed)");
                when_new
            }
            Subscription::Set(true) => {
                self.set("subscribed = :subscribed");
                self.remove("barred".to_owned());
                true
            }
            Subscription::Set(false) => {
                self.set("subscribed = :subscribed");
                self.set("barred = :subscribed");
                false
            }
            Subscription::SubscribeUnlessBarred => {
                self.set("subscribed = if_not_exists(barred, :subscribed)");
                true
            }
        };
        self.value(":subscribed", AttributeValue::Bool(value));
    }

    fn data(&mut self, data: &Data) {
        for (index, (key, text)) in data.stored_texts().enumerate() {
            self.sets.push(format!("#s{index} = :s{index}"));
            self.names.insert(format!("#s{index}"), format!("{DATA}{key}"));
            self.values.insert(format!(":s{index}"), string(text));
        }
        for key in &data.removed {
            self.remove(format!("{DATA}{key}"));
        }
    }

    fn expression(&self) -> String {
        let remove = if self.removals.is_empty() { "" } else { " REMOVE " };
        format!("SET {}{remove}{}", self.sets.join(", "), self.removals.join(", "))
    }
}

impl Merge<'_> {
    fn update(&self) -> Update {
        let mut update = Update::default();
        update.set("project_id = :project");
        update.value(":project", string(self.project.to_string()));
        update.set("email = :email");
        update.value(":email", string(self.email));
        update.set("created_at = if_not_exists(created_at, :now)");
        if self.keeps_time {
            update.set("updated_at = :now");
        }
        update.value(":now", moment(self.now));
        update.subscription(self.subscription);
        update.data(&self.data);
        for attribute in &self.given_up {
            update.remove(attribute.clone());
        }
        update
    }
}

impl Table {
    /// Finds or creates the contact with this normalised address, merges `data` key by key, and returns it as it
    /// is afterwards.
    ///
    /// An opt-out is always kept: without its data where the contact has no room for it, or where rivals change it all the time. Where even
    /// the item has no room for what a merge writes beside data, which takes a contact from before there was [`super::MAX_DATA_BYTES`],
    /// the largest of its data gives way to an opt-out, and any other merge leaves out its time.
    ///
    /// # Errors
    /// [`TableError::TooLarge`] if the contact has no room for the data: then nothing was changed. [`TableError::Conflict`] if rivals
    /// changed its data again and again. Any other [`TableError`].
    pub async fn merge_contact(
        &self,
        project: Uuid,
        email: &str,
        subscription: Subscription,
        data: &Data,
        now: Timestamp,
    ) -> Result<Contact, TableError> {
        let is_opt_out = subscription == Subscription::Set(false);
        let data = Cow::Borrowed(data);
        let mut merge = Merge { project, email, subscription, data, now, keeps_time: true, given_up: vec![] };
        let mut merged = self.merge(&merge).await;
        if !merge.data.stored.is_empty() {
            if !is_opt_out || !matches!(merged, Err(TableError::TooLarge | TableError::Conflict(_))) {
                return merged;
            }
            merge.data = Cow::Owned(merge.data.removals());
            merged = self.merge(&merge).await;
        }
        if !matches!(merged, Err(TableError::TooLarge)) {
            return merged;
        }
        if is_opt_out {
            let mut item = self.read(keys::contact(id(project, email))).await?.unwrap_or_default();
            item.retain(|name, _| name.strip_prefix(DATA).is_some_and(|key| !merge.data.removed.contains(key)));
            merge.given_up = largest(&item);
        } else {
            merge.keeps_time = false;
        }
        self.merge(&merge).await
    }

    /// Writes a merge, and again as long as rivals are in its way.
    async fn merge(&self, merge: &Merge<'_>) -> Result<Contact, TableError> {
        let contact = id(merge.project, merge.email);
        let mut check = SizeCheck::first(&merge.data);
        // The second write needs no pause: as a rule the first was in nobody's way, and had to learn the item's size.
        let mut pauses = iter::once(None).chain(pauses().build().map(Some));
        loop {
            let old = match self.write_merge(merge, check).await? {
                Ok(item) => return Contact::from_item(contact, item),
                Err(old) => old,
            };
            check = match self.item_of_failed_condition(keys::contact(contact), old).await? {
                Some(item) => SizeCheck::after_failure(&merge.data, &item).ok_or(TableError::TooLarge)?,
                None => SizeCheck::first(&merge.data),
            };
            let Some(pause) = pauses.next() else { return Err(TableError::Conflict(Conflict::EveryAttempt)) };
            if let Some(pause) = pause {
                sleep(pause).await;
            }
        }
    }

    /// One write: the item after it, or the item on which its condition failed.
    async fn write_merge(&self, merge: &Merge<'_>, check: SizeCheck) -> Result<Result<Item, Item>, TableError> {
        let mut update = merge.update();
        let mut request = self.update(keys::contact(id(merge.project, merge.email))).return_values(ReturnValue::AllNew);
        if let Some((set, condition)) = check.expressions(&mut update.values) {
            update.set(set);
            let on_failure = ReturnValuesOnConditionCheckFailure::AllOld;
            request = request.condition_expression(condition).return_values_on_condition_check_failure(on_failure);
        }
        let result = request
            .update_expression(update.expression())
            .set_expression_attribute_names((!update.names.is_empty()).then_some(update.names))
            .set_expression_attribute_values(Some(update.values))
            .send()
            .await;
        Ok(conditional(result)?.map(|output| output.attributes.unwrap_or_default()))
    }
}

/// The pauses before the third write and each further one, spread at random.
fn pauses() -> ExponentialBuilder {
    let pauses = ExponentialBuilder::new().with_min_delay(MIN_PAUSE).with_max_delay(MAX_PAUSE);
    pauses.with_jitter().with_max_times(MAX_RETRIES)
}
