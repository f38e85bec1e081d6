//! The rules of `EmailTags` (SES v2 API reference, `MessageTag`). Beyond the reference, SES takes `.` and `@` in values.

use super::exception::Exception;
use super::request::Pair;

/// The most tags a message may carry.
const MAX_COUNT: usize = 50;
/// The longest name and the longest value, in characters.
const MAX_LENGTH: usize = 256;

/// Checks a message's tags.
///
/// # Errors
///
/// `BadRequestException` for the first rule broken.
pub(super) fn check(tags: &[Pair]) -> Result<(), Exception> {
    if tags.len() > MAX_COUNT {
        return Err(Exception::bad_request("Number of message tags exceeds the maximum of 50."));
    }
    tags.iter().try_for_each(|tag| {
        check_part("name", &tag.name, "_-", "'_', and '-'")?;
        check_part("value", &tag.value, "_-.@", "'_',  '-' , '.', '@'")
    })
}

fn check_part(part: &str, text: &str, marks: &str, spelt: &str) -> Result<(), Exception> {
    if text.is_empty() || text.len() > MAX_LENGTH {
        return Err(Exception::bad_request(format!("Tag {part} must be 1 to 256 characters.")));
    }
    if !text.chars().all(|c| c.is_ascii_alphanumeric() || marks.contains(c)) {
        let message = format!("Invalid tag {part} <{text}>: only alphanumeric ASCII characters, {spelt} are allowed.");
        return Err(Exception::bad_request(message));
    }
    Ok(())
}
