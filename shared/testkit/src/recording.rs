//! Requests kept as they are on the wire, for `.ci/models`, which holds them to AWS's own service models.
//!
//! Requests are kept if `POSTHORN_RECORD_REQUESTS` names a folder. A relay then passes on every connection to an endpoint of
//! this crate, and writes the bytes of its requests into a file of its own. The endpoint keeps them and not the client, so that
//! other processes (the operator's tool, a function in its sandbox) are recorded like a handler in process.

use std::{
    fs::{self, File},
    io::{self, Write},
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy},
    net::{TcpListener, TcpStream},
    task::AbortHandle,
};

/// A relay in front of an endpoint. It ends, and its port is free again, when the value is dropped.
#[derive(Debug)]
pub struct Relay(AbortHandle);

impl Drop for Relay {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The listener to serve on. That is the given one, or where requests are recorded another, to which the connections of the
/// given one are passed on while the relay lives.
///
/// # Errors
/// The folder cannot be made, or no port is free.
pub async fn recorded(listener: TcpListener) -> io::Result<(TcpListener, Option<Relay>)> {
    // This crate's own tests are left out: they send requests that the endpoints have to refuse.
    let Some(folder) = folder().filter(|_| !cfg!(test)) else { return Ok((listener, None)) };
    relayed(listener, folder).await.map(|(inner, relay)| (inner, Some(relay)))
}

#[expect(clippy::disallowed_methods, reason = "the environment says whether to record")]
fn folder() -> Option<PathBuf> {
    std::env::var_os("POSTHORN_RECORD_REQUESTS").filter(|value| !value.is_empty()).map(PathBuf::from)
}

async fn relayed(outer: TcpListener, folder: PathBuf) -> io::Result<(TcpListener, Relay)> {
    fs::create_dir_all(&folder)?;
    let inner = TcpListener::bind("127.0.0.1:0").await?;
    let task = tokio::spawn(accept(outer, inner.local_addr()?, folder));
    Ok((inner, Relay(task.abort_handle())))
}

async fn accept(listener: TcpListener, endpoint: SocketAddr, folder: PathBuf) {
    while let Ok((caller, _)) = listener.accept().await {
        tokio::spawn(pass_on(caller, endpoint, file(&folder)));
    }
}

/// A file of its own for every connection of every process.
fn file(folder: &Path) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    folder.join(format!("{}-{}.http", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)))
}

/// Passes both directions on until either ends.
async fn pass_on(mut caller: TcpStream, endpoint: SocketAddr, file: PathBuf) -> io::Result<()> {
    let mut service = TcpStream::connect(endpoint).await?;
    caller.set_nodelay(true)?;
    service.set_nodelay(true)?;
    let ((requests, mut to_caller), (mut answers, to_service)) = (caller.split(), service.split());
    tokio::select! {
        ended = forward_and_keep(requests, to_service, File::create_new(file)?) => ended,
        ended = copy(&mut answers, &mut to_caller) => ended.map(drop),
    }
}

/// Keeps the bytes that are read, and passes them on afterwards, so that every request that has an effect is on record.
async fn forward_and_keep(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut file: File,
) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = from.read(&mut buffer).await?;
        if count == 0 {
            return to.shutdown().await;
        }
        file.write_all(&buffer[..count])?;
        to.write_all(&buffer[..count]).await?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &[u8] = b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}";

    #[tokio::test]
    async fn a_request_is_passed_on_and_kept() {
        let folder = std::env::temp_dir().join(format!("posthorn-recording-{}", std::process::id()));
        let outer = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = outer.local_addr().unwrap();
        let (inner, relay) = relayed(outer, folder.clone()).await.unwrap();
        let echo = tokio::spawn(async move {
            let (mut connection, _) = inner.accept().await.unwrap();
            let mut request = [0; REQUEST.len()];
            connection.read_exact(&mut request).await.unwrap();
            connection.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
            request.to_vec()
        });
        let mut caller = TcpStream::connect(address).await.unwrap();
        caller.write_all(REQUEST).await.unwrap();
        let mut answer = String::new();
        caller.read_to_string(&mut answer).await.unwrap();
        assert_eq!((echo.await.unwrap().as_slice(), answer.as_str()), (REQUEST, "HTTP/1.1 200 OK\r\n\r\n"));
        let kept: Vec<_> = fs::read_dir(&folder).unwrap().map(|file| fs::read(file.unwrap().path()).unwrap()).collect();
        assert_eq!(kept, [REQUEST]);
        drop(relay);
        for _ in 0..100 {
            if TcpStream::connect(address).await.is_err() {
                return fs::remove_dir_all(folder).unwrap();
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("the relay outlives its owner");
    }
}
