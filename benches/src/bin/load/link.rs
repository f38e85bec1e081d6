//! A way to a server that can be disturbed.

use std::io;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
};

/// How a link does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// It carries.
    Up,
    /// What is sent waits, on both ways, and arrives later: also if the sender has given up meanwhile.
    Stalled,
    /// Connections are closed, new ones at once.
    Cut,
}

/// A link from a port of its own to a server.
pub(crate) struct Link {
    state: watch::Sender<State>,
}

impl Link {
    /// A link to `http://<address>`, and its URL.
    pub(crate) async fn to(url: &str) -> io::Result<(Self, String)> {
        let server = url.strip_prefix("http://").ok_or(io::ErrorKind::InvalidInput)?.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let here = format!("http://{}", listener.local_addr()?);
        let state = watch::Sender::new(State::Up);
        tokio::spawn(accept(listener, server, state.subscribe()));
        Ok((Self { state }, here))
    }

    pub(crate) fn set(&self, state: State) {
        self.state.send_replace(state);
    }
}

async fn accept(listener: TcpListener, server: String, state: watch::Receiver<State>) {
    while let Ok((connection, _)) = listener.accept().await {
        tokio::spawn(carry(connection, server.clone(), state.clone()));
    }
}

async fn carry(caller: TcpStream, server: String, mut state: watch::Receiver<State>) -> io::Result<()> {
    let server = TcpStream::connect(server).await?;
    caller.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let ((from_caller, to_caller), (from_server, to_server)) = (caller.into_split(), server.into_split());
    let there = copy(from_caller, to_server, state.clone());
    let back = copy(from_server, to_caller, state.clone());
    tokio::select! {
        copied = async { tokio::try_join!(there, back) } => copied.map(drop),
        _ = state.wait_for(|state| *state == State::Cut) => Ok(()),
    }
}

/// One way, and its end.
async fn copy(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut state: watch::Receiver<State>) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = from.read(&mut buffer).await?;
        let _ = state.wait_for(|state| *state != State::Stalled).await;
        if read == 0 {
            return to.shutdown().await;
        }
        to.write_all(&buffer[..read]).await?;
    }
}
