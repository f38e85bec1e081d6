//! A connection to a server that can be disturbed.

use std::{io, net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    time::sleep,
};

/// The state of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Data passes.
    Up,
    /// Data waits in both directions and arrives later, even if the sender has given up meanwhile.
    Stalled,
    /// Connections are closed, with all data that is under way on them, and none is accepted.
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
        let address = listener.local_addr()?;
        let state = watch::Sender::new(State::Up);
        tokio::spawn(run(listener, address, server, state.subscribe()));
        Ok((Self { state }, format!("http://{address}")))
    }

    pub(crate) fn set(&self, state: State) {
        self.state.send_replace(state);
    }
}

/// Listens while the link is not cut.
async fn run(mut listener: TcpListener, address: SocketAddr, server: String, mut state: watch::Receiver<State>) {
    loop {
        let mut cut = state.clone();
        tokio::select! {
            () = accept(&listener, &server, &state) => {}
            _ = cut.wait_for(|state| *state == State::Cut) => {}
        }
        drop(listener);
        let _ = state.wait_for(|state| *state != State::Cut).await;
        listener = loop {
            match TcpListener::bind(address).await {
                Ok(listener) => break listener,
                Err(_taken) => sleep(Duration::from_millis(10)).await,
            }
        };
    }
}

async fn accept(listener: &TcpListener, server: &str, state: &watch::Receiver<State>) {
    loop {
        match listener.accept().await {
            Ok((connection, _)) => drop(tokio::spawn(carry(connection, server.to_owned(), state.clone()))),
            // The error is one connection's, or a want of descriptors that passes.
            Err(_) => sleep(Duration::from_millis(10)).await,
        }
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

/// Passes on one direction, and its end.
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
