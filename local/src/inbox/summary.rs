//! The summary of a mail for the list, and the id that names the mail.

use jiff::Timestamp;
use posthorn_testkit::ses::Mail;
use serde::{Deserialize, Serialize};

/// An id has so many bytes at most.
const MAX_ID_BYTES: usize = 160;
/// The list shows so many characters of a subject at most.
const MAX_SUBJECT_CHARACTERS: usize = 300;

/// A mail in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MailSummary {
    /// `<timestamp>-<message id>` of digits, letters and hyphens: the name of its files, sorted by time.
    pub(super) id: String,
    pub(super) received_at: Timestamp,
    pub(super) from: String,
    /// The first recipient.
    pub(super) to: String,
    /// The number of other recipients.
    pub(super) others: usize,
    pub(super) subject: String,
    /// The number of attachments.
    pub(super) attachments: usize,
}

impl MailSummary {
    /// The summary of this mail.
    pub(super) fn of(mail: &Mail) -> Self {
        let mut recipients = mail.recipients();
        Self {
            id: id_of(mail),
            received_at: mail.received_at,
            from: mail.from.clone(),
            to: recipients.next().unwrap_or_default().to_owned(),
            others: recipients.count(),
            subject: mail.subject.chars().take(MAX_SUBJECT_CHARACTERS).collect(),
            attachments: mail.attachments.len(),
        }
    }
}

/// True if this can be an id. An id cannot name another folder.
pub(super) fn is_id(text: &str) -> bool {
    (1..=MAX_ID_BYTES).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn id_of(mail: &Mail) -> String {
    let time = mail.received_at.strftime("%Y%m%dT%H%M%S%3fZ");
    let safe = |c: &char| c.is_ascii_alphanumeric() || *c == '-';
    let message_id: String = mail.message_id.chars().filter(safe).take(MAX_ID_BYTES - 32).collect();
    format!("{time}-{message_id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_sorts_by_time_and_is_safe_as_a_file_name() {
        let received_at = "2026-01-02T03:04:05.678912Z".parse().unwrap();
        let mail = Mail { message_id: "../0100\\a/b-000000\0".into(), received_at, ..Mail::default() };
        assert_eq!(id_of(&mail), "20260102T030405678Z-0100ab-000000");
        assert!(is_id(&id_of(&Mail { message_id: "x".repeat(1_000), received_at, ..Mail::default() })));
    }

    #[test]
    fn a_path_is_no_id() {
        for text in ["", "..", "a/b", "a.eml", "a%2fb", "a\0", "ä"] {
            assert!(!is_id(text), "{text}");
        }
    }
}
