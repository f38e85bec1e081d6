//! Files and folders that are the person's alone: on Unix of the program's own user, and closed to everybody else. Elsewhere
//! the folder in which the program was started decides who reads them.

use std::{
    fs::{self, DirBuilder, File, Metadata, OpenOptions},
    io::{self, Write as _},
    path::Path,
};

pub use tempfile::TempDir;
use tempfile::{Builder, NamedTempFile};

/// From here on whatever this process creates is closed to other users from the first moment, by whichever library it is
/// created: the process's umask.
pub fn keep_new_files_private() {
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
}

/// Creates a folder that is the user's alone, or takes the one that is there and closes it, with all that is in it, to other
/// users.
///
/// # Errors
/// The path or something in the folder is a symbolic link, another user's, or neither file nor folder; what the file system
/// answers.
pub fn private_folder(path: &Path) -> io::Result<()> {
    match folder_builder().create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        created => return created,
    }
    if fs::symlink_metadata(path)?.is_file() {
        return Err(refused(path, "is a file, not a folder"));
    }
    close(path)
}

/// Creates a folder of the user's alone under a name that nobody can know before, in the system's folder for temporary files.
/// It goes with its owner.
///
/// # Errors
/// What the file system answers.
pub fn temporary_folder(prefix: &str) -> io::Result<TempDir> {
    let mut builder = Builder::new();
    builder.prefix(prefix).rand_bytes(16);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir()
}

/// Writes a file whole, for its user alone: whoever reads it finds the old content or the new, and whatever stood there, a
/// symbolic link too, is replaced and not followed. Nothing is synced to the disk.
///
/// # Errors
/// What the file system answers.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    replace_by_way_of(folder_of(path), path, content)
}

/// The same, with the draft in another folder of the same file system.
///
/// # Errors
/// What the file system answers.
pub fn replace_by_way_of(folder: &Path, path: &Path, content: &[u8]) -> io::Result<()> {
    let mut draft = NamedTempFile::new_in(folder)?;
    draft.write_all(content)?;
    draft.persist(path)?;
    Ok(())
}

/// Reads a text file that nobody but its user can have written: neither the file nor its folder is a symbolic link, another
/// user's, or open to other users' writes.
///
/// # Errors
/// `PermissionDenied` where somebody else can have written it; what the file system answers.
pub fn read_own(path: &Path) -> io::Result<String> {
    let folder = folder_of(path);
    must_be_unwritten_by_others(folder, &fs::symlink_metadata(folder)?)?;
    must_be_unwritten_by_others(path, &fs::symlink_metadata(path)?)?;
    let file = open_itself(path)?;
    must_be_unwritten_by_others(path, &file.metadata()?)?;
    io::read_to_string(file)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn folder_builder() -> DirBuilder {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix has a mode to set"))]
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// Opens a file, and no other that a symbolic link leads to.
fn open_itself(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    if let Ok(flags) = rustix::fs::OFlags::NOFOLLOW.bits().try_into() {
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags);
    }
    options.open(path)
}

/// Closes a file, or a folder and all that is in it, to other users. No file of a state is a program, so none stays one.
fn close(path: &Path) -> io::Result<()> {
    let found = fs::symlink_metadata(path)?;
    must_be_own(path, &found)?;
    close_itself(path, &found)?;
    if found.is_dir() {
        for entry in fs::read_dir(path)? {
            match close(&entry?.path()) {
                // A stack that uses the folder meanwhile has removed or renamed it.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                closed => closed?,
            }
        }
    }
    Ok(())
}

fn must_be_own(path: &Path, found: &Metadata) -> io::Result<()> {
    if found.is_symlink() {
        return Err(refused(path, "is a symbolic link, which is not followed"));
    }
    if !found.is_file() && !found.is_dir() {
        return Err(refused(path, "is neither a file nor a folder"));
    }
    if !is_own(found) {
        return Err(refused(path, "belongs to another user"));
    }
    Ok(())
}

fn must_be_unwritten_by_others(path: &Path, found: &Metadata) -> io::Result<()> {
    must_be_own(path, found)?;
    if may_be_written_by_others(found) {
        return Err(refused(path, "may be written by other users"));
    }
    Ok(())
}

fn refused(path: &Path, why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, format!("{} {why}", path.display()))
}

#[cfg(unix)]
fn is_own(found: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::uid(found) == rustix::process::geteuid().as_raw()
}

#[cfg(unix)]
fn may_be_written_by_others(found: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::mode(found) & 0o022 != 0
}

#[cfg(unix)]
fn close_itself(path: &Path, found: &Metadata) -> io::Result<()> {
    let mode = std::os::unix::fs::MetadataExt::mode(found) & 0o777;
    let of_the_user = mode & if found.is_dir() { 0o700 } else { 0o600 };
    if mode == of_the_user {
        return Ok(());
    }
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(of_the_user))
}

#[cfg(not(unix))]
fn is_own(_found: &Metadata) -> bool {
    true
}

#[cfg(not(unix))]
fn may_be_written_by_others(_found: &Metadata) -> bool {
    false
}

#[cfg(not(unix))]
fn close_itself(_path: &Path, _found: &Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
