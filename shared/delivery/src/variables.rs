//! The names that the templates of a mail see, for one recipient after the other.
//!
//! Strongest first: the recipient's address and id, under their own names and those that Plunk once had for them, since no data can
//! have these names; the mail's data, for it is the sender's; the contact's state; and the contact's data, which anybody with the
//! public key can write.

use posthorn_errors::json::{JsonLimits, read_json};
use posthorn_lambda::env::rfc3339;
use posthorn_liquid::{Value, Variables};
use posthorn_mail::address::Address;
use posthorn_table::{
    Timestamp, Uuid,
    contact::{self, Contact, Subscription},
    data::Data,
};

/// The most values of a contact's data that a template sees, nested ones included: as many as fit into the 64 KB that a contact may
/// hold. One from before there was this limit may hold more, and a value takes up to a hundred times the memory of its text.
const MAX_STORED_VALUES: usize = 32_768;
/// The most levels of a contact's data.
const MAX_STORED_LEVELS: usize = 128;

/// The names of a contact's state, which its data cannot have.
const STATE: [&str; 3] = ["subscribed", "createdAt", "updatedAt"];
/// The recipient's names, which no data can have.
const IDENTITY: [&str; 4] = ["id", "email", "plunk_id", "plunk_email"];

/// The changes that a mail makes to the contact of each recipient, whom it creates if there is none.
#[derive(Clone, Copy)]
pub struct ContactChanges<'a> {
    /// The subscription that the contact gets, if it is to change.
    pub subscribed: Option<bool>,
    /// Data for the templates, the part that the contact keeps, and the keys that it loses.
    pub data: &'a Data,
}

impl ContactChanges<'_> {
    /// A contact that a mail creates is not subscribed, unless the mail says so.
    pub(crate) fn subscription(self) -> Subscription {
        self.subscribed.map_or(Subscription::Keep { when_new: false }, Subscription::Set)
    }
}

/// The names of one mail's templates.
pub struct MailVariables<'a> {
    pub(crate) changes: ContactChanges<'a>,
    project: Uuid,
    /// The names for a recipient of whom nothing is known, and who has no address yet.
    unknown: Variables,
}

/// The part of a contact that a template sees.
#[derive(Clone, Copy)]
pub(crate) enum KnownContact<'c> {
    /// Nothing: the contact was not read, and perhaps there is none yet.
    Nothing,
    /// Its state, and not its data.
    State(&'c Contact),
    /// Its state and its data.
    Everything(&'c Contact),
}

impl<'a> MailVariables<'a> {
    /// The names in a mail of this project that is sent `now`.
    #[must_use]
    pub fn new(changes: ContactChanges<'a>, project: Uuid, now: Timestamp) -> Self {
        let ContactChanges { subscribed, data } = changes;
        let mut unknown = Variables::new(now);
        for (key, value) in data.stored.iter().chain(&data.transient) {
            unknown.insert(key, value);
        }
        // The mail creates the contact if there is none, and updates it.
        let now = Value::from(rfc3339(now));
        let state = [Value::Bool(subscribed.unwrap_or(false)), now.clone(), now];
        for (name, value) in STATE.into_iter().zip(state) {
            insert_state(&mut unknown, data, name, value);
        }
        for name in IDENTITY {
            unknown.insert(name, Value::Nil);
        }
        Self { changes, project, unknown }
    }

    /// The names for one recipient. They are the same before and after the contact is changed: data that the mail changes
    /// or removes is not taken from there, and the subscription is the one after the change.
    pub(crate) fn for_recipient(&self, to: &Address, known: KnownContact<'_>) -> Variables {
        let ContactChanges { subscribed, data } = self.changes;
        let mut variables = self.unknown.clone();
        let id = match known {
            KnownContact::Nothing => contact::id(self.project, to.as_str()),
            KnownContact::State(contact) | KnownContact::Everything(contact) => {
                let subscribed = subscribed.unwrap_or(contact.subscribed);
                insert_state(&mut variables, data, "subscribed", subscribed.into());
                let created_at = contact.created_at.map_or(Value::Nil, |time| rfc3339(time).into());
                insert_state(&mut variables, data, "createdAt", created_at);
                contact.id
            }
        };
        if let KnownContact::Everything(contact) = known {
            insert_data(&mut variables, data, contact);
        }
        let (id, email) = (Value::from(id.to_string()), Value::from(to.as_str()));
        for (name, value) in IDENTITY.into_iter().zip([id.clone(), email.clone(), id, email]) {
            variables.insert(name, value);
        }
        variables
    }
}

/// Adds a name of the contact's state, unless the mail's data has it.
fn insert_state(variables: &mut Variables, data: &Data, name: &str, value: Value) {
    if !data.gives(name) {
        variables.insert(name, value);
    }
}

/// Adds the contact's data, which is stored as a JSON text for each key, but for the keys that the mail gives or removes, and
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
