//! The parts of a mail.

/// The part of a mail that a template is for: it decides about escaping, line breaks and size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailPart {
    /// A subject line of at most 8 KB: nothing is escaped, and no control character survives.
    Subject,
    /// An HTML body: values are escaped.
    Html,
    /// A plain-text body: nothing is escaped.
    Text,
}
