//! Calls to AWS that fail, as a test asks for: at the connection, below the AWS SDK, which does what it always does.

mod fault;
mod plan;
mod request;
mod response;

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
    http::Response,
};
use aws_smithy_types::body::SdkBody;
use tokio::{sync::Notify, time::sleep};

use plan::{Decision, NamedFault, Plan};
use request::ObservedRequest;

pub use self::{fault::Fault, request::NamedCall};

/// An address at which nobody listens.
const UNREACHABLE: &str = "http://127.0.0.1:1/";

/// The faults asked for. Cheap to clone.
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

    /// Fails calls by their name, see [`Faults::names`]: the first attempt alone, or all from then on if the fault is
    /// permanent.
    pub fn strike(&self, name: &str, fault: Fault, is_permanent: bool) {
        self.plan().named_fault = Some(NamedFault { name: name.to_owned(), fault, is_permanent, was_hit: false });
    }

    /// True once the call that [`Faults::strike`] named has come.
    #[must_use]
    pub fn was_hit(&self) -> bool {
        self.plan().named_fault.as_ref().is_some_and(|planned| planned.was_hit)
    }

    /// Begins to name the calls that come.
    pub fn watch(&self) {
        self.plan().watched = Some(Vec::new());
    }

    /// The calls since [`Faults::watch`], in the order they came. A name is the operation, the kinds of item, and a number from
    /// the second call of the same name on, such as `UpdateItem EMAIL (2)`.
    #[must_use]
    pub fn names(&self) -> Vec<NamedCall> {
        self.plan().watched.take().unwrap_or_default()
    }

    /// Ends every fault.
    pub fn clear(&self) {
        *self.plan() = Plan::default();
    }

    /// Waits until a call meets [`Fault::Dies`] or [`Fault::DiesAfter`]. From then on no call gets anywhere.
    pub async fn death(&self) {
        self.died.notified().await;
    }

    /// The HTTP client for an AWS SDK client whose calls are to fail as planned.
    #[must_use]
    pub fn client(&self) -> SharedHttpClient {
        let settings = HttpConnectorSettings::builder().build();
        let real = SharedHttpConnector::new(Connector::builder().connector_settings(settings).build_http());
        let connector = SharedHttpConnector::new(FaultyConnector { faults: self.clone(), real });
        http_client_fn(move |_, _| connector.clone())
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the calls that began before have taken their effect, while none begins any more, so that a death has one
    /// outcome.
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

/// A connector that fails as planned.
#[derive(Debug)]
struct FaultyConnector {
    faults: Faults,
    real: SharedHttpConnector,
}

impl HttpConnector for FaultyConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let observed = ObservedRequest::of(&request);
        let decision = self.faults.plan().decide(&observed);
        let (faults, real) = (self.faults.clone(), self.real.clone());
        HttpConnectorFuture::new(async move {
            match decision {
                Decision::Hang => std::future::pending().await,
                Decision::Forward => faults.call(&real, request).await,
                Decision::Fail(fault) => fail(&faults, &real, request, &observed, fault).await,
            }
        })
    }
}

async fn fail(
    faults: &Faults,
    real: &SharedHttpConnector,
    mut request: HttpRequest,
    observed: &ObservedRequest,
    fault: Fault,
) -> Result<HttpResponse, ConnectorError> {
    match fault {
        Fault::NeverArrives => {
            request.set_uri(UNREACHABLE).map_err(|error| ConnectorError::user(error.into()))?;
            real.call(request).await
        }
        Fault::Throttled => Ok(response::throttled(observed)),
        Fault::Breaks => Ok(response::server_error()),
        Fault::LosesAnswer => real.call(request).await.map(|_lost| response::server_error()),
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
        Fault::Overtaken => overtaken(real, request, observed).await,
        Fault::Conflicts => Ok(response::conflict(observed)),
        Fault::OmitsItem => match real.call(request).await? {
            failed if failed.status().as_u16() == 400 => Ok(response::condition_failed(observed)),
            done => Ok(done),
        },
        Fault::FailsCondition => Ok(response::condition_failed(observed)),
        Fault::OverlooksItems => Ok(response::nothing_found()),
        Fault::LeavesUnread => Ok(response::keys_left_unread(observed)),
        Fault::Dies => faults.die().await,
        Fault::DiesAfter => {
            faults.call(real, request).await?;
            faults.die().await
        }
    }
}

/// Makes a rival's write first: an attempt like this one, but for its nonce. A write without a nonce fails its condition
/// as for an item that is gone.
async fn overtaken(
    real: &SharedHttpConnector,
    request: HttpRequest,
    observed: &ObservedRequest,
) -> Result<HttpResponse, ConnectorError> {
    let Some(rival) = observed.with_another_nonce().and_then(|body| with_body(&request, body)) else {
        return Ok(response::condition_failed(observed));
    };
    real.call(rival).await?;
    real.call(request).await
}

/// The request with another body. The engine does not look at signatures, so it may be changed after it was signed.
fn with_body(request: &HttpRequest, body: String) -> Option<HttpRequest> {
    let mut other = request.try_clone()?;
    other.headers_mut().insert("content-length", body.len().to_string());
    *other.body_mut() = SdkBody::from(body);
    Some(other)
}
