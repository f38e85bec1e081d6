//! The templates of a mail, and the texts that they are for one recipient.
//!
//! A contact's data can come from anybody with a public key, so it must not keep a mail from going out. If the templates exceed a
//! limit with it, they are rendered with the mail's data alone: with the contact's state, or else, since a public key can change
//! that too, as for somebody of whom nothing is known. If they exceed a limit with that too, the recipient gets nothing. Nor may the
//! contacts of a few recipients take the time of the others: after some failures, only renderings with contacts' data that are
//! over quickly are tried.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use posthorn_liquid::{MailPart, Template, Variables};
use posthorn_mail::address::Address;
use posthorn_table::contact::Contact;

use crate::{
    background,
    render_failures::RenderFailures,
    variables::{KnownContact, MailVariables},
};

/// The renderings with contacts' data that may exceed a limit in one mail. Each takes up to 100 ms of a whole processor.
const MAX_FAILURES: u32 = 4;

/// The templates of a mail, parsed once for all recipients.
pub struct Templates {
    subject: Template,
    body: Template,
    text: Option<Template>,
    /// The renderings with contacts' data that exceeded a limit.
    failures: AtomicU32,
}

/// The texts of a mail for one recipient.
pub(crate) struct Texts {
    pub subject: String,
    pub html: String,
    /// `None` where the mail has no template of a plain text.
    pub text: Option<String>,
}

impl Templates {
    /// Reads the templates of subject, HTML and plain text; without the last, the text is derived from the HTML. Each that is
    /// not Liquid is logged by its place: its text can be a mail's.
    ///
    /// # Errors
    /// [`RenderFailures`] with every field that can have no text, whatever the data.
    pub fn parse(subject: &str, body: &str, text: Option<&str>) -> Result<Arc<Self>, RenderFailures> {
        let templates = Self {
            subject: Template::parse(subject, MailPart::Subject),
            body: Template::parse(body, MailPart::Html),
            text: text.map(|text| Template::parse(text, MailPart::Text)),
            failures: AtomicU32::new(0),
        };
        let failures = RenderFailures {
            subject: templates.subject.check().err(),
            body: templates.body.check().err(),
            text: templates.text.as_ref().and_then(|text| text.check().err()),
        };
        if failures != RenderFailures::default() {
            return Err(failures);
        }
        templates.warn_of_plain_templates();
        Ok(Arc::new(templates))
    }

    fn warn_of_plain_templates(&self) {
        let parts = [("subject", Some(&self.subject)), ("html", Some(&self.body)), ("text", self.text.as_ref())];
        for (part, template) in parts {
            if let Some((line, column)) = template.and_then(Template::syntax_error_position) {
                tracing::warn!(part, line, column, "a template is not Liquid and goes out with plain replacement");
            }
        }
    }

    /// The texts with the contact's data and the mail's over it, or else with the mail's data and the contact's state, or
    /// else with the mail's data alone.
    pub(crate) async fn render(
        self: &Arc<Self>,
        variables: &MailVariables<'_>,
        to: &Address,
        contact: &Contact,
    ) -> Result<Texts, RenderFailures> {
        let known = [KnownContact::Everything(contact), KnownContact::State(contact), KnownContact::Nothing];
        self.first_texts(variables, to, &known).await
    }

    /// The first texts that are within the limits, or the mistakes of the last.
    pub(crate) async fn first_texts(
        self: &Arc<Self>,
        variables: &MailVariables<'_>,
        to: &Address,
        known: &[KnownContact<'_>],
    ) -> Result<Texts, RenderFailures> {
        let mut last = RenderFailures::default();
        for known in known {
            let may_take_long =
                matches!(known, KnownContact::Nothing) || self.failures.load(Ordering::Relaxed) < MAX_FAILURES;
            match self.texts(variables.for_recipient(to, *known), may_take_long).await {
                Ok(texts) => return Ok(texts),
                Err(failures) => last = failures,
            }
        }
        Err(last)
    }

    /// The texts, rendered in the background if that takes long. Without `may_take_long` there are none then.
    async fn texts(self: &Arc<Self>, variables: Variables, may_take_long: bool) -> Result<Texts, RenderFailures> {
        if let Some(texts) = self.quick_texts(&variables) {
            return Ok(texts);
        }
        if !may_take_long {
            return Err(RenderFailures::default());
        }
        let templates = Arc::clone(self);
        let texts = background::run(move || templates.all_texts(&variables)).await;
        texts.inspect_err(|failures| {
            if self.failures.fetch_add(1, Ordering::Relaxed) == 0 {
                log_failures(failures);
            }
        })
    }

    fn quick_texts(&self, variables: &Variables) -> Option<Texts> {
        let subject = self.subject.render_quickly(variables)?;
        let html = self.body.render_quickly(variables)?;
        let text = match &self.text {
            Some(text) => Some(text.render_quickly(variables)?),
            None => None,
        };
        Some(Texts { subject, html, text })
    }

    /// The texts, or the mistake of the first field that has none: the others are not rendered for nothing.
    fn all_texts(&self, variables: &Variables) -> Result<Texts, RenderFailures> {
        let none = RenderFailures::default();
        let subject = self.subject.render(variables);
        let subject = subject.map_err(|error| RenderFailures { subject: Some(error), ..none })?;
        let html = self.body.render(variables).map_err(|error| RenderFailures { body: Some(error), ..none })?;
        let text = self.text.as_ref().map(|text| text.render(variables)).transpose();
        let text = text.map_err(|error| RenderFailures { text: Some(error), ..none })?;
        Ok(Texts { subject, html, text })
    }
}

fn log_failures(failures: &RenderFailures) {
    let RenderFailures { subject, body, text } = failures;
    for (part, error) in [("subject", subject), ("html", body), ("text", text)] {
        if let Some(error) = error {
            tracing::warn!(part, error = %error, "a template has no text for this data");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use posthorn_table::Timestamp;
    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn the_time_is_noticed_while_templates_are_rendered() {
        let endless = "{% for i in (1..20000000) %}{% endfor %}";
        for (subject, body, text) in [(endless, "", None), ("", endless, None), ("", "", Some(endless))] {
            let templates = Templates::parse(subject, body, text).unwrap();
            let variables = Variables::new(Timestamp::UNIX_EPOCH);
            let texts = templates.texts(variables.clone(), true);
            assert!(timeout(Duration::from_millis(1), texts).await.is_err());
            assert!(templates.texts(variables, true).await.is_err());
        }
    }

    #[tokio::test]
    async fn contacts_take_no_more_time_than_a_few_renderings() {
        let body = "{% for i in items %}{% for j in (1..30) %}x{% endfor %}{% endfor %}Hi {{ name }}";
        let templates = Templates::parse("Hi", body, None).unwrap();
        let mut filled = Variables::new(Timestamp::UNIX_EPOCH);
        filled.insert("items", serde_json::json!(vec![1; 8_000]));
        for attempt in 1..=10_u32 {
            let may_take_long = templates.failures.load(Ordering::Relaxed) < MAX_FAILURES;
            assert!(templates.texts(filled.clone(), may_take_long).await.is_err());
            assert_eq!(templates.failures.load(Ordering::Relaxed), attempt.min(MAX_FAILURES));
        }
        let mut named = Variables::new(Timestamp::UNIX_EPOCH);
        named.insert("name", "Bob");
        let texts = templates.texts(named, false).await;
        assert_eq!(texts.map(|texts| texts.html).unwrap_or_default(), "Hi Bob");
    }
}
