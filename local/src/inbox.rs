//! The inbox of the local stack: every mail that its SES accepts, as a folder of `.eml` files and as a page at
//! `/_local/inbox`.
//!
//! Whatever a mail contains is untrusted. The page puts text in as text; a mail's HTML is shown in a sandboxed frame
//! from a URL of its own, whose content security policy runs no script. Remote images are loaded over https alone, so
//! that a mail looks as it will look; everything else remote is blocked. The router only answers `GET`.

mod eml;
mod folder;
mod list;
mod routes;
mod summary;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use posthorn_testkit::ses::Mail;

use self::folder::Folder;
use self::list::List;
use self::summary::Summary;

/// The most bytes of mail kept in memory where there is no folder.
const MEMORY_MAX: usize = 24 * 1024 * 1024;

/// The mails of the local stack. Cheap to clone; clones share everything but the hint.
///
/// The page lists the newest [`Mailbox::LISTED`] mails; a folder keeps the older ones as files, memory lets them go.
#[derive(Clone, Debug)]
pub struct Mailbox {
    list: Arc<Mutex<List>>,
    kept: Kept,
    hint: Option<Arc<str>>,
}

#[derive(Clone, Debug)]
enum Kept {
    Folder(Arc<Folder>),
    Memory(Arc<Mutex<Memory>>),
}

#[derive(Debug, Default)]
struct Memory {
    mails: VecDeque<(String, Arc<Mail>)>,
    bytes: usize,
}

impl Mailbox {
    /// How many mails the page lists at most.
    pub const LISTED: usize = list::LISTED;

    /// Mails in this folder, which is created where it is missing. Those already in it are listed.
    ///
    /// # Errors
    ///
    /// The folder cannot be created or read.
    pub fn in_folder(path: PathBuf) -> io::Result<Self> {
        let folder = Folder::open(path)?;
        let (newest, total) = folder.newest(Self::LISTED)?;
        Ok(Self::new(List::new(newest, total), Kept::Folder(Arc::new(folder))))
    }

    /// Mails in memory alone: the newest [`Mailbox::LISTED`] of at most 24 MiB together, the newest one always.
    #[must_use]
    pub fn in_memory() -> Self {
        Self::new(List::new(Vec::new(), 0), Kept::Memory(Arc::default()))
    }

    fn new(list: List, kept: Kept) -> Self {
        Self { list: Arc::new(Mutex::new(list)), kept, hint: None }
    }

    /// Shows this text, such as a `curl` command, for as long as there is no mail.
    #[must_use]
    pub fn with_hint(self, hint: impl Into<Arc<str>>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// Keeps a mail: in a folder as `<timestamp>-<message id>.eml`, written aside and renamed, so that a reader finds
    /// it whole or not at all. Nothing is synced to the disk: a mail outlives the process, not a power cut.
    ///
    /// This blocks on the file system; call it from a thread that may.
    ///
    /// # Errors
    ///
    /// The files cannot be written; the mail is not listed then.
    pub fn store(&self, mail: &Mail) -> io::Result<()> {
        let summary = Summary::of(mail);
        match &self.kept {
            Kept::Folder(folder) => folder.write(&summary, mail)?,
            Kept::Memory(memory) => lock(memory).push(summary.id.clone(), mail),
        }
        lock(&self.list).push(summary);
        Ok(())
    }

    /// The routes under `/_local/inbox`; nothing else is answered.
    pub fn router(&self) -> Router {
        routes::router(self.clone())
    }

    /// The mail of this id. Blocks on the file system.
    fn mail(&self, id: &str) -> io::Result<Arc<Mail>> {
        match &self.kept {
            Kept::Folder(folder) => folder.read(id).map(Arc::new),
            Kept::Memory(memory) => lock(memory).get(id),
        }
    }

    /// The `.eml` of this id. Blocks on the file system.
    fn source(&self, id: &str) -> io::Result<Vec<u8>> {
        match &self.kept {
            Kept::Folder(folder) => folder.read_source(id),
            Kept::Memory(_) => Ok(eml::render(&*self.mail(id)?)),
        }
    }
}

impl Memory {
    fn push(&mut self, id: String, mail: &Mail) {
        self.bytes += bytes(mail);
        self.mails.push_back((id, Arc::new(mail.clone())));
        while self.mails.len() > 1 && (self.mails.len() > Mailbox::LISTED || self.bytes > MEMORY_MAX) {
            self.bytes -= self.mails.pop_front().map_or(0, |(_, gone)| bytes(&gone));
        }
    }

    fn get(&self, id: &str) -> io::Result<Arc<Mail>> {
        let found = self.mails.iter().rev().find(|(kept, _)| kept == id);
        found.map(|(_, mail)| Arc::clone(mail)).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// Roughly what a mail takes of memory.
fn bytes(mail: &Mail) -> usize {
    let bodies = [&mail.html, &mail.text].into_iter().flatten().map(String::len).sum::<usize>();
    1_024 + bodies + mail.attachments.iter().map(|attachment| attachment.content.len()).sum::<usize>()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
