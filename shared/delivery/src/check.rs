//! Templates that leave nobody with a message, found before anything is written.

use posthorn_mail::{address::Address, mailbox::Mailbox};
use posthorn_table::TableError;
use tokio::time::timeout_at;

use crate::{mail::Mail, mailer::Mailer, render_failures::RenderFailures, variables::KnownContact};

impl Mailer<'_> {
    /// Finds out whether the templates leave every recipient without a message, and gives the mistakes with the first
    /// recipient's data if so. For a mail whose templates are within their limits that is one rendering and no call.
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn check(&self, mail: &Mail<'_>, recipients: &[Mailbox]) -> Result<Option<RenderFailures>, TableError> {
        let mut first = None;
        for to in recipients {
            let checked = timeout_at(self.hand_over_by, Box::pin(self.check_recipient(mail, &to.address))).await;
            match checked {
                Ok(Ok(Some(failures))) => first = first.or(Some(failures)),
                Ok(Ok(None)) => return Ok(None),
                Ok(Err(error)) => return Err(error),
                Err(_late) => break,
            }
        }
        Ok(first)
    }

    /// Judges as the delivery to this recipient will: for one who is suppressed nothing is rendered, and nothing can fail.
    async fn check_recipient(&self, mail: &Mail<'_>, to: &Address) -> Result<Option<RenderFailures>, TableError> {
        let Mail { templates, variables, .. } = mail;
        let Err(failures) = templates.first_texts(variables, to, &[KnownContact::Nothing]).await else {
            return Ok(None);
        };
        let can_be_rendered = match self.table.contact(self.project.id, to.as_str()).await? {
            None => false,
            Some(contact) if contact.is_suppressed() => true,
            Some(contact) => {
                let known = [KnownContact::Everything(&contact), KnownContact::State(&contact)];
                templates.first_texts(variables, to, &known).await.is_ok()
            }
        };
        Ok(if can_be_rendered { None } else { Some(failures) })
    }
}
