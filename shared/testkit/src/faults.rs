//! Calls to AWS that fail, as a test asks for: at the connection, below the AWS SDK, which does what it always does.

mod answer;
mod plan;
mod seen;

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use aws_smithy_http_client::Connector;
use aws_smithy_runtime_api::{
    client::{
        http::{
            HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
            http_client_fn,
        },
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
    },
    http::{Response, StatusCode},
};
use aws_smithy_types::body::SdkBody;
use tokio::{sync::Notify, time::sleep};

use plan::Plan;
use seen::ObservedRequest;

/// Where nobody listens.
const NOBODY: &str = "http://127.0.0.1:1/";

/// What happens to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// No connection is made.
    NeverArrives,
    /// It is throttled, and has no effect.
    Throttled,
    /// It has no effect, and its answer is a 500.
    Breaks,
    /// It takes effect, and its answer is a 500.
    LosesAnswer,
    /// It has no effect, and its time runs out.
    TimesOut,
    /// It takes effect, and its time runs out before the answer.
    TimesOutAfter,
    /// It takes effect, and the connection is reset before the answer.
    Resets,
    /// It takes effect, and its answer is cut off.
    Garbles,
    /// A rival came first, and its condition does not hold any more. For writes with a condition.
    Overtaken,
    /// It does nothing, because a rival's transaction is under way on one of its items. For writes to the table.
    Conflicts,
    /// It takes effect, or its condition fails, and then the answer lacks the item that is there. For single writes.
    OmitsItem,
    /// It does nothing, for its condition fails on an item that is gone again before anybody looks at it. For writes with a
    /// condition.
    FailsCondition,
    /// It finds nothing, as if the items were written just after it. For batched reads.
    OverlooksItems,
    /// It reads nothing, and names every key as one that was left. For batched reads.
    LeavesUnread,
    /// The process dies just before it.
    Dies,
    /// It takes effect, and the process dies before the answer.
    DiesAfter,
}

/// The faults asked for. A cheap clone.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    plan: Arc<Mutex<Plan>>,
    died: Arc<Notify>,
    /// Calls that are with the service.
    under_way: Arc<AtomicUsize>,
}

impl Faults {
    /// Fails the next `attempts` (the SDK's retries count) of an operation, such as `PutItem`, whose request's body
    /// contains `needle`.
    pub fn fail(&self, operation: &'static str, needle: &str, fault: Fault, attempts: usize) {
        self.plan().fail(operation, needle, fault, attempts);
    }

    /// Fails the `number`th call from now on, counted from 0, whatever it is: with all of the SDK's retries, as if the
    /// process had died there.
    pub fn fail_call(&self, number: usize, fault: Fault) {
        self.plan().countdown = Some((number, fault));
    }

    /// True while the call that [`Faults::fail_call`] named has not come.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.plan().countdown.is_some()
    }

    /// Fails calls by their names, see [`Faults::names`]: the one attempt that comes first, or, `for_good`, all from then on.
    pub fn strike(&self, name: &str, fault: Fault, for_good: bool) {
        self.plan().strike = Some(plan::Strike { name: name.to_owned(), fault, for_good, hit: false });
    }

    /// True once the call that [`Faults::strike`] named has come.
    #[must_use]
    pub fn was_hit(&self) -> bool {
        self.plan().strike.as_ref().is_some_and(|strike| strike.hit)
    }

    /// Begins to name the calls that come.
    pub fn watch(&self) {
        self.plan().names = Some(Vec::new());
    }

    /// The calls since [`Faults::watch`], in the order they came: operation, kinds of item, and a number from the second of the
    /// same on, such as `UpdateItem EMAIL (2)`. True beside those that take a condition, and those that write to the table.
    #[must_use]
    pub fn names(&self) -> Vec<Named> {
        self.plan().names.take().unwrap_or_default()
    }

    /// Ends every fault.
    pub fn clear(&self) {
        *self.plan() = Plan::default();
    }

    /// Waits until a call meets [`Fault::Dies`] or [`Fault::DiesAfter`]. From then on no call gets anywhere.
    pub async fn death(&self) {
        self.died.notified().await;
    }

    /// What an AWS SDK client is to connect with.
    #[must_use]
    pub fn client(&self) -> SharedHttpClient {
        let settings = HttpConnectorSettings::builder().build();
        let real = SharedHttpConnector::new(Connector::builder().connector_settings(settings).build_http());
        let connector = SharedHttpConnector::new(Faulty { faults: self.clone(), real });
        http_client_fn(move |_, _| connector.clone())
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls that began before take their effect; none that would begin now does. So a death has one outcome.
    async fn die(&self) -> Result<HttpResponse, ConnectorError> {
        while self.under_way.load(Ordering::SeqCst) > 0 {
            sleep(Duration::from_millis(1)).await;
        }
        self.died.notify_one();
        std::future::pending().await
    }

    async fn call(&self, real: &SharedHttpConnector, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let _under_way = UnderWay::new(&self.under_way);
        real.call(request).await
    }
}

