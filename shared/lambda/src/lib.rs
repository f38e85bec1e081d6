//! The Lambda side of every function: configuration, clock and randomness, HTTP, telemetry.
//! No domain noun lives here.

pub mod aws;
pub mod config;
pub mod env;
pub mod http;
pub mod serve;
pub mod telemetry;

pub use env::Env;
