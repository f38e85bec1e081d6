//! The folder of the stack's state: `.posthorn/`, which is its user's alone and held by one stack at a time, or a private
//! folder that goes with the stack.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use posthorn_machine::files::{TempDir, keep_new_files_private, private_folder, temporary_folder};

use crate::{announcements::Announcements, inbox::Mailbox, options::Options};

/// The folder of the state, from where the stack was started.
pub(crate) const FOLDER: &str = ".posthorn";

/// A stack's folder.
pub(crate) enum Folder {
    /// It stays, and no other stack may use it meanwhile.
    Kept { path: PathBuf, _lock: File },
    /// It tells others where the stack's parts listen, and nothing else is in it.
    Temporary(TempDir),
}

impl Folder {
    /// Opens the folder that the options ask for.
    ///
    /// # Errors
    /// Another stack uses it, or somebody else's hand is in it; what the file system answers.
    pub(crate) fn open(options: &Options) -> io::Result<Self> {
        // For what the engine creates, too.
        keep_new_files_private();
        if options.memory {
            return temporary_folder("posthorn-").map(Self::Temporary);
        }
        let path = PathBuf::from(FOLDER);
        private_folder(&path).map_err(|error| match error.kind() {
            io::ErrorKind::PermissionDenied => io::Error::new(
                error.kind(),
                format!("{error}: whoever made it could read or change the stack's state; remove it, or use --memory"),
            ),
            _ => error,
        })?;
        let lock = File::create(path.join("lock"))?;
        lock.try_lock().map_err(|_| {
            io::Error::other(format!("another local stack is using {FOLDER}/: stop it first, or use --memory"))
        })?;
        if options.fresh {
            clear(&path)?;
        }
        Ok(Self::Kept { path, _lock: lock })
    }

    /// The folder in which others find the stack's files.
    pub(crate) fn state(&self) -> &Path {
        match self {
            Self::Kept { path, .. } => path,
            Self::Temporary(folder) => folder.path(),
        }
    }

    /// A file that later starts find again, if there are to be any.
    pub(crate) fn path(&self, name: &str) -> Option<PathBuf> {
        match self {
            Self::Kept { path, .. } => Some(path.join(name)),
            Self::Temporary(_) => None,
        }
    }

    /// The announcements so far.
    ///
    /// # Errors
    /// The file cannot be opened or read.
    pub(crate) fn announcements(&self) -> io::Result<Announcements> {
        self.path("alerts.jsonl").map_or_else(|| Ok(Announcements::in_memory()), Announcements::in_file)
    }

    /// The mails.
    ///
    /// # Errors
    /// The folder cannot be created or read.
    pub(crate) fn mailbox(&self) -> io::Result<Mailbox> {
        self.path("mail").map_or_else(|| Ok(Mailbox::in_memory()), Mailbox::in_folder)
    }
}

/// Removes what earlier stacks left, but for the lock.
fn clear(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else if entry.file_name() != "lock" {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
