//! `Publish` and the checks that SNS makes before it takes a message (SNS API reference, `Publish`).

use serde::Deserialize;

use super::error::ErrorResponse;

/// The version that every request of this API names.
const VERSION: &str = "2010-03-31";
/// The longest message, in bytes: 256 KB.
const MAX_MESSAGE: usize = 256 * 1024;
/// The longest subject, in characters.
const MAX_SUBJECT: usize = 100;
/// The longest topic name, in characters.
const MAX_TOPIC: usize = 256;

/// A request's form, as far as this endpoint reads it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Publish {
    action: Option<String>,
    version: Option<String>,
    topic_arn: Option<String>,
    subject: Option<String>,
    message: Option<String>,
}

impl Publish {
    /// The operation that it asks for, of this version of the API.
    pub(super) fn action(&self) -> Option<&str> {
        self.action.as_deref().filter(|_| self.version.as_deref() == Some(VERSION))
    }

    /// The topic that it names.
    ///
    /// # Errors
    ///
    /// `InvalidParameter` for a text that is no topic's ARN.
    pub(super) fn topic(self) -> Result<String, ErrorResponse> {
        self.topic_arn.filter(|arn| is_topic(arn)).ok_or_else(|| ErrorResponse::invalid("TopicArn"))
    }

    /// The topic, the subject and the message, checked.
    ///
    /// # Errors
    ///
    /// `InvalidParameter` for the first rule broken.
    pub(super) fn check(self) -> Result<(String, Option<String>, String), ErrorResponse> {
        let topic = self.topic_arn.filter(|arn| is_topic(arn)).ok_or_else(|| ErrorResponse::invalid("TopicArn"))?;
        if self.subject.as_deref().is_some_and(|subject| !is_subject(subject)) {
            return Err(ErrorResponse::invalid("Subject"));
        }
        let message = self.message.filter(|message| !message.is_empty());
        let message = message.ok_or_else(|| ErrorResponse::invalid("Empty message"))?;
        if message.len() > MAX_MESSAGE {
            return Err(ErrorResponse::invalid("Message too long"));
        }
        Ok((topic, self.subject, message))
    }
}

/// `arn:<partition>:sns:<region>:<account>:<name>`, the name of letters, digits, hyphens and underscores; a FIFO topic's
/// ends in `.fifo`.
fn is_topic(arn: &str) -> bool {
    let parts: Vec<_> = arn.split(':').collect();
    let &["arn", partition, "sns", region, account, name] = parts.as_slice() else { return false };
    let name = name.strip_suffix(".fifo").unwrap_or(name);
    let is_word = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    partition.starts_with("aws")
        && !region.is_empty()
        && [partition, region, name].into_iter().all(is_word)
        && account.len() == 12
        && account.bytes().all(|byte| byte.is_ascii_digit())
        && (1..=MAX_TOPIC).contains(&name.len())
}

fn is_subject(subject: &str) -> bool {
    (1..=MAX_SUBJECT).contains(&subject.len()) && subject.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_sns_topic_is_a_topic() {
        for arn in [
            "arn:aws:sns:us-east-1:000000000000:alerts",
            "arn:aws-cn:sns:cn-north-1:123456789012:Alerts_1",
            "arn:aws:sns:us-east-1:000000000000:alerts.fifo",
        ] {
            assert!(is_topic(arn), "{arn}");
        }
        for arn in [
            "",
            "alerts",
            "arn:aws:sqs:us-east-1:000000000000:alerts",
            "arn:aws:sns::000000000000:alerts",
            "arn:aws:sns:us-east-1:0000:alerts",
            "arn:aws:sns:us-east-1:000000000000:",
            "arn:aws:sns:us-east-1:000000000000:al erts",
            "arn:aws:sns:us-east-1:000000000000:alerts:0b7f8a4e-subscription",
        ] {
            assert!(!is_topic(arn), "{arn}");
        }
    }
}
