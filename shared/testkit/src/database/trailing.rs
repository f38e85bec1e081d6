//! The index as DynamoDB keeps it: behind the table by up to a second. The engine's own is never behind, so nobody would meet that
//! in a test.
//!
//! The answer to a query of the index is made anew from the index as it is, without the writes of the last second.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use aws_sdk_dynamodb::{
    config::{
        ConfigBag, Intercept, RuntimeComponents,
        interceptors::{BeforeSerializationInterceptorContextRef, FinalizerInterceptorContextMut},
    },
    operation::query::{QueryInput, QueryOutput},
    types::AttributeValue,
};
use aws_smithy_runtime_api::{box_error::BoxError, client::interceptors::context::Output};
use aws_smithy_types::config_bag::{Storable, StoreReplace};
use dynoxide::{
    AttributeValue as Stored, Database,
    actions::{get_item::GetItemRequest, query::QueryRequest},
};
use posthorn_lambda::env::monotonic_now;
use posthorn_table::schema::INDEX_ATTRIBUTES;
use tokio::time::Instant;

use super::keys::{Attributes, compared_with, named, text};

/// The longest that the index trails the table.
const DELAY: Duration = Duration::from_secs(1);
/// The keys of an entry: in the table and in the index.
const KEYS: [&str; 4] = ["pk", "sk", "listing", "listing_at"];

/// The writes that the index does not show yet. Cheap to clone; an interceptor of the AWS SDK, for calls to this engine.
#[derive(Clone)]
pub struct TrailingIndex {
    engine: Database,
    table: &'static str,
    hidden: Arc<Mutex<Hidden>>,
}

/// The writes that the index may not show yet, in the order they came.
#[derive(Default)]
struct Hidden {
    writes: Vec<Write>,
    /// True while the index stays as it was, however long ago it was written to.
    is_held: bool,
}

/// A write, and the item before it.
struct Write {
    at: Instant,
    key: Key,
    before: Option<Attributes>,
}

/// The query of the index under way: the SDK keeps no input until the answer.
#[derive(Debug)]
struct IndexQuery(QueryInput);

impl Storable for IndexQuery {
    type Storer = StoreReplace<Self>;
}

/// An item's primary key.
type Key = (String, String);

impl fmt::Debug for TrailingIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrailingIndex").finish_non_exhaustive()
    }
}

impl TrailingIndex {
    /// The index of a table in an engine.
    #[must_use]
    pub fn of(engine: Database, table: &'static str) -> Self {
        Self { engine, table, hidden: Arc::default() }
    }

    /// Has the index show no write from now on, until it catches up.
    pub fn hold(&self) {
        self.hidden().is_held = true;
    }

    /// Has the index show all that was written, without waiting.
    pub fn catch_up(&self) {
        *self.hidden() = Hidden::default();
    }

