//! The engine as a router that something can be put in front of. The engine's own server takes a listener and shows no router,
//! and a port of its own would be one that anybody on this machine, web pages among them, could call past what is in front. So
//! each connection to the engine has a server for itself, which serves it only if nobody else had connected before its
//! listener closed.

use std::{
    future::{Future as _, pending, poll_fn},
    io,
    net::{Ipv4Addr, TcpStream as StdStream},
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    task::Poll,
    thread,
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
    runtime::{Builder, Handle, Runtime},
    sync::oneshot,
};

/// The task that the engine's server has besides one for each connection: it waits for the server's end.
const SERVER_TASKS: usize = 1;

/// The engine, and the connections to it that are idle.
struct Engine {
    database: Database,
    idle: Mutex<Vec<SendRequest<Body>>>,
}

/// Answers what the engine answers.
pub(super) fn router(database: Database) -> Router {
    Router::new().fallback(forward).with_state(Arc::new(Engine { database, idle: Mutex::default() }))
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

    /// Makes a connection, which has a thread at its other end for as long as it lasts.
    async fn connect(&self) -> io::Result<SendRequest<Body>> {
        let (connected, connection) = oneshot::channel();
        let (open, closed) = oneshot::channel();
        let database = self.database.clone();
        thread::Builder::new().name("engine".to_owned()).spawn(move || serve_one(database, connected, closed))?;
        let stream = TcpStream::from_std(connection.await.map_err(io::Error::other)??)?;
        stream.set_nodelay(true)?;
        let (connection, driver) = handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
        tokio::spawn(async move {
            // The end of a connection is none of a request's, whose own failure is answered.
            let _ = driver.await;
            drop::<oneshot::Sender<()>>(open);
        });
        Ok(connection)
    }
}

/// Gives a connection to the engine and serves it until it is closed.
fn serve_one(database: Database, connected: oneshot::Sender<io::Result<StdStream>>, closed: oneshot::Receiver<()>) {
    let (server, stream) = match connection(database) {
        Ok((server, stream)) => (Some(server), Ok(stream)),
        Err(error) => (None, Err(error)),
    };
    if let (Some(server), Ok(())) = (server, connected.send(stream)) {
        // Its sender is never used: it goes when the connection does.
        let _ = server.block_on(closed);
    }
}

fn connection(database: Database) -> io::Result<(Runtime, StdStream)> {
    let server = Builder::new_current_thread().enable_all().build()?;
    let stream = server.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let stream = TcpStream::connect(listener.local_addr()?).await?;
        accept_one(database, listener).await?;
        stream.into_std()
    })?;
    Ok((server, stream))
}

/// Has the engine's server accept the one connection that waits at this listener, and closes the listener. Nothing is read
/// from it before this returns, for the runtime has this one thread.
///
/// # Errors
/// Somebody else had connected too. The runtime must be dropped then, and with it all that was accepted.
pub(super) async fn accept_one(database: Database, listener: TcpListener) -> io::Result<()> {
    let mut server = pin!(dynoxide::server::serve_with_shutdown(listener, database, pending()));
    let tasks = Handle::current().metrics();
    poll_fn(|context| {
        if let Poll::Ready(ended) = server.as_mut().poll(context) {
            return Poll::Ready(Err(io::Error::other(format!("the engine's server ended: {ended:?}"))));
        }
        match tasks.num_alive_tasks().saturating_sub(SERVER_TASKS) {
            0 => Poll::Pending,
            1 => Poll::Ready(Ok(())),
            _ => Poll::Ready(Err(io::Error::other("somebody else connected to the engine"))),
        }
    })
    .await
}

/// Sends a request and reads the whole answer, so that the connection is free for the next.
async fn exchange(connection: &mut SendRequest<Body>, request: Request) -> io::Result<Response> {
    connection.ready().await.map_err(io::Error::other)?;
    let (head, body) = connection.send_request(request).await.map_err(io::Error::other)?.into_parts();
    let body = to_bytes(Body::new(body), usize::MAX).await.map_err(io::Error::other)?;
    Ok(Response::from_parts(head, body.into()))
}
