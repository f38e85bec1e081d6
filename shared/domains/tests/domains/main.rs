//! Domains against the engine and an SES endpoint in process.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

mod addition;
mod refused;
mod removal;
mod stack;
