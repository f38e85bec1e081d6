//! Requests that send nothing open and replace connections.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{future::pending, time::Duration};

use aws_sdk_sesv2::config::Builder;
use posthorn_lambda::env::monotonic_now;
use posthorn_mail::ses::Ses;
use posthorn_testkit::{backends::local_config, calls::Calls, server::serve};
use tokio::net::TcpListener;

async fn ses() -> (Ses, Calls, posthorn_testkit::ses::Ses) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let config = local_config(&format!("http://{}", listener.local_addr().unwrap()));
    let endpoint = posthorn_testkit::ses::Ses::new();
    tokio::spawn(serve(endpoint.clone().router(), listener, pending()));
    let calls = Calls::default();
    (Ses::new(Builder::from(&config).interceptor(calls.clone()), None), calls, endpoint)
}

#[tokio::test]
async fn connecting_makes_one_request_and_sends_nothing() {
    let (ses, calls, endpoint) = ses().await;
    ses.connect(monotonic_now()).await;
    assert_eq!(calls.take().len(), 1);
    assert_eq!(endpoint.calls(), 0);
}

#[tokio::test]
async fn only_a_connection_that_idled_for_long_is_stale() {
    let (ses, ..) = ses().await;
    let start = monotonic_now();
    assert!(!ses.is_stale(start), "nothing was connected before");
    ses.connect(start).await;
    assert!(!ses.is_stale(start + Duration::from_secs(4)), "it was used a moment ago");
    assert!(ses.is_stale(start + Duration::from_secs(6)));
}
