//! The templates of a request: their texts for one recipient.
//!
//! A contact's data can come from anybody with a public key, so it must not keep a mail from going out. If the templates exceed a
//! limit over it, they are rendered over the request's data alone: with the contact's state, or else, since a public key can change
//! that too, as for somebody of whom nothing is known. If they exceed a limit over that too, the recipient gets nothing. Nor may the
//! contacts of a few recipients take the time of the others: after some failures, only renderings over contacts' data that are
//! over quickly are tried. A template that exceeds a limit of the language is refused before the table is asked for anything.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use posthorn_errors::Result;
use posthorn_liquid::{MailPart, Template, Variables};
use posthorn_mail::address::Address;
use posthorn_table::contact::Contact;

use tokio::time::timeout_at;

use crate::{
    Draft, Job, background,
    decide::RenderFailures,
    request::Content,
    variables::{Known, RequestVariables},
};

/// The renderings over contacts' data that may exceed a limit in a request. Each takes up to 100 ms of a whole processor.
const MAX_FAILURES: u32 = 4;

/// The templates of a message, parsed once for all recipients.
pub(crate) struct Templates {
    subject: Template,
    body: Template,
    text: Option<Template>,
    /// The renderings over contacts' data that exceeded a limit.
    failures: AtomicU32,
}

/// The texts of a message for one recipient.
pub(crate) struct Texts {
    pub subject: String,
    pub html: String,
    /// `None` where the request has no plain text.
    pub text: Option<String>,
}

impl Templates {
    /// The templates of a message. Each that is not Liquid is logged by its place: its text can be a mail's.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` with every field that can have no text, whatever the data.
    pub(crate) fn parse(content: &Content) -> Result<Arc<Self>> {
        let templates = Self {
            subject: Template::parse(&content.subject, MailPart::Subject),
            body: Template::parse(&content.body, MailPart::Html),
            text: content.text.as_deref().map(|text| Template::parse(text, MailPart::Text)),
            failures: AtomicU32::new(0),
        };
        let not_rendered = RenderFailures {
            subject: templates.subject.check().err(),
            body: templates.body.check().err(),
            text: templates.text.as_ref().and_then(|text| text.check().err()),
        };
        if not_rendered != RenderFailures::default() {
            return Err(not_rendered.refusal());
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

    /// The texts over the contact's data with the request's over it, or else over the request's data and the contact's state, or
    /// else over the request's data alone.
    pub(crate) async fn render(
        self: &Arc<Self>,
        variables: &RequestVariables<'_>,
        to: &Address,
        contact: &Contact,
    ) -> Result<Texts, RenderFailures> {
        let known = [Known::Everything(contact), Known::State(contact), Known::Nothing];
        self.first_texts(variables, to, &known).await
    }

    /// The first texts that are within the limits, or what is wrong with the last.
    async fn first_texts(
        self: &Arc<Self>,
        variables: &RequestVariables<'_>,
        to: &Address,
        known: &[Known<'_>],
    ) -> Result<Texts, RenderFailures> {
        let mut last = RenderFailures::default();
        for known in known {
            let may_take_long = matches!(known, Known::Nothing) || self.failures.load(Ordering::Relaxed) < MAX_FAILURES;
            match self.texts(variables.for_recipient(to, *known), may_take_long).await {
                Ok(texts) => return Ok(texts),
                Err(not_rendered) => last = not_rendered,
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
        texts.inspect_err(|not_rendered| {
            if self.failures.fetch_add(1, Ordering::Relaxed) == 0 {
                log_not_rendered(not_rendered);
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

    /// The texts, or what is wrong with the first field that has none: the others are not rendered for nothing.
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

fn log_not_rendered(not_rendered: &RenderFailures) {
    let RenderFailures { subject, body, text } = not_rendered;
    for (part, error) in [("subject", subject), ("html", body), ("text", text)] {
        if let Some(error) = error {
            tracing::warn!(part, error = %error, "a template has no text for this data");
        }
    }
}

impl Job<'_> {
    /// Refuses a request that leaves nobody with a mail because of its templates, before anything is written. For a
    /// request whose templates are within their limits that is one rendering and no call.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` with the field that has no text for the first recipient; any failure of the table.
    pub(crate) async fn check_templates(&self, draft: &Draft<'_>) -> Result<()> {
        let mut first = None;
        for to in &self.request.to {
            let checked = self.can_be_rendered(draft, &to.address);
            let Ok(checked) = timeout_at(self.hand_over_by(), Box::pin(checked)).await else { break };
            match checked? {
                Ok(()) => return Ok(()),
                Err(not_rendered) => first = first.or(Some(not_rendered)),
            }
        }
        first.map_or(Ok(()), |first| Err(first.refusal()))
    }

    /// True to what becomes of this recipient later: a suppressed one is not rendered for.
    async fn can_be_rendered(&self, draft: &Draft<'_>, to: &Address) -> Result<Result<(), RenderFailures>> {
        let Draft { templates, variables, .. } = draft;
        let alone = templates.first_texts(variables, to, &[Known::Nothing]).await;
        let Err(not_rendered) = alone else { return Ok(Ok(())) };
        let contact = self.app.table.contact(self.caller.project.id, to.as_str()).await?;
        let is_fine = match contact {
            None => false,
            Some(contact) if contact.is_suppressed() => true,
            Some(contact) => {
                let known = [Known::Everything(&contact), Known::State(&contact)];
                templates.first_texts(variables, to, &known).await.is_ok()
            }
        };
        Ok(if is_fine { Ok(()) } else { Err(not_rendered) })
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
        let endless = "{% for i in (1..20000000) %}{% endfor %}".to_owned();
        for (subject, body, text) in
            [(endless.as_str(), "", None), ("", &endless, None), ("", "", Some(endless.clone()))]
        {
            let content = Content { subject: subject.to_owned(), body: body.to_owned(), text };
            let templates = Templates::parse(&content).unwrap();
            let variables = Variables::new(Timestamp::UNIX_EPOCH);
            let texts = templates.texts(variables.clone(), true);
            assert!(timeout(Duration::from_millis(1), texts).await.is_err());
            assert!(templates.texts(variables, true).await.is_err());
        }
    }
    #[tokio::test]
    async fn contacts_take_no_more_time_than_a_few_renderings() {
        let body = "{% for i in items %}{% for j in (1..30) %}x{% endfor %}{% endfor %}Hi {{ name }}".to_owned();
        let content = Content { subject: "Hi".to_owned(), body, text: None };
        let templates = Templates::parse(&content).unwrap();
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