    fn hidden(&self) -> MutexGuard<'_, Hidden> {
        self.hidden.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, attributes: &Attributes) {
        let (Some(pk), Some(sk)) = (text(attributes, "pk"), text(attributes, "sk")) else { return };
        let key = [("pk", pk), ("sk", sk)].map(|(name, value)| (name.to_owned(), Stored::S(value.to_owned())));
        let request =
            GetItemRequest { table_name: self.table.to_owned(), key: key.into(), ..GetItemRequest::default() };
        // The engine refuses what it does not know, such as a table, to whoever calls it, too.
        let Ok(found) = self.engine.get_item(request) else { return };
        let write = Write { at: monotonic_now(), key: (pk.to_owned(), sk.to_owned()), before: found.item.map(entry) };
        self.hidden().writes.push(write);
    }

    /// The answer to a query of the index as it was [`DELAY`] ago.
    fn answer(&self, query: &QueryInput) -> Result<QueryOutput, BoxError> {
        let list = compared_with(query, "listing = ").ok_or("a query of the index that names no list")?;
        let mut entries = self.entries(query, &list)?;
        let mut hidden = self.hidden();
        if !hidden.is_held {
            hidden.writes.retain(|write| monotonic_now().duration_since(write.at) < DELAY);
        }
        for write in hidden.writes.iter().rev() {
            match write.before.clone().filter(|before| text(before, "listing") == Some(&list)) {
                Some(before) => entries.insert(write.key.clone(), before),
                None => entries.remove(&write.key),
            };
        }
        drop(hidden);
        let place = |entry: &Attributes| text(entry, "listing_at").unwrap_or_default().to_owned();
        let end = compared_with(query, "listing_at < ");
        let is_before = |entry: &Attributes| end.as_ref().is_none_or(|end| place(entry) < *end);
        let mut items: Vec<_> = entries.into_values().filter(is_before).collect();
        items.sort_by_key(|entry| std::cmp::Reverse(place(entry)));
        let limit = query.limit().and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
        let goes_on = items.len() > limit;
        items.truncate(limit);
        let key_of =
            |entry: &Attributes| entry.clone().into_iter().filter(|(name, _)| KEYS.contains(&&**name)).collect();
        let end_key = items.last().filter(|_| goes_on).map(key_of);
        let count = i32::try_from(items.len())?;
        Ok(QueryOutput::builder().count(count).set_items(Some(items)).set_last_evaluated_key(end_key).build())
    }

    /// The entries of a list as the engine has them.
    fn entries(&self, query: &QueryInput, list: &str) -> Result<BTreeMap<Key, Attributes>, BoxError> {
        let mut entries = BTreeMap::new();
        let mut start = None;
        loop {
            let page = self.engine.query(QueryRequest {
                table_name: query.table_name().unwrap_or_default().to_owned(),
                index_name: query.index_name().map(str::to_owned),
                key_condition_expression: Some("listing = :list".to_owned()),
                expression_attribute_values: Some([(":list".to_owned(), Stored::S(list.to_owned()))].into()),
                scan_index_forward: true,
                exclusive_start_key: start,
                ..QueryRequest::default()
            })?;
            for entry in page.items.into_iter().flatten().map(entry) {
                let key = |name: &str| text(&entry, name).unwrap_or_default().to_owned();
                entries.insert((key("pk"), key("sk")), entry);
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(entries);
            }
        }
    }
}

/// The entry of an item, as the SDK holds it.
fn entry(item: HashMap<String, Stored>) -> Attributes {
    let is_copied = |name: &str| KEYS.contains(&name) || INDEX_ATTRIBUTES.contains(&name);
    let attribute = |(name, value): (String, Stored)| match value {
        _ if !is_copied(&name) => None,
        Stored::S(text) => Some((name, AttributeValue::S(text))),
        Stored::N(digits) => Some((name, AttributeValue::N(digits))),
        Stored::BOOL(is) => Some((name, AttributeValue::Bool(is))),
        _ => None,
    };
    item.into_iter().filter_map(attribute).collect()
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for TrailingIndex {
    fn name(&self) -> &'static str {
        "trailing index"
    }

    fn read_before_serialization(
        &self,
        context: &BeforeSerializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let query = context.input().downcast_ref::<QueryInput>().filter(|query| query.index_name().is_some());
        if let Some(query) = query {
            config.interceptor_state().store_put(IndexQuery(query.clone()));
        }
        for (operation, attributes) in named(context.input()) {
            if !matches!(operation, "GetItem" | "BatchGetItem" | "ConditionCheckItem") {
                self.note(attributes);
            }
        }
        Ok(())
    }

    fn modify_before_completion(
        &self,
        context: &mut FinalizerInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(IndexQuery(query)) = config.load::<IndexQuery>() else { return Ok(()) };
        let answer = self.answer(query)?;
        if let Some(Ok(output)) = context.output_or_error_mut() {
            *output = Output::erase(answer);
        }
        Ok(())
    }
}
