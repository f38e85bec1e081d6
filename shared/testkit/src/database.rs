//! The DynamoDB engine: dynoxide, in process, behind loopback HTTP like the real one.

use std::{future::Future, io, path::Path};

use dynoxide::Database;
use tokio::net::TcpListener;

/// An engine whose state is in memory, or in the file at `path` and there survives a crash.
///
/// # Errors
/// What the engine says of the file.
pub fn open(path: Option<&Path>) -> io::Result<Database> {
    match path {
        None => Database::memory(),
        Some(path) => Database::new(&path.to_string_lossy()),
    }
    .map_err(|error| io::Error::other(error.to_string()))
}

/// Serves the engine until `shutdown` ends.
///
/// # Errors
/// What the server failed with.
pub async fn serve(
    database: Database,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    dynoxide::server::serve_with_shutdown(listener, database, shutdown).await.map_err(io::Error::other)
}
