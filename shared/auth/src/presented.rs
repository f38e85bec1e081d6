//! The key that a request presents: read from `Authorization`, not yet looked up.

use std::fmt;

use posthorn_errors::{Code, Failure, Result};
use posthorn_routes::RequiredKey;
use posthorn_table::api_key::KeyClass;

use crate::{KeyDigest, key};

/// A key of the right class and form. Only its digest is kept.
pub struct PresentedKey {
    class: KeyClass,
    digest: KeyDigest,
}

impl PresentedKey {
    /// Reads the header's value (`None` if there is no header) for a route that takes `required`.
    ///
    /// # Errors
    /// `MISSING_AUTH` for anything but `Bearer <key>`; `INVALID_API_KEY` for a key of the wrong class, judged by
    /// its prefix alone, or one that cannot be ours. Neither needs a read.
    pub fn read(header: Option<&[u8]>, required: RequiredKey) -> Result<Self> {
        let key = header.and_then(bearer).ok_or_else(|| Failure::new(Code::MissingAuth))?;
        let class = key::class_of(key).ok_or(Code::InvalidApiKey)?;
        if required == RequiredKey::Secret && class == KeyClass::Public {
            return Err(wrong_class());
        }
        if !key::is_well_formed(key) {
            return Err(Code::InvalidApiKey.into());
        }
        Ok(Self { class, digest: KeyDigest::of(key) })
    }

    /// The class that the prefix names.
    #[must_use]
    pub fn class(&self) -> KeyClass {
        self.class
    }

    /// The digest to look up.
    #[must_use]
    pub fn digest(&self) -> &KeyDigest {
        &self.digest
    }
}

impl fmt::Debug for PresentedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PresentedKey").field("class", &self.class).finish_non_exhaustive()
    }
}

/// The one text of the published documentation for a public key where a secret one is needed.
fn wrong_class() -> Failure {
    Failure::new(Code::InvalidApiKey)
        .message("Invalid secret API key. This endpoint requires a secret key (sk_*), not a public key.")
}

/// The key of `Bearer <key>` (RFC 7235: any case, any run of spaces or tabs).
fn bearer(header: &[u8]) -> Option<&str> {
    let blank = |c: char| c == ' ' || c == '\t';
    let (scheme, rest) = std::str::from_utf8(header).ok()?.trim_matches(blank).split_once(blank)?;
    let key = rest.trim_start_matches(blank);
    (scheme.eq_ignore_ascii_case("bearer") && !key.is_empty() && !key.contains(blank)).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PlainKey;

    fn minted(class: KeyClass) -> PlainKey {
        let mut next = 0_u8;
        PlainKey::mint(class, &mut |buffer: &mut [u8]| {
            for byte in buffer {
                next = next.wrapping_add(11);
                *byte = next;
            }
        })
    }

    #[test]
    fn the_scheme_may_be_written_in_any_way() {
        let secret = minted(KeyClass::Secret);
        for header in ["Bearer KEY", "bearer KEY", "BEARER \t KEY", "  Bearer\tKEY \t"] {
            let header = header.replace("KEY", secret.expose());
            let presented = PresentedKey::read(Some(header.as_bytes()), RequiredKey::Secret).unwrap();
            assert_eq!(presented.digest(), &secret.digest());
        }
    }

    #[test]
    fn anything_else_is_a_missing_header() {
        let headers: [&[u8]; 9] =
            [b"", b" ", b"Bearer", b"Bearer ", b"Basic c2s6", b"sk_abc", b"Bearer a b", b"Bearer\na", b"Bearer \xff"];
        for header in headers {
            let failure = PresentedKey::read(Some(header), RequiredKey::Any).unwrap_err();
            assert_eq!(failure.code(), Code::MissingAuth, "{header:?}");
        }
        assert_eq!(PresentedKey::read(None, RequiredKey::Any).unwrap_err().code(), Code::MissingAuth);
    }

    #[test]
    fn the_class_is_judged_by_the_prefix_alone() {
        let failure = PresentedKey::read(Some(b"Bearer pk_nonsense"), RequiredKey::Secret).unwrap_err();
        assert_eq!(failure.code(), Code::InvalidApiKey);
        assert!(failure.text().starts_with("Invalid secret API key."));
        let failure = PresentedKey::read(Some(b"Bearer sk_nonsense"), RequiredKey::Secret).unwrap_err();
        assert!(failure.text().starts_with("Invalid API key."));
    }

    #[test]
    fn both_classes_may_track() {
        for class in [KeyClass::Secret, KeyClass::Public] {
            let header = format!("Bearer {}", minted(class).expose());
            assert_eq!(PresentedKey::read(Some(header.as_bytes()), RequiredKey::Any).unwrap().class(), class);
        }
    }
}
