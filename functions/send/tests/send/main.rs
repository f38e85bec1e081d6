//! `POST /v1/send` as callers see it: the real handler behind the gateway, a real DynamoDB engine, an SES that records.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed, in its helpers too")]

mod accepted;
mod attributed;
mod budget;
mod contacts;
mod failed;
mod fault_sweep;
mod faults;
mod incomplete;
mod injected;
mod language;
mod late;
mod limited;
mod logged;
mod mailed_headers;
mod payload_limits;
mod permissions;
mod raced;
mod recipient_fields;
mod refused;
mod replayed;
mod support;
mod suppressed;
mod taken_over;
mod template_limits;
