//! An SES v2 endpoint over HTTP, for the SDK's real client with its endpoint overridden: the tests record mail with it,
//! the local stack keeps mail with it. It refuses what SES refuses, in SES's words and shapes, and sends nothing.
//!
//! It answers `SendEmail` with `Simple` content, what creates, reads, lists and deletes identities, and what reads the
//! account and its configuration sets. An identity that is created is pending until [`Ses::verify`] is called for it or the
//! time of [`Ses::with_verification_after`] is over. A test asks for faults of `SendEmail` with [`Ses::fail_next`]. Sources:
//! the SES v2 API reference and developer guide, and the SDK's generated code.

mod accepted_mails;
mod account;
mod address;
mod attachments;
mod check;
mod clock;
mod exception;
mod fault;
mod headers;
mod identities;
mod mail;
mod message_id;
mod request;
mod routes;
mod tags;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::fmt;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;
use posthorn_machine::files;
use serde_json::Value;

use self::accepted_mails::AcceptedMails;
use self::account::ConfigurationSets;
pub use self::account::{AccountStatus, EventDestination};
pub use self::attachments::REFUSED_EXTENSIONS;
use self::check::AccountSnapshot;
use self::clock::now;
use self::exception::Exception;
pub use self::fault::Fault;
use self::identities::Identities;
pub use self::mail::{Attachment, Mail};
use self::request::SendEmail;

type Sink = Arc<dyn Fn(&Mail) -> io::Result<()> + Send + Sync>;

/// One SES account. Cheap to clone; clones share everything but the sink.
#[derive(Clone, Default)]
pub struct Ses {
    account: Arc<Mutex<Account>>,
    sink: Option<Sink>,
}

#[derive(Default)]
struct Account {
    status: AccountStatus,
    identities: Arc<Identities>,
    /// The file in which the identities are kept, if they are.
    file: Option<PathBuf>,
    configuration_sets: Arc<ConfigurationSets>,
    faults: VecDeque<Fault>,
    calls: usize,
    accepted: AcceptedMails,
}

impl fmt::Debug for Ses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ses").field("calls", &self.calls()).finish_non_exhaustive()
    }
}

impl Ses {
    /// An account with no identity, no configuration set and no mail.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Hands every mail that passes the checks to `sink`, on a thread that may block, before the request is answered.
    /// If the sink fails, the request is answered 500 and the mail counts as not accepted. With a sink, [`Ses::mails`]
    /// keeps the newest 1,000 mails of at most 16 MiB together.
    #[must_use]
    pub fn with_sink(self, sink: impl Fn(&Mail) -> io::Result<()> + Send + Sync + 'static) -> Self {
        Self { sink: Some(Arc::new(sink)), ..self }
    }

    /// Lets identities and their MAIL FROM domains verify themselves after this time, for a machine without DNS.
    #[must_use]
    pub fn with_verification_after(self, time: SignedDuration) -> Self {
        Arc::make_mut(&mut self.account().identities).verified_after = Some(time);
        self
    }

    /// Keeps the identities in this file, and begins with those that an earlier account kept there.
    ///
    /// # Errors
    ///
    /// The file is there and cannot be read.
    pub fn with_identities_in(self, file: PathBuf) -> io::Result<Self> {
        let kept: Option<Identities> = match fs::read(&file) {
            Ok(text) => Some(serde_json::from_slice(&text)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let mut account = self.account();
        if let Some(mut kept) = kept {
            kept.verified_after = account.identities.verified_after;
            account.identities = Arc::new(kept);
        }
        account.file = Some(file);
        drop(account);
        Ok(self)
    }

    /// Verifies a domain (its sub-domains with it) or an address, whatever its case.
    pub fn verify(&self, identity: &str) {
        Arc::make_mut(&mut self.account().identities).verify(identity, now());
    }

    /// Creates a configuration set without event destinations. A request that names another is refused with
    /// `NotFoundException`.
    pub fn create_configuration_set(&self, name: &str) {
        Arc::make_mut(&mut self.account().configuration_sets).create(name);
    }

    /// Sets the destinations that a configuration set is said to have. This endpoint sends no event itself.
    pub fn set_event_destinations(&self, name: &str, destinations: Vec<EventDestination>) {
        Arc::make_mut(&mut self.account().configuration_sets).set_destinations(name, destinations);
    }

    /// Switches sending with a configuration set on or off; one that does not exist is made. It changes the answer of
    /// `GetConfigurationSet` and nothing else.
    pub fn set_sending(&self, name: &str, enabled: bool) {
        Arc::make_mut(&mut self.account().configuration_sets).set_sending(name, enabled);
    }

    /// Sets the account's status. It changes the answer of `GetAccount` and nothing else.
    pub fn set_status(&self, status: AccountStatus) {
        self.account().status = status;
    }

    /// The accepted mails, oldest first; with a sink only the newest ones.
    #[must_use]
    pub fn mails(&self) -> Vec<Arc<Mail>> {
        self.account().accepted.all()
    }

    /// The number of `SendEmail` requests that arrived, accepted or not, those with a [`Fault`] included.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.account().calls
    }

    /// Queues a fault: each `SendEmail` that arrives takes the oldest.
    pub fn fail_next(&self, fault: Fault) {
        self.account().faults.push_back(fault);
    }

    fn account(&self) -> MutexGuard<'_, Account> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the identities and keeps them, or does neither.
    fn change_identities(
        &self,
        change: impl FnOnce(&mut Identities) -> Result<Json<Value>, Exception>,
    ) -> Result<Response, Exception> {
        let mut account = self.account();
        let mut identities = Identities::clone(&account.identities);
        let answer = change(&mut identities)?;
        if let Some(file) = &account.file {
            keep(file, &identities).map_err(|_| Exception::internal_failure())?;
        }
        account.identities = Arc::new(identities);
        Ok(answer.into_response())
    }

    /// Counts a `SendEmail` and gives the fault it takes.
    fn count_call(&self) -> Option<Fault> {
        let mut account = self.account();
        account.calls += 1;
        account.faults.pop_front()
    }

    fn check(&self, request: SendEmail, region: String) -> Result<Mail, Exception> {
        check::mail(request, &self.snapshot(region), now())
    }

    fn snapshot(&self, region: String) -> AccountSnapshot {
        let account = self.account();
        let (identities, configuration_sets) = (&account.identities, &account.configuration_sets);
        AccountSnapshot {
            identities: Arc::clone(identities),
            configuration_sets: Arc::clone(configuration_sets),
            region,
        }
    }

    fn record(&self, mail: Arc<Mail>) {
        self.account().accepted.push(mail, self.sink.is_some());
    }
}

/// Writes the file whole, so that a start that reads it finds the old identities or the new ones.
fn keep(file: &std::path::Path, identities: &Identities) -> io::Result<()> {
    files::replace(file, &serde_json::to_vec_pretty(identities)?)
}
