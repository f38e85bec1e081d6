//! The program itself, as an operator runs it, against the engine, SES, SNS and SQS endpoints in process.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

mod aws;
mod deleted;
mod domains;
mod gate;
mod hostile_text;
mod keys;
mod printed;
mod projects;
mod refused;
mod sent;
mod serve;
mod status;
mod support;
mod templates;
#[cfg(unix)]
mod untrusted_state;
mod upgraded;
