//! The engine as a router that something can be put in front of. The engine's own server takes a listener and shows no router,
//! and a port of its own would be one that anybody on this machine, web pages among them, could call past what is in front. So
//! each connection to it has a listener for itself, which is closed as soon as the connection is made.

use std::{
    io,
    net::Ipv4Addr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{StatusCode, Version},
    response::{IntoResponse, Response},
};
use dynoxide::Database;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// The engine, and the connections to it that are idle.
struct Engine {
    database: Database,
    idle: Mutex<Vec<SendRequest<Body>>>,
    /// Lives as long as the engine: its end closes the connections.
    running: watch::Sender<()>,
}

/// Answers what the engine answers.
pub(super) fn router(database: Database) -> Router {
    let (running, _) = watch::channel(());
    Router::new().fallback(forward).with_state(Arc::new(Engine { database, idle: Mutex::default(), running }))
}

async fn forward(State(engine): State<Arc<Engine>>, mut request: Request) -> Response {
    *request.version_mut() = Version::HTTP_11;
    engine.call(request).await.unwrap_or_else(|_| StatusCode::BAD_GATEWAY.into_response())
}

impl Engine {
    async fn call(&self, request: Request) -> io::Result<Response> {
        let mut connection = match self.idle() {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        let answer = exchange(&mut connection, request).await?;
        self.lock().push(connection);
        Ok(answer)
    }

    fn idle(&self) -> Option<SendRequest<Body>> {
        let mut idle = self.lock();
        idle.retain(|connection| !connection.is_closed());
        idle.pop()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<SendRequest<Body>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a connection that only this engine can use. The first answer shows that the engine's server has taken it; then
    /// the server is dropped, its listener with it, and the connection goes on.
    async fn connect(&self) -> io::Result<SendRequest<Body>> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let stream = TcpStream::connect(listener.local_addr()?).await?;
        stream.set_nodelay(true)?;
        let (mut connection, driver) = handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
        tokio::spawn(driver);
        let mut running = self.running.subscribe();
        let until_the_end = async move { while running.changed().await.is_ok() {} };
        let server = dynoxide::server::serve_with_shutdown(listener, self.database.clone(), until_the_end);
        tokio::select! {
            ended = server => Err(io::Error::other(format!("the engine's server ended: {ended:?}"))),
            answer = exchange(&mut connection, Request::new(Body::empty())) => answer.map(drop),
        }?;
        Ok(connection)
    }
}

/// Sends a request and reads the whole answer, so that the connection is free for the next.
async fn exchange(connection: &mut SendRequest<Body>, request: Request) -> io::Result<Response> {
    connection.ready().await.map_err(io::Error::other)?;
    let (head, body) = connection.send_request(request).await.map_err(io::Error::other)?.into_parts();
    let body = to_bytes(Body::new(body), usize::MAX).await.map_err(io::Error::other)?;
    Ok(Response::from_parts(head, body.into()))
}
