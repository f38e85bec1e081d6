//! A mail, before it is rendered for anybody.

use std::sync::Arc;

use posthorn_mail::{attachment::Attachment, header::Header, mailbox::Mailbox};

use crate::{
    templates::Templates,
    variables::{ContactChanges, MailVariables},
};

/// A mail to one or many recipients. It is checked: each header and attachment is one that the mail service takes, and the
/// project may send from the sender's address.
pub struct Mail<'a> {
    /// The sender.
    pub sender: Mailbox,
    /// The mailbox that replies go to.
    pub reply_to: Mailbox,
    /// The headers that the caller adds.
    pub headers: &'a [Header],
    /// The attached files.
    pub attachments: &'a [Attachment],
    /// The templates of subject, HTML and text.
    pub templates: Arc<Templates>,
    /// The names that the templates see.
    pub variables: MailVariables<'a>,
}

impl<'a> Mail<'a> {
    /// The changes that the mail makes to the contact of each recipient.
    pub(crate) fn changes(&self) -> ContactChanges<'a> {
        self.variables.changes
    }
}
