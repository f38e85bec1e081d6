//! `POST /users/@me/projects/{id}/regenerate-keys` as callers see it: the real handler behind the gateway, a real
//! DynamoDB engine, an alerts topic that records.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

mod accepted;
mod alerts_topic;
mod announcements;
mod budget;
mod events;
mod faults;
mod grace;
mod log_attribution;
mod permissions;
mod raced;
mod refused;
mod support;
mod table_outage;
