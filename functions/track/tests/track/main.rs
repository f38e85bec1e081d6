//! `POST /v1/track` and `POST /v1` as callers see them: the real handler behind the gateway, a real DynamoDB engine.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

mod accepted;
mod attributed;
mod budget;
mod data;
mod events;
mod failed;
mod faults;
mod hostile;
mod payload_limits;
mod permissions;
mod raced;
mod refused;
mod replayed;
mod routes;
mod subscribed;
mod support;
mod taken_over;
