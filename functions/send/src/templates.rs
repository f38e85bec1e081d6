//! The templates of a request: their texts for one recipient.
//!
//! A contact's data can come from anybody with a public key. So it must not keep a mail from going out: where the
//! templates exceed a limit over the contact's data, they are rendered over the request's data alone. Where they exceed a
//! limit over that too, the recipient gets nothing.

use posthorn_errors::Refused;
use posthorn_lambda::edge::stopwatch;
use posthorn_mail::{
    address::Address,
    render::{Part, Template, Variables},
};
use posthorn_table::{
    Uuid,
    contact::{self, Contact},
    data::Data,
};

use crate::{Job, decide::NotRendered, request::Content};

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
    pub(crate) fn parse(content: &Content) -> Self {
        Self {
            subject: Template::parse(&content.subject, Part::Subject),
            body: Template::parse(&content.body, Part::Html),
            text: content.text.as_deref().map(|text| Template::parse(text, Part::Text)),
        }
    }

    /// The texts over the contact's data with the request's over it, or else over the request's alone.
    pub(crate) fn render(&self, to: &Address, contact: &Contact, data: &Data) -> Result<Texts, NotRendered> {
        let over_both = self.texts(&variables(to, contact.id, Some(contact), data));
        over_both.or_else(|_| self.render_alone(to, contact.id, data))
    }

    fn render_alone(&self, to: &Address, contact: Uuid, data: &Data) -> Result<Texts, NotRendered> {
        self.texts(&variables(to, contact, None, data))
    }

    fn texts(&self, variables: &Variables) -> Result<Texts, NotRendered> {
        let subject = self.subject.render(variables);
        let body = self.body.render(variables);
        let text = self.text.as_ref().map(|text| text.render(variables)).transpose();
        match (subject, body, text) {
            (Ok(subject), Ok(html), Ok(text)) => Ok(Texts { subject, html, text }),
            (subject, body, text) => Err(NotRendered { subject: subject.err(), body: body.err(), text: text.err() }),
        }
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
    /// `VALIDATION_ERROR` with every field that has no text for the first recipient; any failure of the table.
    pub(crate) async fn check_templates(&self, templates: &Templates) -> Refused<()> {
        let mut first = None;
        for to in &self.request.to {
            match self.can_be_rendered(templates, &to.address).await? {
                Ok(()) => return Ok(()),
                Err(not_rendered) => first = first.or(Some(not_rendered)),
            }
            if stopwatch() >= self.hand_over_by() {
                break;
            }
        }
        first.map_or(Ok(()), |first| Err(first.refusal()))
    }

    /// True to what becomes of this recipient later: a suppressed one is not rendered for.
    async fn can_be_rendered(&self, templates: &Templates, to: &Address) -> Refused<Result<(), NotRendered>> {
        let (project, data) = (self.caller.project.id, &self.request.data);
        let alone = templates.render_alone(to, contact::id(project, to.as_str()), data);
        let Err(not_rendered) = alone else { return Ok(Ok(())) };
        let contact = self.app.table.contact(project, to.as_str()).await?;
        let is_fine = contact.is_some_and(|contact| {
            contact.is_suppressed() || templates.texts(&variables(to, contact.id, Some(&contact), data)).is_ok()
        });
        Ok(if is_fine { Ok(()) } else { Err(not_rendered) })
    }
}
