//! The DynamoDB engine: dynoxide, in process, behind loopback HTTP like the real one.

mod fronted;
pub(crate) mod keys;
#[cfg(test)]
mod tests;
mod trailing;

use std::{collections::HashMap, future::Future, io, path::Path};

use aws_sdk_dynamodb::types::AttributeValue;
use axum::{Router, serve::ListenerExt as _};
use dynoxide::{AttributeValue as Stored, Database, ImportOptions};
use tokio::net::TcpListener;

use crate::recording::recorded;

pub use trailing::TrailingIndex;

/// An engine whose state is in memory, or in the file at `path` and there survives a crash.
///
/// # Errors
/// The engine's error about the file.
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
/// The server's error.
pub async fn serve(
    database: Database,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let (listener, _relay) = recorded(listener).await?;
    dynoxide::server::serve_with_shutdown(listener, database, shutdown).await.map_err(io::Error::other)
}

/// Serves the engine with something in front, such as a check of who calls: nobody reaches the engine past it.
///
/// # Errors
/// The server's error.
pub async fn serve_behind(
    front: impl FnOnce(Router) -> Router,
    database: Database,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let (listener, _relay) = recorded(listener).await?;
    let listener = listener.tap_io(|connection| {
        // Failing to set it only costs time: small answers would wait for a delayed acknowledgement.
        let _ = connection.set_nodelay(true);
    });
    axum::serve(listener, front(fronted::router(database))).with_graceful_shutdown(shutdown).await
}

/// Stores items in a table, past the API.
///
/// # Errors
/// The engine's error about them, or an attribute that is no string, number or boolean.
pub(crate) fn import(
    database: &Database,
    table: &str,
    items: impl IntoIterator<Item = HashMap<String, AttributeValue>>,
) -> io::Result<()> {
    let items = items.into_iter().map(|item| item.into_iter().map(stored).collect()).collect::<io::Result<Vec<_>>>()?;
    let imported = database.import_items(table, items, ImportOptions::default());
    imported.map(drop).map_err(|error| io::Error::other(error.to_string()))
}

fn stored((name, value): (String, AttributeValue)) -> io::Result<(String, Stored)> {
    let value = match value {
        AttributeValue::S(text) => Stored::S(text),
        AttributeValue::N(digits) => Stored::N(digits),
        AttributeValue::Bool(is) => Stored::BOOL(is),
        _ => return Err(io::Error::other(format!("{name} is no string, number or boolean"))),
    };
    Ok((name, value))
}
