//! Servers in process.

use axum::Router;
use posthorn_testkit::recording::recorded;
use tokio::net::TcpListener;

/// Serves on a free port; its URL.
pub(crate) async fn serve_on<F>(server: impl FnOnce(TcpListener) -> F) -> String
where
    F: Future<Output = std::io::Result<()>> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(server(listener));
    url
}

/// Serves a router, with every request recorded as it is on the wire; its URL.
pub(crate) async fn serve(router: Router) -> String {
    serve_on(|listener| async move {
        let (listener, _relay) = recorded(listener).await?;
        axum::serve(listener, router).await
    })
    .await
}
