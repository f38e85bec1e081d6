//! `POST /v1/track` and `POST /v1` as callers see them: the real handler behind the gateway, a real DynamoDB engine.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

mod accepted;
mod budget;
mod crash_recovery;
mod data;
mod events;
mod faults;
mod hostile_callers;
mod log_attribution;
mod payload_limits;
mod permissions;
mod raced;
mod refused;
mod replayed;
mod routes;
mod subscriptions;
mod support;
mod table_outage;
