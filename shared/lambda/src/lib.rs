//! What every function needs to be a Lambda: configuration, the edge to clock and randomness, HTTP, telemetry.
//! No domain noun lives here.

pub mod aws;
pub mod config;
pub mod edge;
pub mod http;
pub mod routes;
pub mod serve;
pub mod telemetry;

pub use edge::Edge;
