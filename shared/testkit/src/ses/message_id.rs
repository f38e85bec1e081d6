//! Message ids in SES's shape.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use jiff::Timestamp;

/// A new id, such as `0100018f3c5e9a7b-1b2c3d4e-5f60-7182-93a4-b5c6d7e8f901-000000`. Ids sort by their millisecond.
pub(super) fn new(now: Timestamp) -> String {
    let milliseconds = now.as_millisecond().unsigned_abs() & 0xffff_ffff_ffff;
    format!("0100{milliseconds:012x}-{}-000000", uuid())
}

/// A random UUID's text, as SES's request ids are.
pub(super) fn uuid() -> String {
    let (high, low) = (format!("{:016x}", random()), format!("{:016x}", random()));
    format!("{}-{}-{}-{}-{}", &high[..8], &high[8..12], &high[12..], &low[..4], &low[4..])
}

/// Random enough to be unique: the standard library seeds each hasher differently, from the operating system.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}
