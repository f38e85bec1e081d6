//! Servers in process.

use axum::Router;
use posthorn_testkit::recording::recorded;
use tokio::net::TcpListener;

/// Serves a router on a free port, with every request recorded as it is on the wire; its URL.
pub(crate) async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (listener, _relay) = recorded(listener).await?;
        axum::serve(listener, router).await
    });
    url
}
