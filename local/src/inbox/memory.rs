//! Mails in memory, for a stack that keeps nothing on disk.

use std::{collections::VecDeque, io, sync::Arc};

use posthorn_testkit::ses::Mail;

use super::list::MAX_LISTED;

/// The mails in memory may take so many bytes together.
const MAX_BYTES: usize = 24 * 1024 * 1024;

/// The newest mails, within bounds.
#[derive(Debug, Default)]
pub(super) struct MailMemory {
    /// Ids and mails, oldest first.
    mails: VecDeque<(String, Arc<Mail>)>,
    bytes: usize,
}

impl MailMemory {
    /// Adds a mail, and drops the oldest ones that exceed a bound. The newest mail always stays.
    pub(super) fn push(&mut self, id: String, mail: &Mail) {
        self.bytes += approximate_bytes(mail);
        self.mails.push_back((id, Arc::new(mail.clone())));
        while self.mails.len() > 1 && (self.mails.len() > MAX_LISTED || self.bytes > MAX_BYTES) {
            self.bytes -= self.mails.pop_front().map_or(0, |(_, dropped)| approximate_bytes(&dropped));
        }
    }

    /// The mail of this id.
    ///
    /// # Errors
    /// `NotFound` where there is none.
    pub(super) fn get(&self, id: &str) -> io::Result<Arc<Mail>> {
        let found = self.mails.iter().rev().find(|(other, _)| other == id);
        found.map(|(_, mail)| Arc::clone(mail)).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

fn approximate_bytes(mail: &Mail) -> usize {
    let bodies = [&mail.html, &mail.text].into_iter().flatten().map(String::len).sum::<usize>();
    1_024 + bodies + mail.attachments.iter().map(|attachment| attachment.content.len()).sum::<usize>()
}
