//! The size of a message while it is under way.

use posthorn_mail::attachment::Attachment;

/// The approximate number of kilobytes of messages in memory at once.
pub(crate) const MAX_KILOBYTES: usize = 24 * KILOBYTE;
const KILOBYTE: usize = 1024;

/// A message, rendered for one recipient.
pub(crate) struct Rendered {
    pub(crate) subject: String,
    pub(crate) html: String,
    pub(crate) text: String,
}

impl Rendered {
    /// The approximate number of kilobytes that the message takes, at most [`MAX_KILOBYTES`]: its attachments, and the JSON of all
    /// that for SES, whose buffer doubles while it grows.
    pub(crate) fn kilobytes(&self, attachments: &[Attachment]) -> u32 {
        let attached: usize = attachments.iter().map(|attachment| attachment.content.len()).sum();
        let json = in_json(&self.html) + in_json(&self.text) + attached.div_ceil(3) * 4;
        let bytes = self.html.len() + self.text.len() + 2 * json;
        u32::try_from((bytes / KILOBYTE).min(MAX_KILOBYTES)).unwrap_or(u32::MAX)
    }
}

/// The bytes of a text in JSON. It has no control characters but these.
fn in_json(text: &str) -> usize {
    text.len() + text.bytes().filter(|byte| matches!(byte, b'"' | b'\\' | b'\n' | b'\r' | b'\t')).count()
}
