//! A mail that SES accepted.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A mail that the endpoint accepted, field by field as the caller gave it.
///
/// Addresses are the strings of the request (`a@x.com` or `Name <a@x.com>`); their names may be RFC 2047 encoded words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// The id in the caller's answer, in SES's shape: `0100` and twelve hexadecimal digits of milliseconds, a UUID, `000000`,
    /// joined by hyphens.
    pub message_id: String,
    /// The time at which it was accepted.
    pub received_at: Timestamp,
    /// The sender, `FromEmailAddress`.
    pub from: String,
    /// `Destination.ToAddresses`.
    pub to: Vec<String>,
    /// `Destination.CcAddresses`.
    pub cc: Vec<String>,
    /// `Destination.BccAddresses`.
    pub bcc: Vec<String>,
    /// `ReplyToAddresses`.
    pub reply_to: Vec<String>,
    /// The subject, decoded; SES itself encodes it.
    pub subject: String,
    /// The HTML body.
    pub html: Option<String>,
    /// The plain-text body.
    pub text: Option<String>,
    /// `Content.Simple.Headers`, name and value, in order.
    pub headers: Vec<(String, String)>,
    /// `Content.Simple.Attachments`, in order.
    pub attachments: Vec<Attachment>,
    /// `EmailTags`, name and value, in order.
    pub tags: Vec<(String, String)>,
    /// `ConfigurationSetName`.
    pub configuration_set: Option<String>,
}

impl Mail {
    /// All recipients: `to`, then `cc`, then `bcc`.
    pub fn recipients(&self) -> impl Iterator<Item = &str> {
        self.to.iter().chain(&self.cc).chain(&self.bcc).map(String::as_str)
    }

    /// The bytes of bodies and attachments, which are about those that the mail takes in memory.
    pub(super) fn size(&self) -> usize {
        let bodies = [&self.html, &self.text].into_iter().flatten().map(String::len).sum::<usize>();
        bodies + self.attachments.iter().map(|attachment| attachment.content.len()).sum::<usize>()
    }
}

/// A file that goes with a mail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// `FileName`, 1 to 255 characters.
    pub filename: String,
    /// `ContentType`, a MIME type of at most 78 characters; SES derives one from the file name where it is absent.
    pub content_type: Option<String>,
    /// `ContentId`, 1 to 78 characters, what `cid:` in the HTML names.
    pub content_id: Option<String>,
    /// `ContentDisposition`: `ATTACHMENT` or `INLINE`; absent means `ATTACHMENT`.
    pub disposition: Option<String>,
    /// `ContentTransferEncoding`: `BASE64`, `QUOTED_PRINTABLE` or `SEVEN_BIT`; absent means `SEVEN_BIT`, so a binary
    /// file needs `BASE64` (SES developer guide, "Working with email attachments").
    pub transfer_encoding: Option<String>,
    /// The bytes, decoded; base64 in JSON.
    #[serde(with = "base64_text")]
    pub content: Vec<u8>,
}

impl Attachment {
    /// True for a file that is shown inside the HTML instead of being offered for download.
    #[must_use]
    pub fn is_inline(&self) -> bool {
        self.disposition.as_deref() == Some("INLINE")
    }
}

mod base64_text {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(content: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64_STANDARD.encode(content))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        BASE64_STANDARD.decode(String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}
