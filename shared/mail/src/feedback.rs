//! The events that SES reports for a mail after it accepted it: bounces, complaints, deliveries, opens.
//!
//! SES writes events in two dialects. Event publishing, which a configuration set turns on, has `eventType` and the tags of the
//! mail (developer guide, "Contents of event data that Amazon SES publishes to Amazon SNS"). The older notifications of an identity
//! have `notificationType` and no tags ("Amazon SNS notification contents for Amazon SES"). Fields and types that neither page
//! documents are never errors, since AWS reserves the right to add them.

mod document;
mod event;

use document::Document;
pub use event::{Bounce, BounceKind, Complaint, ComplaintKind, EventError, EventKind, Origin, Report, SesEvent};

/// The bare text that SES publishes to a topic that becomes an event destination.
const TOPIC_VALIDATED: &str = "Successfully validated SNS topic for Amazon SES event publishing.";
/// Reads one event in either dialect: the text that SES published, without its SNS envelope.
///
/// # Errors
/// [`EventError`] if the text is no event of SES, or lacks a part that its type needs.
pub fn parse(text: &str) -> Result<SesEvent, EventError> {
    if text.trim() == TOPIC_VALIDATED {
        let kind = EventKind::Other("Topic validated".to_owned());
        return Ok(SesEvent { kind, message_id: String::new(), origin: Origin::TopicValidation });
    }
    let document = Document::read(text)?;
    Ok(SesEvent { kind: document.kind()?, message_id: document.message_id(), origin: document.origin()? })
}

#[cfg(test)]
mod tests;
