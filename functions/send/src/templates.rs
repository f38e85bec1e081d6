//! The templates of a request: their texts for one recipient.
//!
//! A contact's data can come from anybody with a public key. So it must not keep a mail from going out: where the
//! templates exceed a limit over the contact's data, they are rendered over the request's data alone. Where they exceed a
//! limit over that too, the recipient gets nothing. What is more Liquid than is read is refused before anything is read.

use std::sync::Arc;

use posthorn_errors::Refused;
use posthorn_mail::{
    address::Address,
    render::{Part, Template, Variables},
};
use posthorn_table::{
    Uuid,
    contact::{self, Contact},
    data::Data,
};

use tokio::time::timeout_at;

use crate::{Job, background, decide::NotRendered, request::Content};

/// The templates of a message, parsed once for all recipients.
pub(crate) struct Templates {
    subject: Template,
    body: Template,
    text: Option<Template>,
}

/// The texts of a message for one recipient.
pub(crate) struct Texts {
    pub subject: String,
    pub html: String,
    /// `None` where the request has no plain text.
    pub text: Option<String>,
}

impl Templates {
    /// The templates of a message.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` with every field that can have no text, whatever the data.
    pub(crate) fn parse(content: &Content) -> Refused<Arc<Self>> {
        let templates = Self {
            subject: Template::parse(&content.subject, Part::Subject),
            body: Template::parse(&content.body, Part::Html),
            text: content.text.as_deref().map(|text| Template::parse(text, Part::Text)),
        };
        let not_rendered = NotRendered {
            subject: templates.subject.check().err(),
            body: templates.body.check().err(),
            text: templates.text.as_ref().and_then(|text| text.check().err()),
        };
        if not_rendered == NotRendered::default() { Ok(Arc::new(templates)) } else { Err(not_rendered.refusal()) }
    }

    /// The texts over the contact's data with the request's over it, or else over the request's alone.
    pub(crate) async fn render(
        self: &Arc<Self>,
        to: &Address,
        contact: &Contact,
        data: &Data,
    ) -> Result<Texts, NotRendered> {
        let over_both = self.texts(variables(to, contact.id, Some(contact), data)).await;
        match over_both {
            Ok(texts) => Ok(texts),
            Err(_) => self.render_alone(to, contact.id, data).await,
        }
    }

    async fn render_alone(self: &Arc<Self>, to: &Address, contact: Uuid, data: &Data) -> Result<Texts, NotRendered> {
        self.texts(variables(to, contact, None, data)).await
    }

    /// The texts, rendered in the background where that takes long.
    async fn texts(self: &Arc<Self>, variables: Variables) -> Result<Texts, NotRendered> {
        if let Some(texts) = self.quick_texts(&variables) {
            return Ok(texts);
        }
        let templates = Arc::clone(self);
        background::run(move || templates.all_texts(&variables)).await
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
    fn all_texts(&self, variables: &Variables) -> Result<Texts, NotRendered> {
        let none = NotRendered::default();
        let subject = self.subject.render(variables);
        let subject = subject.map_err(|error| NotRendered { subject: Some(error), ..none })?;
        let html = self.body.render(variables).map_err(|error| NotRendered { body: Some(error), ..none })?;
        let text = self.text.as_ref().map(|text| text.render(variables)).transpose();
        let text = text.map_err(|error| NotRendered { text: Some(error), ..none })?;
        Ok(Texts { subject, html, text })
    }
}

/// The names that the templates see: of the contact, where its data is taken, of the request over them, and the recipient's own.
/// They are the same before and after the request is merged into the contact: what it changes or removes is not taken from there.
fn variables(to: &Address, id: Uuid, contact: Option<&Contact>, data: &Data) -> Variables {
    let mut variables = Variables::default();
    if let Some(contact) = contact {
        variables.add_stored(contact.data.iter().filter(|(key, _)| !data.changes(key)));
    }
    variables.add(&data.stored);
    variables.add(&data.transient);
    variables.insert("email", to.as_str());
    variables.insert("id", id.to_string());
    variables
}

impl Job<'_> {
    /// Refuses a request that leaves nobody with a mail because of its templates, before anything is written. For a
    /// request whose templates are within their limits that is one rendering and no call.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` with the field that has no text for the first recipient; any failure of the table.
    pub(crate) async fn check_templates(&self, templates: &Arc<Templates>) -> Refused<()> {
        let mut first = None;
        for to in &self.request.to {
            let checked = self.can_be_rendered(templates, &to.address);
            let Ok(checked) = timeout_at(self.hand_over_by(), Box::pin(checked)).await else { break };
            match checked? {
                Ok(()) => return Ok(()),
                Err(not_rendered) => first = first.or(Some(not_rendered)),
            }
        }
        first.map_or(Ok(()), |first| Err(first.refusal()))
    }

    /// True to what becomes of this recipient later: a suppressed one is not rendered for.
    async fn can_be_rendered(&self, templates: &Arc<Templates>, to: &Address) -> Refused<Result<(), NotRendered>> {
        let (project, data) = (self.caller.project.id, &self.request.data);
        let alone = templates.render_alone(to, contact::id(project, to.as_str()), data).await;
        let Err(not_rendered) = alone else { return Ok(Ok(())) };
        let contact = self.app.table.contact(project, to.as_str()).await?;
        let is_fine = match contact {
            None => false,
            Some(contact) if contact.is_suppressed() => true,
            Some(contact) => templates.texts(variables(to, contact.id, Some(&contact), data)).await.is_ok(),
        };
        Ok(if is_fine { Ok(()) } else { Err(not_rendered) })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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
            let texts = templates.texts(Variables::default());
            assert!(timeout(Duration::from_millis(1), texts).await.is_err());
            assert!(templates.texts(Variables::default()).await.is_err());
        }
    }
}
