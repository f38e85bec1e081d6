//! The engine behind something: the same answers, and no other way to it.

use std::{
    future::pending,
    io::{Read as _, Write as _},
    net::TcpStream,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use aws_sdk_dynamodb::Client;
use axum::{extract::Request, http::StatusCode, middleware, middleware::Next, response::IntoResponse};
use futures_util::future::join_all;
use tokio::{net::TcpListener, runtime::Builder};

use super::{fronted::accept_one, *};
use crate::backends::local_config;

/// Starts an engine with this in front of it; its URL.
async fn started(front: impl FnOnce(Router) -> Router + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(serve_behind(front, open(None).unwrap(), listener, pending()));
    url
}

#[tokio::test]
async fn many_calls_at_once_get_their_own_answers() {
    let url = started(|router| router).await;
    let client = Client::new(&local_config(&url));
    posthorn_table::schema::create(&client, "posthorn").await.unwrap();
    let key = |n: usize| AttributeValue::S(format!("{n}").repeat(200));
    let writes = (0..40).map(|n| {
        let put = client.put_item().table_name("posthorn").item("pk", key(n)).item("sk", key(n));
        async { put.send().await.unwrap() }
    });
    join_all(writes).await;
    let reads = (0..40).map(|n| {
        let get = client.get_item().table_name("posthorn").key("pk", key(n)).key("sk", key(n));
        async move { assert_eq!(get.send().await.unwrap().item.unwrap()["pk"], key(n)) }
    });
    join_all(reads).await;
    let refused = client.get_item().table_name("missing").key("pk", key(1)).key("sk", key(1)).send().await.unwrap_err();
    assert!(refused.into_service_error().is_resource_not_found_exception());
}

#[tokio::test]
async fn what_is_refused_in_front_does_not_reach_the_engine() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let refuse = move |_request: Request, _next: Next| {
        counted.fetch_add(1, Ordering::SeqCst);
        async { StatusCode::FORBIDDEN.into_response() }
    };
    let url = started(|router| router.layer(middleware::from_fn(refuse))).await;
    let client = Client::new(&local_config(&url));
    assert!(posthorn_table::schema::create(&client, "posthorn").await.is_err());
    assert!(calls.load(Ordering::SeqCst) > 0);
}

/// Reads how the answer begins that comes on a connection; empty where none comes and the connection is closed.
fn answer_to(mut stream: TcpStream) -> String {
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut answer = [0; 12];
    let read = stream.read(&mut answer).unwrap_or_else(|error| {
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset, "no answer came, and no end");
        0
    });
    String::from_utf8_lossy(&answer[..read]).into_owned()
}

#[test]
fn another_client_at_the_inner_port_gets_nothing() {
    for strangers in [0, 1, 3] {
        let server = Builder::new_current_thread().enable_all().build().unwrap();
        let (accepted, port, clients) = server.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let port = listener.local_addr().unwrap();
            let clients = (0..=strangers).map(|_| {
                let mut client = TcpStream::connect(port).unwrap();
                client.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
                client
            });
            let clients: Vec<_> = clients.collect();
            (accept_one(open(None).unwrap(), listener).await, port, clients)
        });
        assert_eq!(accepted.is_ok(), strangers == 0, "{strangers}: {accepted:?}");
        assert!(TcpStream::connect(port).is_err(), "nobody listens any more");
        let (end, ended) = tokio::sync::oneshot::channel::<()>();
        let serving = accepted.is_ok().then(|| thread::spawn(move || server.block_on(ended)));
        let answers: String = clients.into_iter().map(answer_to).collect();
        assert_eq!(answers, if strangers == 0 { "HTTP/1.1 200" } else { "" }, "{strangers}");
        drop(end);
        serving.map(|serving| serving.join().unwrap().unwrap_err());
    }
}
