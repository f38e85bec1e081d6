//! The names a template can see: the recipient's data, what the template assigned, and the loops around.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use liquid_core::model::{KString, KStringCow, KStringRef, ScalarCow, try_find};
use liquid_core::runtime::{PartialStore, Registers, RuntimeCore};
use liquid_core::{Error, Object, Runtime, Value, ValueCow, ValueView};
use posthorn_errors::json::{JsonLimits, read_json};
use serde_json::Map;

use super::Part;
use super::meter::Meter;
use super::print::{length_of, weigh};

/// The longest `a.b.c` that is looked up: `liquid-core` recurses along it.
const MAX_PATH: usize = 64;
/// How deep the data may nest. What lies deeper is null.
const MAX_NESTING: usize = 128;
/// The most values of a contact's data that a template sees, nested ones included: as many as fit into the 64 KB that a contact may
/// hold. One from before there was this limit may hold more, and a value takes up to a hundred times the memory of its text.
const MAX_STORED_VALUES: usize = 32_768;
/// The name under which the whole map can be reached, so that `data["a.b"]` finds any key.
const WHOLE: &str = "data";

/// The data of one recipient: contact and request merged, each key a name for the template, the whole map also under
/// `data` (which hides a key of that name: it is at `data.data`).
#[derive(Default)]
pub struct Variables {
    root: Object,
}

impl Variables {
    /// Takes the merged map, with `email` and `id` in it.
    #[must_use]
    pub fn new(values: Map<String, serde_json::Value>) -> Variables {
        Variables { root: object_of(values, 0) }
    }

    /// Adds what is stored of a contact: a JSON text for each key. A key is left out whose value is no JSON, or has more values than
    /// are left for it.
    pub fn add_stored<'a>(&mut self, texts: impl IntoIterator<Item = (&'a String, &'a String)>) {
        let mut limits = JsonLimits { values: MAX_STORED_VALUES, levels: MAX_NESTING };
        for (key, text) in texts {
            if let Ok(value) = read_json(text.as_bytes(), &mut limits) {
                self.insert(key, value);
            }
        }
    }

    /// Adds these values, in place of others of the same names.
    pub fn add(&mut self, values: &Map<String, serde_json::Value>) {
        for (key, value) in values {
            self.insert(key, value.clone());
        }
    }

    /// Adds one value, in place of another of the same name.
    pub fn insert(&mut self, name: &str, value: impl Into<serde_json::Value>) {
        self.root.insert(KString::from_ref(name), value_of(value.into(), 1));
    }

    /// The value at `path`, `None` if there is none.
    pub(super) fn find(&self, path: &[ScalarCow<'_>]) -> Option<ValueCow<'_>> {
        let (first, rest) = path.split_first()?;
        let name = first.to_kstr();
        if path.len() > MAX_PATH {
            return None;
        }
        if name.as_str() == WHOLE {
            return try_find(&self.root, rest);
        }
        try_find(self.root.get(name.as_str())?, rest)
    }
}

fn object_of(values: Map<String, serde_json::Value>, depth: usize) -> Object {
    values.into_iter().map(|(key, value)| (KString::from_string(key), value_of(value, depth + 1))).collect()
}

/// A JSON value as Liquid's. Integers beyond an `i64` become strings, which print the same.
pub(super) fn value_of(value: serde_json::Value, depth: usize) -> Value {
    use serde_json::Value as Json;
    match value {
        _ if depth > MAX_NESTING => Value::Nil,
        Json::Null => Value::Nil,
        Json::Bool(value) => Value::scalar(value),
        Json::Number(number) => number_of(&number),
        Json::String(text) => Value::scalar(text),
        Json::Array(items) => Value::array(items.into_iter().map(|item| value_of(item, depth + 1))),
        Json::Object(map) => Value::Object(object_of(map, depth)),
    }
}

fn number_of(number: &serde_json::Number) -> Value {
    match (number.as_i64(), number.as_f64()) {
        (Some(integer), _) => Value::scalar(integer),
        (None, Some(float)) if number.is_f64() => Value::scalar(float),
        _ => Value::scalar(number.to_string()),
    }
}

/// A value the template assigned.
struct Assigned {
    value: Value,
    /// True if it is HTML already: captured, or the result of `escape`.
    is_markup: bool,
}

/// The state of one rendering.
pub(super) struct Globals<'v> {
    variables: &'v Variables,
    pub(super) source: &'v str,
    pub(super) part: Part,
    pub(super) meter: Meter,
    assigned: RefCell<HashMap<String, Assigned>>,
    counters: RefCell<HashMap<String, i64>>,
    core: RuntimeCore<'static>,
}

