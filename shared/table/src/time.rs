//! Moments as items hold them: RFC 3339 in UTC with three fractional digits, so that texts sort as moments do
//! (`10:30:00Z` sorts after `10:30:00.5Z`). Fewer digits are read too: an earlier version left zeros out.

use serde::{Serialize as _, Serializer};

use crate::Timestamp;

/// True if an attribute, of an item or of a map in one, holds a moment by its name.
pub(crate) fn is_moment(attribute: &str) -> bool {
    attribute == "at" || attribute.ends_with("_at") || attribute.ends_with("_until")
}

/// The text of a moment.
pub(crate) fn text(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// Serializes a field that is a moment, for `serialize_with`.
pub(crate) fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{at:.3}"))
}

/// Serializes a field that may be a moment, for `serialize_with`.
#[expect(clippy::ref_option, reason = "serde hands over a reference to the field")]
pub(crate) fn serialize_optional<S: Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    at.map(text).serialize(serializer)
}
