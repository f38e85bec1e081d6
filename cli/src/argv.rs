//! The arguments as they were given, before they are parsed.

use std::ffi::OsString;

/// Every key is longer (Posthorn's own have 49 characters, Plunk's 51 or 67), so that a key whose end was not copied is found too.
/// Shorter words may begin like a key.
const MIN_KEY_CHARACTERS: usize = 40;

/// True if an argument holds a key. It is refused without being shown or parsed: a parser's error would quote it.
pub(crate) fn has_a_key(arguments: &[OsString]) -> bool {
    arguments.iter().skip(1).any(|argument| {
        let argument = argument.to_string_lossy();
        argument.split('=').next() == Some("--secret-key") || argument.split(|c| "= ,;:\"'".contains(c)).any(is_key)
    })
}

fn is_key(word: &str) -> bool {
    let rest = word.strip_prefix("sk_").or_else(|| word.strip_prefix("pk_"));
    word.len() >= MIN_KEY_CHARACTERS && rest.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_wherever_they_stand_and_names_are_not() {
        let has = |argument: &str| has_a_key(&["posthorn".into(), argument.into()]);
        let key = "sk_07ELSZgnu18FMTahov29GNUbipw3AHOVcjqx3AHO1qSFvM";
        for with in [key.to_owned(), format!("--key={key}"), format!("Bearer {key}"), "--secret-key".to_owned()] {
            assert!(has(&with), "{with}");
        }
        for without in
            ["sk_shop", "sk_", "--name", "posthorn", "sk_a-name-that-is-as-long-as-a-key-but-has-hyphens-in-it"]
        {
            assert!(!has(without), "{without}");
        }
        assert!(!has_a_key(&[key.into()]), "the program's own name is no argument");
    }
}
