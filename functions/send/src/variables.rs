//! The names that the templates of a request see, for one recipient after the other.
//!
//! Strongest first: the recipient's address and id, under their own names and those that Plunk once had for them, since no data can
//! have these names; the request's data, for it is the caller's; the contact's state; and the contact's data, which anybody with the
//! public key can write.

use posthorn_errors::json::{JsonLimits, read_json};
use posthorn_lambda::env::rfc3339;
use posthorn_liquid::{Value, Variables};
use posthorn_mail::address::Address;
use posthorn_table::{
    Timestamp, Uuid,
    contact::{self, Contact},
    data::Data,
};

use crate::request::SendRequest;

/// The most values of a contact's data that a template sees, nested ones included: as many as fit into the 64 KB that a contact may
/// hold. One from before there was this limit may hold more, and a value takes up to a hundred times the memory of its text.
const MAX_STORED_VALUES: usize = 32_768;
/// How deep a contact's data may nest.
const MAX_STORED_LEVELS: usize = 128;

/// The names of a contact's state, which its data cannot have.
const STATE: [&str; 3] = ["subscribed", "createdAt", "updatedAt"];
/// The recipient's names, which no data can have.
const IDENTITY: [&str; 4] = ["id", "email", "plunk_id", "plunk_email"];

/// The names of one request's templates.
pub(crate) struct RequestVariables<'a> {
    request: &'a SendRequest,
    project: Uuid,
    /// Those of a recipient of whom nothing is known, and who has no address yet.
    unknown: Variables,
}

/// The part of a contact that a template sees.
#[derive(Clone, Copy)]
pub(crate) enum Known<'c> {
    /// Nothing: the contact was not read, and perhaps there is none yet.
    Nothing,
    /// Its state, and not its data.
    State(&'c Contact),
    /// Its state and its data.
    Everything(&'c Contact),
}

impl<'a> RequestVariables<'a> {
    /// The names of a request of this project that is made `now`.
    pub(crate) fn new(request: &'a SendRequest, project: Uuid, now: Timestamp) -> Self {
        let mut unknown = Variables::new(now);
        for (key, value) in request.data.stored.iter().chain(&request.data.transient) {
            unknown.insert(key, value);
        }
        // The request makes the contact if there is none, and updates it.
        let now = Value::from(rfc3339(now));
        let state = [Value::Bool(request.subscribed.unwrap_or(false)), now.clone(), now];
        for (name, value) in STATE.into_iter().zip(state) {
            insert_state(&mut unknown, &request.data, name, value);
        }
        for name in IDENTITY {
            unknown.insert(name, Value::Nil);
        }
        Self { request, project, unknown }
    }

    /// The names for one recipient. They are the same before and after the request is merged into the contact: data that it changes
    /// or removes is not taken from there, and the subscription is the one after the request.
    pub(crate) fn for_recipient(&self, to: &Address, known: Known<'_>) -> Variables {
        let (mut variables, data) = (self.unknown.clone(), &self.request.data);
        let id = match known {
            Known::Nothing => contact::id(self.project, to.as_str()),
            Known::State(contact) | Known::Everything(contact) => {
                let subscribed = self.request.subscribed.unwrap_or(contact.subscribed);
                insert_state(&mut variables, data, "subscribed", subscribed.into());
                let created_at = contact.created_at.map_or(Value::Nil, |time| rfc3339(time).into());
                insert_state(&mut variables, data, "createdAt", created_at);
                contact.id
            }
        };
        if let Known::Everything(contact) = known {
            insert_data(&mut variables, data, contact);
        }
        let (id, email) = (Value::from(id.to_string()), Value::from(to.as_str()));
        for (name, value) in IDENTITY.into_iter().zip([id.clone(), email.clone(), id, email]) {
            variables.insert(name, value);
        }
        variables
    }
}

/// Adds a name of the contact's state, unless the request's data has it.
fn insert_state(variables: &mut Variables, data: &Data, name: &str, value: Value) {
    if !data.gives(name) {
        variables.insert(name, value);
    }
}

/// Adds the contact's data, which is stored as a JSON text for each key, but for the keys that the request gives or removes, and
/// those of its state. A key is left out whose value is no JSON, or has more values than are left for it.
fn insert_data(variables: &mut Variables, data: &Data, contact: &Contact) {
    let mut limits = JsonLimits { values: MAX_STORED_VALUES, levels: MAX_STORED_LEVELS };
    let is_seen = |key: &String| !data.gives(key) && !data.removed.contains(key) && !STATE.contains(&key.as_str());
    for (key, text) in contact.data.iter().filter(|(key, _)| is_seen(key)) {
        if let Ok(value) = read_json::<Value>(text.as_bytes(), &mut limits) {
            variables.insert(key, value);
        }
    }
}
