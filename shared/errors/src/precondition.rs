//! Versions as entity tags, and the headers `If-Match` and `If-None-Match` (RFC 9110, sections 8.8.3, 13.1.1 and 13.1.2).

use crate::{Code, Failure, Result};

/// The versions of a resource that a change is for, as `If-Match` names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IfMatch {
    /// Any version: there is no such header, or it is `*`.
    AnyVersion,
    /// A version with one of these strong entity tags, quotes included.
    OneOf(Vec<Vec<u8>>),
}

/// The entity tag of a version of a resource, as `ETag` gives it.
#[must_use]
pub fn entity_tag(version: u64) -> String {
    format!("\"{version}\"")
}

impl IfMatch {
    /// Reads the values of every `If-Match` header of a request. A weak tag, and one that is not ours, is no version's.
    ///
    /// # Errors
    /// `BAD_REQUEST` if they are no list of entity tags.
    pub fn read<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Result<Self> {
        let mut values = values.into_iter().peekable();
        if values.peek().is_none() {
            return Ok(Self::AnyVersion);
        }
        // Several headers are one list.
        let list = values.collect::<Vec<_>>().join(&b',');
        if list.trim_ascii() == b"*" {
            return Ok(Self::AnyVersion);
        }
        let tags = entity_tags(&list).ok_or_else(malformed)?;
        Ok(Self::OneOf(tags.into_iter().filter(|tag| !tag.is_weak).map(|tag| tag.quoted).collect()))
    }

    /// True if the change is for this version.
    #[must_use]
    pub fn admits(&self, version: u64) -> bool {
        match self {
            Self::AnyVersion => true,
            Self::OneOf(tags) => tags.iter().any(|tag| tag == entity_tag(version).as_bytes()),
        }
    }
}

/// True if the caller has this version of a resource, as `If-None-Match` says it: by any of its tags, compared weakly, or `*`.
/// Values that are no list of entity tags say nothing.
pub fn has_version<'a>(values: impl IntoIterator<Item = &'a [u8]>, version: u64) -> bool {
    let list = values.into_iter().collect::<Vec<_>>().join(&b',');
    let tag = entity_tag(version);
    list.trim_ascii() == b"*"
        || entity_tags(&list).is_some_and(|tags| tags.iter().any(|listed| listed.quoted == tag.as_bytes()))
}

fn malformed() -> Failure {
    Failure::new(Code::BadRequest)
        .message("The If-Match header must be * or a list of entity tags in double quotes.")
        .suggestion("Send the ETag header of the answer that you read, as it came.")
}

/// An entity tag of a list.
struct EntityTag {
    is_weak: bool,
    /// The tag with its quotes.
    quoted: Vec<u8>,
}

/// The entity tags of a list; `None` if it is no such list.
fn entity_tags(list: &[u8]) -> Option<Vec<EntityTag>> {
    // Quotes end in turn a separator and a tag, so the parts are separators and tags in turn.
    let parts: Vec<_> = list.split(|byte| *byte == b'"').collect();
    let (end, pairs) = parts.split_last()?;
    if pairs.is_empty() || !pairs.len().is_multiple_of(2) || !is_blank_or_comma(end) {
        return None;
    }
    let mut tags = Vec::new();
    for (index, pair) in pairs.chunks_exact(2).enumerate() {
        let [before, opaque] = pair else { return None };
        let (separator, is_weak) = before.strip_suffix(b"W/").map_or((*before, false), |separator| (separator, true));
        let is_separated = index == 0 || separator.contains(&b',');
        if !is_separated || !is_blank_or_comma(separator) || opaque.iter().any(|byte| is_no_tag_character(*byte)) {
            return None;
        }
        tags.push(EntityTag { is_weak, quoted: [b"\"", *opaque, b"\""].concat() });
    }
    Some(tags)
}

fn is_blank_or_comma(separator: &[u8]) -> bool {
    separator.iter().all(|byte| matches!(byte, b' ' | b'\t' | b','))
}

fn is_no_tag_character(byte: u8) -> bool {
    byte <= b' ' || byte == 0x7f
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The versions of 1 to 9 that the header's values admit, or `None` if they are refused.
    fn admitted(values: &[&str]) -> Option<Vec<u64>> {
        let condition = IfMatch::read(values.iter().map(|value| value.as_bytes())).ok()?;
        Some((1..10).filter(|version| condition.admits(*version)).collect())
    }

    #[test]
    fn a_change_is_for_the_versions_that_the_header_names() {
        let every = (1..10).collect::<Vec<u64>>();
        for (values, expected) in [
            (&[][..], every.clone()),
            (&["*"], every.clone()),
            (&[" * "], every),
            (&["\"7\""], vec![7]),
            (&["\"7\",\"8\" , \"9\""], vec![7, 8, 9]),
            (&["\"7\"", "\"8\""], vec![7, 8]),
            (&[",\"7\",, "], vec![7]),
            (&["W/\"7\""], vec![]),
            (&["W/\"7\", \"8\", W/\"9\""], vec![8]),
            (&["\"\", \"07\", \"+7\", \"a,7\", \"x\""], vec![]),
        ] {
            assert_eq!(admitted(values), Some(expected), "{values:?}");
        }
    }

    #[test]
    fn the_caller_has_the_versions_that_if_none_match_names() {
        for (values, expected) in [
            (&[][..], false),
            (&["*"], true),
            (&["\"7\""], true),
            (&["W/\"7\""], true),
            (&["\"6\", W/\"7\""], true),
            (&["\"6\"", "\"7\""], true),
            (&["\"8\""], false),
            (&["7"], false),
            (&["\"7\", *"], false),
            (&[""], false),
        ] {
            assert_eq!(has_version(values.iter().map(|value| value.as_bytes()), 7), expected, "{values:?}");
        }
    }

    #[test]
    fn a_header_that_is_no_list_of_tags_is_refused() {
        for value in
            ["", ",", "7", "\"7", "7\"", "\"7\" \"8\"", "\"7\"x", "w/\"7\"", "W/", "\"7\", *", "\"a b\"", "*, *"]
        {
            let failure = IfMatch::read([value.as_bytes()]).unwrap_err();
            assert_eq!(failure.code(), Code::BadRequest, "{value}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(values in any::<Vec<Vec<u8>>>()) {
            let _ = IfMatch::read(values.iter().map(Vec::as_slice));
        }

        #[test]
        fn a_version_is_admitted_by_its_own_tag_alone(version in any::<u64>(), other in any::<u64>()) {
            let condition = IfMatch::read([entity_tag(version).as_bytes()]).unwrap();
            prop_assert!(condition.admits(version));
            prop_assert_eq!(condition.admits(other), version == other);
        }
    }
}
