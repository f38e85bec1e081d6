//! A rival's write that comes just before a certain call.

use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::Client;
use aws_smithy_runtime_api::client::{
    http::{HttpClient as _, HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
    orchestrator::HttpRequest,
};
use posthorn_table::Table;
use posthorn_testkit::backends::{Backends, TABLE};
use tokio::sync::oneshot;

/// The sender of word that a call waits, and the receiver of word that the rival has written.
type RivalSignals = (oneshot::Sender<()>, oneshot::Receiver<()>);

#[derive(Debug, Clone)]
struct WaitingConnector {
    operation: &'static str,
    needle: &'static str,
    turn: Arc<Mutex<Option<RivalSignals>>>,
    real: SharedHttpConnector,
}

impl HttpConnector for WaitingConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let is_operation = request.headers().get("x-amz-target").is_some_and(|it| it.ends_with(self.operation));
        let body = request.body().bytes().map(String::from_utf8_lossy).unwrap_or_default();
        let turn = (is_operation && body.contains(self.needle)).then(|| self.turn.lock().unwrap().take()).flatten();
        let real = self.real.clone();
        HttpConnectorFuture::new(async move {
            if let Some((waiting, written)) = turn {
                waiting.send(()).unwrap();
                written.await.unwrap();
            }
            real.call(request).await
        })
    }
}

/// A table whose first call of `operation` with `needle` in its body waits until `write` has ended.
pub(crate) fn table_with_rival<F>(
    backends: &Backends,
    operation: &'static str,
    needle: &'static str,
    write: F,
) -> (Table, impl Future<Output = F::Output>)
where
    F: Future,
{
    let ((waiting, waits), (done, written)) = (oneshot::channel(), oneshot::channel());
    let (turn, inner) = (Arc::new(Mutex::new(Some((waiting, written)))), backends.faults.client());
    let client = http_client_fn(move |settings, components| {
        let real = inner.http_connector(settings, components);
        SharedHttpConnector::new(WaitingConnector { operation, needle, turn: Arc::clone(&turn), real })
    });
    let config = backends.dynamodb.config().to_builder().http_client(client).build();
    let rival = async {
        waits.await.unwrap();
        let output = write.await;
        done.send(()).unwrap();
        output
    };
    (Table::new(Client::from_conf(config), TABLE), rival)
}