/// Counts a call until it is over, or dropped.
struct UnderWay<'a>(&'a AtomicUsize);

impl<'a> UnderWay<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A call, as [`Faults::names`] lists it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Named {
    /// What [`Faults::strike`] takes.
    pub name: String,
    /// It is a write that takes a condition.
    pub is_conditional: bool,
    /// It writes to the table.
    pub is_write: bool,
}

/// A connector that fails as planned.
#[derive(Debug)]
struct Faulty {
    faults: Faults,
    real: SharedHttpConnector,
}

impl HttpConnector for Faulty {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let seen = ObservedRequest::of(&request);
        let decided = self.faults.plan().decide(&seen);
        let (faults, real) = (self.faults.clone(), self.real.clone());
        HttpConnectorFuture::new(async move {
            match decided {
                plan::Decided::Dead => std::future::pending().await,
                plan::Decided::Goes => faults.call(&real, request).await,
                plan::Decided::Fails(fault) => fail(&faults, &real, request, &seen, fault).await,
            }
        })
    }
}

async fn fail(
    faults: &Faults,
    real: &SharedHttpConnector,
    mut request: HttpRequest,
    seen: &ObservedRequest,
    fault: Fault,
) -> Result<HttpResponse, ConnectorError> {
    match fault {
        Fault::NeverArrives => {
            request.set_uri(NOBODY).map_err(|error| ConnectorError::user(error.into()))?;
            real.call(request).await
        }
        Fault::Throttled => Ok(answer::throttled(seen)),
        Fault::Breaks => Ok(answer::broken()),
        Fault::LosesAnswer => real.call(request).await.map(|_lost| answer::broken()),
        Fault::TimesOut => Err(ConnectorError::timeout("no answer in time".into())),
        Fault::TimesOutAfter => {
            real.call(request).await?;
            Err(ConnectorError::timeout("no answer in time".into()))
        }
        Fault::Resets => {
            real.call(request).await?;
            Err(ConnectorError::io(std::io::Error::from(std::io::ErrorKind::ConnectionReset).into()))
        }
        Fault::Garbles => {
            let whole = real.call(request).await?;
            Ok(Response::new(whole.status(), SdkBody::from("{\"Item\":{\"pk\"")))
        }
        Fault::Overtaken => overtaken(real, request, seen).await,
        Fault::Conflicts => Ok(answer::conflict(seen)),
        Fault::OmitsItem => match real.call(request).await? {
            failed if failed.status().as_u16() == 400 => Ok(answer::condition_failed(seen)),
            done => Ok(done),
        },
        Fault::FailsCondition => Ok(answer::condition_failed(seen)),
        Fault::OverlooksItems => Ok(answer::nothing_found()),
        Fault::LeavesUnread => Ok(answer::left_unread(seen)),
        Fault::Dies => faults.die().await,
        Fault::DiesAfter => {
            faults.call(real, request).await?;
            faults.die().await
        }
    }
}

/// A rival's write comes first: an attempt like this one, but for its nonce. Where a write has no nonce of its own, its
/// condition fails as for an item that is gone.
async fn overtaken(
    real: &SharedHttpConnector,
    request: HttpRequest,
    seen: &ObservedRequest,
) -> Result<HttpResponse, ConnectorError> {
    let Some(rivals) = seen.with_another_nonce().and_then(|body| with_body(&request, body)) else {
        return Ok(answer::condition_failed(seen));
    };
    real.call(rivals).await?;
    real.call(request).await
}

/// The engine does not look at signatures, so a request may be changed after it was signed.
fn with_body(request: &HttpRequest, body: String) -> Option<HttpRequest> {
    let mut other = request.try_clone()?;
    other.headers_mut().insert("content-length", body.len().to_string());
    *other.body_mut() = SdkBody::from(body);
    Some(other)
}
