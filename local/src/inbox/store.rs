//! The inbox itself: where its mails are stored, and the list of the newest ones.

use std::{
    io,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use posthorn_testkit::ses::Mail;

use super::{
    eml,
    list::{ListChanges, MAX_LISTED, MailList},
    mail_folder::MailFolder,
    memory::MailMemory,
    summary::MailSummary,
};

/// The mails of the local stack. Cheap to clone; clones share everything but the hint.
///
/// The page lists the newest 500 mails; a folder keeps the older ones as files, memory drops them.
#[derive(Clone, Debug)]
pub struct Inbox {
    list: Arc<Mutex<MailList>>,
    store: MailStore,
    hint: Option<Arc<str>>,
}

#[derive(Clone, Debug)]
enum MailStore {
    Folder(Arc<MailFolder>),
    Memory(Arc<Mutex<MailMemory>>),
}

impl Inbox {
    /// An inbox in this folder, which is created where it is missing. The mails that are in it are listed.
    ///
    /// # Errors
    /// The folder cannot be created or read.
    pub fn in_folder(path: PathBuf) -> io::Result<Self> {
        let folder = MailFolder::open(path)?;
        let (newest, total) = folder.newest(MAX_LISTED)?;
        Ok(Self::new(MailList::new(newest, total), MailStore::Folder(Arc::new(folder))))
    }

    /// An inbox in memory alone: the newest 500 mails of at most 24 MiB together, and the newest one whatever its size.
    #[must_use]
    pub fn in_memory() -> Self {
        Self::new(MailList::new(Vec::new(), 0), MailStore::Memory(Arc::default()))
    }

    fn new(list: MailList, store: MailStore) -> Self {
        Self { list: Arc::new(Mutex::new(list)), store, hint: None }
    }

    /// Shows this text, such as a `curl` command, for as long as there is no mail.
    #[must_use]
    pub fn with_hint(self, hint: impl Into<Arc<str>>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// Stores a mail: in a folder as `<timestamp>-<message id>.eml`, written under another name and renamed, so that a reader finds
    /// the whole file or none. Nothing is synced to the disk: a mail outlives the process, but not a power cut.
    ///
    /// The call blocks on the file system; make it from a thread that may block.
    ///
    /// # Errors
    /// The files cannot be written; the mail is not listed then.
    pub fn store(&self, mail: &Mail) -> io::Result<()> {
        let summary = MailSummary::of(mail);
        match &self.store {
            MailStore::Folder(folder) => folder.write(&summary, mail)?,
            MailStore::Memory(memory) => lock(memory).push(summary.id.clone(), mail),
        }
        lock(&self.list).push(summary);
        Ok(())
    }

    /// The mails that came after a cursor of this list; the whole list without one.
    pub(super) fn changes_since(&self, cursor: Option<&str>) -> ListChanges {
        lock(&self.list).changes_since(cursor)
    }

    /// The text to show for as long as there is no mail.
    pub(super) fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// The mail of this id. Blocks on the file system.
    ///
    /// # Errors
    /// `NotFound` where there is none; its file cannot be read.
    pub(super) fn mail(&self, id: &str) -> io::Result<Arc<Mail>> {
        match &self.store {
            MailStore::Folder(folder) => folder.read(id).map(Arc::new),
            MailStore::Memory(memory) => lock(memory).get(id),
        }
    }

    /// The `.eml` of this id. Blocks on the file system.
    ///
    /// # Errors
    /// `NotFound` where there is none; its file cannot be read.
    pub(super) fn source(&self, id: &str) -> io::Result<Vec<u8>> {
        match &self.store {
            MailStore::Folder(folder) => folder.read_source(id),
            MailStore::Memory(_) => Ok(eml::render(&*self.mail(id)?)),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
