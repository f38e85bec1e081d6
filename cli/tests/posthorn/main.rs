//! The program itself, as an operator runs it, against the engine, SES, SNS and SQS endpoints in process.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

mod aws;
mod domains;
mod gate;
mod hostile_text;
mod keys;
mod output;
mod project_deletion;
mod projects;
mod refused;
mod serve;
mod status;
mod support;
mod table_upgrade;
mod templates;
mod test_mail;
#[cfg(unix)]
mod untrusted_state;
