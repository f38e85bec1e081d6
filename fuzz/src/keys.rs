//! The `Authorization` header and keys.

use posthorn_auth::{KeyClass, KeyDigest, NewProject, PlainKey, PresentedKey, import, new_project};
use posthorn_errors::Code;
use posthorn_routes::RequiredKey;
use posthorn_table::Timestamp;

const LENGTHS: [usize; 3] = [49, 51, 67];

/// Takes any bytes as the header's value. If it is accepted, the key is the one in it, of the class that the route takes, and the
/// same when it is written in the plainest way. If it is refused, it is as missing or invalid, and the refusal does not repeat it.
pub fn authorization(bytes: &[u8]) {
    for required in [RequiredKey::Any, RequiredKey::Secret] {
        match PresentedKey::read(Some(bytes), required) {
            Ok(presented) => check_presented_key(&presented, required, bytes),
            Err(failure) => {
                assert!(matches!(failure.code(), Code::MissingAuth | Code::InvalidApiKey), "{failure}");
                assert!(failure.cause().is_none() && failure.details().is_empty());
            }
        }
    }
}

fn check_presented_key(presented: &PresentedKey, required: RequiredKey, bytes: &[u8]) {
    let header = std::str::from_utf8(bytes).expect("a key that is text");
    let key = header.split([' ', '\t']).rfind(|part| !part.is_empty()).expect("a key");
    assert!(LENGTHS.contains(&key.len()) && key.is_ascii());
    assert_eq!(presented.digest(), &KeyDigest::of(key));
    assert_eq!(presented.class() == KeyClass::Secret, key.starts_with("sk_"));
    assert!(required == RequiredKey::Any || presented.class() == KeyClass::Secret);
    let plain = PresentedKey::read(Some(format!("Bearer {key}").as_bytes()), required).expect("the same key");
    assert_eq!(plain.digest(), presented.digest());
    assert!(!format!("{presented:?} {:?}", presented.digest()).contains(key));
}

/// Takes any bytes as the system's randomness: the key minted from them is one of ours, and no other that differs in one character
/// is. It takes them as a key of Plunk to import too, which is accepted if, and only if, it is read as a key without a checksum.
pub fn key(bytes: &[u8]) {
    let class = if bytes.first().is_some_and(|byte| byte % 2 == 0) { KeyClass::Secret } else { KeyClass::Public };
    let key = PlainKey::mint(class, &mut randomness(bytes));
    assert_eq!(digest_of(key.expose()), Some(key.digest()));
    assert!(!format!("{key:?}").contains(key.expose()));
    if let [at, other, ..] = bytes {
        let at = usize::from(*at) % key.expose().len();
        let mut changed = key.expose().as_bytes().to_vec();
        changed[at] = *other;
        let is_same = changed == key.expose().as_bytes();
        let presented = String::from_utf8(changed).ok().and_then(|changed| digest_of(&changed));
        assert!(is_same || presented.is_none(), "a key with a wrong character was taken");
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        check_import(text, &mut randomness(bytes));
    }
}

fn check_import(text: &str, fill: &mut dyn FnMut(&mut [u8])) {
    let new = NewProject { name: "Acme".to_owned(), domains: Vec::new(), default_sender: None, monthly_limit: None };
    let (project, _keys) = new_project(new, Timestamp::UNIX_EPOCH, fill).expect("a project");
    let imported = import(&project, text, Timestamp::UNIX_EPOCH);
    let is_bare = !text.contains([' ', '\t']);
    let is_read = is_bare && digest_of(text).is_some() && text.len() != LENGTHS[0];
    assert_eq!(imported.is_ok(), is_read);
    if let Ok(next) = imported {
        assert!(next.keys.iter().any(|key| key.digest == KeyDigest::of(text).as_str()));
        assert!(!format!("{next:?}").contains(text), "a project that holds the key itself");
    }
}

/// The digest under which a key would be looked up.
fn digest_of(key: &str) -> Option<KeyDigest> {
    let header = format!("Bearer {key}");
    PresentedKey::read(Some(header.as_bytes()), RequiredKey::Any).ok().map(|presented| presented.digest().clone())
}

/// Randomness that repeats the bytes, shifted each time, so that short inputs do not run out.
fn randomness(bytes: &[u8]) -> impl FnMut(&mut [u8]) {
    let mut next = 0_usize;
    move |buffer| {
        for byte in buffer {
            let given = bytes.get(next % bytes.len().max(1)).copied().unwrap_or_default();
            *byte = given.wrapping_add(u8::try_from(next % 251).unwrap_or_default());
            next += 1;
        }
    }
}
