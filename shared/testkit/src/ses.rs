//! An SES v2 endpoint over HTTP, for the SDK's real client with its endpoint overridden: the tests record mail with it,
//! the local stack keeps mail with it. It refuses what SES refuses, in SES's words and shapes, and sends nothing.
//!
//! It answers `SendEmail` with `Simple` content, `CreateEmailIdentity` and `GetEmailIdentity`. Faults are asked for with
//! [`Ses::fail_next`]. Sources: the SES v2 API reference and developer guide, and the SDK's generated code.

mod address;
mod attachments;
mod check;
mod connection;
mod fault;
mod headers;
mod identities;
mod mail;
mod message_id;
mod recorded;
mod refusal;
mod request;
mod routes;
mod tags;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, VecDeque};
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::net::TcpListener;

use self::check::Standing;
use self::connection::{Connection, CuttableListener};
pub use self::fault::Fault;
use self::identities::Identities;
pub use self::mail::{Attachment, Mail};
use self::recorded::Recorded;
use self::refusal::Refusal;
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
    identities: Arc<Identities>,
    configuration_sets: Arc<BTreeSet<String>>,
    faults: VecDeque<Fault>,
    calls: usize,
    recorded: Recorded,
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
    /// Where it fails the request is answered 500 and the mail counts as not accepted. With a sink, [`Ses::mails`]
    /// keeps the newest 1,000 mails of at most 16 MiB together.
    #[must_use]
    pub fn with_sink(self, sink: impl Fn(&Mail) -> io::Result<()> + Send + Sync + 'static) -> Self {
        Self { sink: Some(Arc::new(sink)), ..self }
    }

    /// Verifies a domain (its sub-domains with it) or an address, whatever its case.
    pub fn verify(&self, identity: &str) {
        Arc::make_mut(&mut self.account().identities).verify(identity);
    }

    /// Creates a configuration set. A request that names another is refused with `NotFoundException`.
    pub fn create_configuration_set(&self, name: &str) {
        Arc::make_mut(&mut self.account().configuration_sets).insert(name.to_owned());
    }

    /// Serves plain HTTP on the listener until `shutdown` is done, and then until the requests under way are answered.
    ///
    /// # Errors
    ///
    /// What [`axum::serve()`] fails with; failed connections are not errors.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let service = routes::router(self).into_make_service_with_connect_info::<Connection>();
        axum::serve(CuttableListener(listener), service).with_graceful_shutdown(shutdown).await
    }

    /// The accepted mails, oldest first; with a sink only the newest ones.
    #[must_use]
    pub fn mails(&self) -> Vec<Arc<Mail>> {
        self.account().recorded.all()
    }

    /// How many `SendEmail` requests have arrived, accepted or not, those of a [`Fault`] included.
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

    /// Counts a `SendEmail` and gives the fault it takes.
    fn arrived(&self) -> Option<Fault> {
        let mut account = self.account();
        account.calls += 1;
        account.faults.pop_front()
    }

    fn check(&self, request: SendEmail, region: String) -> Result<Mail, Refusal> {
        check::mail(request, &self.standing(region), now())
    }

    fn standing(&self, region: String) -> Standing {
        let account = self.account();
        let (identities, configuration_sets) = (&account.identities, &account.configuration_sets);
        Standing { identities: Arc::clone(identities), configuration_sets: Arc::clone(configuration_sets), region }
    }

    fn record(&self, mail: Arc<Mail>) {
        self.account().recorded.push(mail, self.sink.is_some());
    }
}

#[expect(clippy::disallowed_methods, reason = "this stands in for AWS, whose clock is its own")]
fn now() -> Timestamp {
    Timestamp::now()
}
