//! API keys: the plain one exists only where it is minted, its digest everywhere else.
//!
//! The format is a promise, so that one double-click selects a key and secret scanners can recognise it:
//! `sk_` or `pk_`, 40 base-62 characters of randomness (238 bits), then 6 base-62 digits of CRC-32 (ISO-HDLC)
//! over everything before them, most significant first. 49 characters in all.

use std::fmt;

use posthorn_table::api_key::{KeyClass, short_id};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const RANDOM_CHARACTERS: usize = 40;
const CHECKSUM_DIGITS: usize = 6;
const LENGTH: usize = 3 + RANDOM_CHARACTERS + CHECKSUM_DIGITS;
/// The lengths of Plunk's keys: a prefix and 48 or 64 hex digits.
const PLUNK_LENGTHS: [usize; 2] = [51, 67];

/// The prefix of a class of keys.
pub(crate) const fn prefix(class: KeyClass) -> &'static str {
    match class {
        KeyClass::Secret => "sk_",
        KeyClass::Public => "pk_",
    }
}

/// The class that a key's prefix names.
pub(crate) fn class_of(key: &str) -> Option<KeyClass> {
    [KeyClass::Secret, KeyClass::Public].into_iter().find(|class| key.starts_with(prefix(*class)))
}

/// True if a key has Posthorn's form or Plunk's, which needs no read.
pub(crate) fn is_well_formed(key: &str) -> bool {
    class_of(key).is_some() && (is_ours(key) || is_plunks(key))
}

/// True if a key has Plunk's form: lower-case hex without a checksum.
pub(crate) fn is_plunks(key: &str) -> bool {
    PLUNK_LENGTHS.contains(&key.len()) && key.bytes().skip(3).all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_ours(key: &str) -> bool {
    key.len() == LENGTH
        && key.bytes().skip(3).all(|byte| byte.is_ascii_alphanumeric())
        && key.as_bytes()[LENGTH - CHECKSUM_DIGITS..] == checksum(&key.as_bytes()[..LENGTH - CHECKSUM_DIGITS])
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM_DIGITS] {
    let mut rest = crc32fast::hash(bytes) as usize;
    let mut digits = [b'0'; CHECKSUM_DIGITS];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[rest % 62];
        rest /= 62;
    }
    digits
}

/// A key in plain text. Only the answer that mints it may show it.
pub struct PlainKey {
    class: KeyClass,
    secret: SecretString,
}

impl PlainKey {
    /// Mints a key from `fill`, which fills a buffer with randomness from the operating system.
    #[must_use]
    pub fn mint(class: KeyClass, fill: &mut dyn FnMut(&mut [u8])) -> Self {
        let mut key = String::with_capacity(LENGTH);
        key.push_str(prefix(class));
        while key.len() < 3 + RANDOM_CHARACTERS {
            let mut bytes = [0; 64];
            fill(&mut bytes);
            // 248 is the largest multiple of 62 in a byte: what is above would favour the first characters.
            let fair = bytes.iter().filter(|byte| **byte < 248);
            key.extend(
                fair.take(3 + RANDOM_CHARACTERS - key.len()).map(|byte| char::from(ALPHABET[usize::from(byte % 62)])),
            );
        }
        key.extend(checksum(key.as_bytes()).map(char::from));
        Self { class, secret: key.into() }
    }

    /// The class.
    #[must_use]
    pub fn class(&self) -> KeyClass {
        self.class
    }

    /// The text of the key, for the one response that shows it.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.secret.expose_secret()
    }

    /// The digest under which the key is stored.
    #[must_use]
    pub fn digest(&self) -> KeyDigest {
        KeyDigest::of(self.expose())
    }
}

impl fmt::Debug for PlainKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlainKey(…)")
    }
}

/// The SHA-256 of a whole key in lower-case hex, as the table stores it.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyDigest(String);

impl KeyDigest {
    /// The digest of a key's text.
    #[must_use]
    pub fn of(key: &str) -> Self {
        Self(Sha256::digest(key).iter().fold(String::with_capacity(64), |mut hex, byte| {
            for nibble in [byte >> 4, byte & 15] {
                hex.push(char::from(b"0123456789abcdef"[usize::from(nibble)]));
            }
            hex
        }))
    }

    /// The digest in hex.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the key in logs: see [`short_id`].
    #[must_use]
    pub fn short_id(&self) -> &str {
        short_id(&self.0)
    }
}

impl fmt::Debug for KeyDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyDigest(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn counting() -> impl FnMut(&mut [u8]) {
        let mut next = 0_u8;
        move |buffer| {
            for byte in buffer {
                *byte = next;
                next = next.wrapping_add(7);
            }
        }
    }

    /// Never change these: keys are in the hands of callers, and their digests in the table.
    #[test]
    fn the_format_is_a_promise() {
        let key = PlainKey::mint(KeyClass::Secret, &mut counting());
        assert_eq!(key.expose(), "sk_07ELSZgnu18FMTahov29GNUbipw3AHOVcjqx3AHO1qSFvM");
        assert_eq!(key.digest().as_str(), "0c6396b7fed2d3d161c7e93b00478b9b70c1314d58fa4ddd11f5850b04f4c225");
        assert_eq!(key.digest().short_id(), "0c6396b7");
        assert_eq!(checksum(b"123456789").map(char::from), ['3', 'j', 'Z', 'R', 'M', 'E']);
        assert!(PlainKey::mint(KeyClass::Public, &mut counting()).expose().starts_with("pk_"));
    }

    #[test]
    fn nothing_shows_a_key() {
        let key = PlainKey::mint(KeyClass::Secret, &mut counting());
        assert_eq!(format!("{key:?} {:?}", key.digest()), "PlainKey(…) KeyDigest(…)");
    }

    #[test]
    fn keys_of_plunk_are_well_formed() {
        for length in [48, 64] {
            assert!(is_well_formed(&format!("sk_{}", "0a".repeat(length / 2))));
            assert!(!is_well_formed(&format!("sk_{}", "0A".repeat(length / 2))));
        }
        assert!(!is_well_formed(&format!("pk_{}", "ab".repeat(23))));
        assert!(!is_well_formed(&format!("xk_{}", "ab".repeat(24))));
    }

    proptest! {
        #[test]
        fn a_minted_key_is_well_formed_and_no_neighbour_is(seed: u64, at in 3_usize..49, other in 0_usize..62) {
            let mut state = seed | 1;
            let mut fill = |buffer: &mut [u8]| for byte in buffer {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                *byte = (state >> 56) as u8;
            };
            let key = PlainKey::mint(KeyClass::Public, &mut fill);
            prop_assert_eq!(key.expose().len(), 49);
            prop_assert!(is_well_formed(key.expose()));
            let mut changed = key.expose().as_bytes().to_vec();
            changed[at] = ALPHABET[other];
            let changed = String::from_utf8(changed).unwrap();
            prop_assert_eq!(is_well_formed(&changed), changed == key.expose());
        }

        #[test]
        fn any_text_is_judged_without_a_crash(text in "\\PC{0,80}") {
            prop_assert!(!is_well_formed(&text) || text.len() >= 49);
        }
    }
}
