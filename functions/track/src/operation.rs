//! The operation of tracking: one event for an idempotency key, under any crash, retry or race.

use posthorn_auth::{Caller, KeyClass};
use posthorn_errors::{Code, Failure, FieldCode, FieldErrors, Result};
use posthorn_idempotency::{Ending, FirstRequest, IdempotentOperation};
use posthorn_lambda::{Env, env::rfc3339, http::Reply};
use posthorn_table::{
    Table, TableError, Timestamp,
    contact::{self, MAX_DATA_BYTES, Subscription},
    event::Event,
};
use serde_json::json;
use ulid::Ulid;

use crate::request::TrackRequest;

/// One request to track, from one caller.
pub(crate) struct TrackOperation<'a> {
    pub(crate) env: &'a Env,
    pub(crate) table: &'a Table,
    pub(crate) caller: &'a Caller,
    pub(crate) tracked: &'a TrackRequest,
    pub(crate) now: Timestamp,
}

impl TrackOperation<'_> {
    /// Merges the contact and records the event at the same time, and gives the response's body.
    async fn record_event(&self, id: &str, at: Timestamp) -> Result<String> {
        let Self { table, caller, tracked, .. } = self;
        let project = caller.project.id;
        let email = tracked.email.as_str();
        let event = Event {
            id,
            contact: contact::id(project, email),
            project,
            name: &tracked.event,
            data: &tracked.data.stored,
            created_at: at,
        };
        let subscription = subscription(caller.class, tracked.subscribed);
        let (contact, recorded) = tokio::join!(
            table.merge_contact(project, email, subscription, &tracked.data, at),
            table.record_event(&event),
        );
        let contact = match contact {
            Err(TableError::TooLarge) => {
                table.forget_event(event.contact, id).await?;
                return Err(too_large());
            }
            contact => contact?,
        };
        recorded?;
        Ok(Reply::envelope(&json!({
            "contact": contact.id,
            "event": id,
            "subscribed": contact.subscribed,
            "timestamp": rfc3339(at),
        })))
    }
}

impl IdempotentOperation for TrackOperation<'_> {
    type Id = String;
    type Prepared = ();
    type Earlier = ();
    type Outcome = ();

    /// Makes the id of the event, the only effect that has one.
    fn new_ids(&self) -> Vec<String> {
        let milliseconds = u64::try_from(self.now.as_millisecond()).unwrap_or(0);
        vec![Ulid::from_parts(milliseconds, u128::from_be_bytes(self.env.random())).to_string()]
    }

    /// Records the event under the first request's id and time, under which an earlier attempt may have recorded it already.
    async fn run(&self, (): &(), first: &FirstRequest<String>, (): ()) -> (Ending, ()) {
        let result = match first.ids.first() {
            Some(id) => self.record_event(id, first.at).await,
            None => Err(Failure::new(Code::InternalServerError).because("a claim without ids")),
        };
        // After any other failure the event may be recorded, and a repeat must use its id.
        let nothing_happened = result.as_ref().is_err_and(|failure| failure.code() == Code::ValidationError);
        (Ending { result, nothing_happened, unless_kept: None }, ())
    }
}

/// A public key may unsubscribe, but not undo what a contact or its mail server said.
fn subscription(class: KeyClass, given: Option<bool>) -> Subscription {
    match (class, given) {
        (_, None) => Subscription::Keep { when_new: true },
        (KeyClass::Public, Some(true)) => Subscription::SubscribeUnlessBarred,
        (_, Some(subscribed)) => Subscription::Set(subscribed),
    }
}

fn too_large() -> Failure {
    let mut fields = FieldErrors::default();
    let message = format!("A contact holds at most {MAX_DATA_BYTES} bytes of data; with this it would hold more.");
    fields.push("data", FieldCode::TooLarge, message);
    fields.finish().err().unwrap_or_else(|| Code::ValidationError.into())
}
