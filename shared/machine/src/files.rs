//! Files and folders that are private to the person: on Unix they belong to the program's user and are closed to all others. On
//! other systems the folder in which the program was started decides who may read them.

use std::{
    fs::{self, DirBuilder, File, Metadata, OpenOptions},
    io::{self, Write as _},
    path::Path,
};

pub use tempfile::TempDir;
use tempfile::{Builder, NamedTempFile};

/// Closes all files that this process creates from now on to other users, whichever library creates them, by setting the umask of
/// the process.
pub fn keep_new_files_private() {
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
}

/// Creates a folder that is private to the user. If the folder exists, it is closed to other users with all its content.
///
/// # Errors
/// `PermissionDenied` if the path or an entry of the folder is a symbolic link, belongs to another user, or is neither a file nor a
/// folder. Any other error of the file system.
pub fn private_folder(path: &Path) -> io::Result<()> {
    match folder_builder().create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        created => return created,
    }
    if fs::symlink_metadata(path)?.is_file() {
        return Err(denied(path, "is a file, not a folder"));
    }
    close(path)
}

/// Creates a private folder with an unpredictable name in the system's folder for temporary files. It is removed when the returned
/// value is dropped.
///
/// # Errors
/// Any error of the file system.
pub fn temporary_folder(prefix: &str) -> io::Result<TempDir> {
    let mut builder = Builder::new();
    builder.prefix(prefix).rand_bytes(16);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir()
}

/// Replaces a file in one step by a private one, so that readers find the old content or the new. Anything at the path, even a
/// symbolic link, is replaced and not followed. Nothing is synced to the disk.
///
/// # Errors
/// Any error of the file system.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    replace_via(folder_of(path), path, content)
}

/// Replaces a file like [`replace`], with the draft in another folder of the same file system.
///
/// # Errors
/// Any error of the file system.
pub fn replace_via(folder: &Path, path: &Path, content: &[u8]) -> io::Result<()> {
    let mut draft = NamedTempFile::new_in(folder)?;
    draft.write_all(content)?;
    draft.persist(path)?;
    Ok(())
}

/// Reads a text file that no other user can have written: neither the file nor its folder is a symbolic link, belongs to another
/// user, or is writable by other users.
///
/// # Errors
/// `PermissionDenied` if another user can have written the file. Any other error of the file system.
pub fn read_own(path: &Path) -> io::Result<String> {
    let folder = folder_of(path);
    check_not_writable_by_others(folder, &fs::symlink_metadata(folder)?)?;
    check_not_writable_by_others(path, &fs::symlink_metadata(path)?)?;
    let file = open_without_following(path)?;
    check_not_writable_by_others(path, &file.metadata()?)?;
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

/// Opens a file without following a symbolic link.
fn open_without_following(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    if let Ok(flags) = rustix::fs::OFlags::NOFOLLOW.bits().try_into() {
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags);
    }
    options.open(path)
}

/// Closes a file, or a folder with its content, to other users. No file of a local stack is executable, so none stays executable.
fn close(path: &Path) -> io::Result<()> {
    let found = fs::symlink_metadata(path)?;
    check_owner(path, &found)?;
    remove_access_of_others(path, &found)?;
    if found.is_dir() {
        for entry in fs::read_dir(path)? {
            match close(&entry?.path()) {
                // A stack that uses the folder at the same time has removed or renamed the entry.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                closed => closed?,
            }
        }
    }
    Ok(())
}

fn check_owner(path: &Path, found: &Metadata) -> io::Result<()> {
    if found.is_symlink() {
        return Err(denied(path, "is a symbolic link, which is not followed"));
    }
    if !found.is_file() && !found.is_dir() {
        return Err(denied(path, "is neither a file nor a folder"));
    }
    if !is_own(found) {
        return Err(denied(path, "belongs to another user"));
    }
    Ok(())
}

fn check_not_writable_by_others(path: &Path, found: &Metadata) -> io::Result<()> {
    check_owner(path, found)?;
    if is_writable_by_others(found) {
        return Err(denied(path, "may be written by other users"));
    }
    Ok(())
}

fn denied(path: &Path, why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, format!("{} {why}", path.display()))
}

#[cfg(unix)]
fn is_own(found: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::uid(found) == rustix::process::geteuid().as_raw()
}

#[cfg(unix)]
fn is_writable_by_others(found: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::mode(found) & 0o022 != 0
}

#[cfg(unix)]
fn remove_access_of_others(path: &Path, found: &Metadata) -> io::Result<()> {
    let mode = std::os::unix::fs::MetadataExt::mode(found) & 0o777;
    let private_mode = mode & if found.is_dir() { 0o700 } else { 0o600 };
    if mode == private_mode {
        return Ok(());
    }
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(private_mode))
}

#[cfg(not(unix))]
fn is_own(_found: &Metadata) -> bool {
    true
}

#[cfg(not(unix))]
fn is_writable_by_others(_found: &Metadata) -> bool {
    false
}

#[cfg(not(unix))]
fn remove_access_of_others(_path: &Path, _found: &Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
