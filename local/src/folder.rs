//! The folder of the stack's state: `.posthorn/`, which only its user can read and one stack at a time may use, or a private
//! temporary folder.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use posthorn_machine::files::{TempDir, keep_new_files_private, private_folder, temporary_folder};

use crate::{announcements::Announcements, inbox::Inbox, options::Options};

/// The folder of the state, relative to the folder in which the stack was started.
pub(crate) const STATE_FOLDER: &str = ".posthorn";

/// A stack's folder of state.
pub(crate) enum StateFolder {
    /// A folder that stays. The lock keeps other stacks from using it meanwhile.
    Permanent { path: PathBuf, _lock: File },
    /// A folder that is removed with the stack. It holds the files with the environment and nothing else.
    Temporary(TempDir),
}

impl StateFolder {
    /// Opens the folder that the options ask for.
    ///
    /// # Errors
    /// Another stack uses the folder, another user can read or change it, or it cannot be created.
    pub(crate) fn open(options: &Options) -> io::Result<Self> {
        // The engine's files are private, too.
        keep_new_files_private();
        if options.memory {
            return temporary_folder("posthorn-").map(Self::Temporary);
        }
        let path = PathBuf::from(STATE_FOLDER);
        private_folder(&path).map_err(|error| match error.kind() {
            io::ErrorKind::PermissionDenied => io::Error::new(
                error.kind(),
                format!("{error}: another user could read or change the stack's state; remove it, or use --memory"),
            ),
            _ => error,
        })?;
        let lock = File::create(path.join("lock"))?;
        lock.try_lock().map_err(|_| {
            io::Error::other(format!("another local stack is using {STATE_FOLDER}/: stop it first, or use --memory"))
        })?;
        if options.fresh {
            clear(&path)?;
        }
        Ok(Self::Permanent { path, _lock: lock })
    }

    /// The path, by which other programs find the stack's files.
    pub(crate) fn state(&self) -> &Path {
        match self {
            Self::Permanent { path, .. } => path,
            Self::Temporary(folder) => folder.path(),
        }
    }

    /// The path of a file that later starts find again; `None` in a temporary folder.
    pub(crate) fn path(&self, name: &str) -> Option<PathBuf> {
        match self {
            Self::Permanent { path, .. } => Some(path.join(name)),
            Self::Temporary(_) => None,
        }
    }

    /// The announcements of this start and, in a folder that stays, of earlier ones.
    ///
    /// # Errors
    /// The file cannot be opened or read.
    pub(crate) fn announcements(&self) -> io::Result<Announcements> {
        self.path("alerts.jsonl").map_or_else(|| Ok(Announcements::in_memory()), Announcements::in_file)
    }

    /// The inbox with the mails of this start and, in a folder that stays, of earlier ones.
    ///
    /// # Errors
    /// The folder cannot be created or read.
    pub(crate) fn inbox(&self) -> io::Result<Inbox> {
        self.path("mail").map_or_else(|| Ok(Inbox::in_memory()), Inbox::in_folder)
    }
}

/// Removes the files of earlier starts, but for the lock.
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
