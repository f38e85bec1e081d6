//! `POST /v1/send` as callers see it: the real handler behind the gateway, a real DynamoDB engine, an SES that records.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed, in its helpers too")]

mod accepted;
mod backend_faults;
mod budget;
mod contacts;
mod crash_recovery;
mod deadlines;
mod fault_sweep;
mod faults;
mod header_injection;
mod incomplete_answers;
mod language;
mod log_attribution;
mod mailed_headers;
mod monthly_limit;
mod payload_limits;
mod permissions;
mod raced;
mod recipient_fields;
mod refused;
mod replayed;
mod support;
mod suppression;
mod template_limits;
mod template_logs;