impl<'v> Globals<'v> {
    pub(super) fn new(source: &'v str, part: Part, variables: &'v Variables, meter: Meter) -> Globals<'v> {
        Globals {
            variables,
            source,
            part,
            meter,
            assigned: RefCell::default(),
            counters: RefCell::default(),
            core: RuntimeCore::new(),
        }
    }

    pub(super) fn assign(&self, name: &str, value: Value, is_markup: bool) {
        self.assigned.borrow_mut().insert(name.to_owned(), Assigned { value, is_markup });
    }

    /// Changes the counter `name` and returns what it was, 0 at first.
    pub(super) fn count(&self, name: &str, change: impl FnOnce(i64) -> i64) -> i64 {
        let mut counters = self.counters.borrow_mut();
        let counter = counters.entry(name.to_owned()).or_default();
        std::mem::replace(counter, change(*counter))
    }

    /// A copy of what the template assigned at the path, its cost spent: null if there is nothing there. `None` if the
    /// name is not assigned.
    fn assigned(&self, name: &str, rest: &[ScalarCow<'_>]) -> Option<ValueCow<'_>> {
        let assigned = self.assigned.borrow();
        let found = try_find(&assigned.get(name)?.value, rest);
        let affordable = found.filter(|value| weigh(value.as_view(), &self.meter).is_ok());
        Some(ValueCow::Owned(affordable.map(ValueCow::into_owned).unwrap_or_default()))
    }
}

/// Where a loop stands.
#[derive(Clone, Copy)]
pub(super) struct Progress {
    pub(super) index: u64,
    pub(super) length: u64,
}

impl Progress {
    fn field(self, name: &str) -> Option<Value> {
        let number = |count: u64| Value::scalar(i64::try_from(count).unwrap_or(i64::MAX));
        let left = self.length - self.index;
        Some(match name {
            "index" => number(self.index + 1),
            "index0" => number(self.index),
            "rindex" => number(left),
            "rindex0" => number(left - 1),
            "length" => number(self.length),
            "first" => Value::scalar(self.index == 0),
            "last" => Value::scalar(left == 1),
            _ => return None,
        })
    }
}

/// What one round of a loop binds.
pub(super) struct Binding<'s> {
    pub(super) name: &'s str,
    pub(super) item: &'s dyn ValueView,
    pub(super) progress: Progress,
}

/// The names visible at one place of the template: the globals, and the loops from the innermost outwards.
pub(super) struct Scope<'s> {
    pub(super) globals: &'s Globals<'s>,
    binding: Option<(&'s Scope<'s>, Binding<'s>)>,
}

impl<'s> Scope<'s> {
    pub(super) fn outermost(globals: &'s Globals<'s>) -> Scope<'s> {
        Scope { globals, binding: None }
    }

    pub(super) fn inner(&'s self, binding: Binding<'s>) -> Scope<'s> {
        Scope { globals: self.globals, binding: Some((self, binding)) }
    }

    pub(super) fn meter(&self) -> &Meter {
        &self.globals.meter
    }

    /// True if the name stands for text that is HTML already.
    pub(super) fn is_markup(&self, name: &str) -> bool {
        let bound = self.loops().any(|binding| binding.name == name);
        !bound && self.globals.assigned.borrow().get(name).is_some_and(|assigned| assigned.is_markup)
    }

    fn loops(&self) -> impl Iterator<Item = &Binding<'s>> {
        std::iter::successors(self.binding.as_ref(), |(outer, _)| outer.binding.as_ref()).map(|(_, binding)| binding)
    }

    fn forloop(&self, path: &[ScalarCow<'_>]) -> Option<ValueCow<'_>> {
        let parents = path.iter().take_while(|name| name.to_kstr().as_str() == "parentloop").count();
        let [field] = path.get(parents..)? else { return None };
        let progress = self.loops().nth(parents)?.progress;
        progress.field(field.to_kstr().as_str()).map(ValueCow::Owned)
    }
}

impl Runtime for Scope<'_> {
    fn try_get(&self, path: &[ScalarCow<'_>]) -> Option<ValueCow<'_>> {
        self.meter().step().ok()?;
        let (first, rest) = path.split_first().filter(|_| path.len() <= MAX_PATH)?;
        let indexes = rest.iter().map(|index| length_of(index)).sum();
        self.meter().spend_bytes(indexes).ok()?;
        let name = first.to_kstr();
        if let Some(binding) = self.loops().find(|binding| binding.name == name.as_str()) {
            return try_find(binding.item, rest);
        }
        if name.as_str() == "forloop" && self.binding.is_some() {
            return self.forloop(rest);
        }
        self.globals.assigned(name.as_str(), rest).or_else(|| self.globals.variables.find(path))
    }

    fn get(&self, path: &[ScalarCow<'_>]) -> Result<ValueCow<'_>, Error> {
        Ok(self.try_get(path).unwrap_or_default())
    }

    fn partials(&self) -> &dyn PartialStore {
        self.globals.core.partials()
    }

    fn name(&self) -> Option<KStringRef<'_>> {
        None
    }

    fn roots(&self) -> BTreeSet<KStringCow<'_>> {
        BTreeSet::new()
    }

    fn set_global(&self, name: KString, value: Value) -> Option<Value> {
        self.globals.assign(&name, value, false);
        None
    }

    fn set_index(&self, _name: KString, _value: Value) -> Option<Value> {
        None
    }

    fn get_index<'a>(&'a self, _name: &str) -> Option<ValueCow<'a>> {
        None
    }

    fn registers(&self) -> &Registers {
        self.globals.core.registers()
    }
}
