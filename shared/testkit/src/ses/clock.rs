//! The clock of the endpoint.

use jiff::Timestamp;

#[expect(clippy::disallowed_methods, reason = "the endpoint stands in for AWS, whose clock is its own")]
pub(super) fn now() -> Timestamp {
    Timestamp::now()
}
