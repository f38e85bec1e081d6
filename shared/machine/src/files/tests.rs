use std::{
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink},
    sync::atomic::{AtomicBool, Ordering},
};

use super::*;

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[track_caller]
fn assert_denied<T: std::fmt::Debug>(result: io::Result<T>, why: &str) {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::PermissionDenied, "{error}");
    assert!(error.to_string().contains(why), "{error}");
}

#[test]
fn a_new_folder_is_private() {
    let outer = temporary_folder("files-").unwrap();
    let path = outer.path().join("state");
    private_folder(&path).unwrap();
    assert_eq!((mode(outer.path()), mode(&path)), (0o700, 0o700));
}

#[test]
fn a_temporary_folder_has_a_new_name_each_time_and_is_removed_when_it_is_dropped() {
    let folders = [temporary_folder("files-").unwrap(), temporary_folder("files-").unwrap()];
    let paths = folders.each_ref().map(|folder| folder.path().to_owned());
    assert_ne!(paths[0], paths[1]);
    drop(folders);
    assert!(paths.iter().all(|path| !path.exists()));
}

#[test]
fn an_existing_folder_is_closed_with_its_content() {
    let outer = temporary_folder("files-").unwrap();
    let (path, below) = (outer.path().join("state"), outer.path().join("state/mail"));
    fs::create_dir_all(&below).unwrap();
    for (file, open) in [(path.join("demo.env"), 0o777), (below.join("a.eml"), 0o666)] {
        fs::write(&file, "x").unwrap();
        set_mode(&file, open);
    }
    set_mode(&below, 0o777);
    set_mode(&path, 0o777);
    private_folder(&path).unwrap();
    let modes = [&path, &below, &path.join("demo.env"), &below.join("a.eml")].map(|path| mode(path));
    assert_eq!(modes, [0o700, 0o700, 0o600, 0o600]);
}

#[test]
fn files_that_disappear_while_a_folder_is_closed_are_no_error() {
    let outer = temporary_folder("files-").unwrap();
    let state = outer.path().join("state");
    fs::create_dir(&state).unwrap();
    let ended = AtomicBool::new(false);
    std::thread::scope(|threads| {
        threads.spawn(|| {
            while !ended.load(Ordering::Relaxed) {
                for name in 0..20 {
                    fs::write(state.join(name.to_string()), "x").unwrap();
                }
                for name in 0..20 {
                    fs::remove_file(state.join(name.to_string())).unwrap();
                }
            }
        });
        let closed = (0..500).try_for_each(|_| private_folder(&state));
        ended.store(true, Ordering::Relaxed);
        closed.unwrap();
    });
    let missing = fs::symlink_metadata(outer.path().join("none")).unwrap_err();
    assert_eq!(
        close(&outer.path().join("none")).unwrap_err().kind(),
        missing.kind(),
        "the folder itself must be there"
    );
}

#[test]
fn a_link_assert_denied_and_its_target_stays_unchanged() {
    let outer = temporary_folder("files-").unwrap();
    let elsewhere = outer.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    set_mode(&elsewhere, 0o755);
    let linked = outer.path().join("linked");
    symlink(&elsewhere, &linked).unwrap();
    assert_denied(private_folder(&linked), "linked is a symbolic link");
    let state = outer.path().join("state");
    private_folder(&state).unwrap();
    symlink(&elsewhere, state.join("posthorn.db")).unwrap();
    assert_denied(private_folder(&state), "posthorn.db is a symbolic link");
    assert_eq!((mode(&elsewhere), fs::read_dir(&elsewhere).unwrap().count()), (0o755, 0));
    let file = outer.path().join("file");
    fs::write(&file, "").unwrap();
    assert_denied(private_folder(&file), "is a file, not a folder");
}

#[test]
fn a_file_is_replaced_and_a_link_in_its_place_is_not_followed() {
    let outer = temporary_folder("files-").unwrap();
    let (path, precious) = (outer.path().join("demo.env"), outer.path().join("precious"));
    fs::write(&precious, "precious").unwrap();
    symlink(&precious, &path).unwrap();
    replace(&path, b"new").unwrap();
    assert_eq!(fs::read_to_string(&precious).unwrap(), "precious");
    assert_eq!((fs::read_to_string(&path).unwrap().as_str(), mode(&path)), ("new", 0o600));
    assert!(fs::symlink_metadata(&path).unwrap().is_file());
    assert_eq!(fs::read_dir(outer.path()).unwrap().count(), 2, "no draft is left");
}

#[test]
fn a_file_is_read_unless_another_user_can_have_written_it() {
    let outer = temporary_folder("files-").unwrap();
    let folder = outer.path().join("state");
    fs::create_dir(&folder).unwrap();
    let file = folder.join("backends.env");
    fs::write(&file, "A=1").unwrap();
    set_mode(&folder, 0o755);
    set_mode(&file, 0o644);
    assert_eq!(read_own(&file).unwrap(), "A=1", "a checkout's usual modes");
    for (path, usual) in [(&folder, 0o755), (&file, 0o644)] {
        for open in [0o020, 0o002] {
            set_mode(path, usual | open);
            assert_denied(read_own(&file), "may be written by other users");
        }
        set_mode(path, usual);
    }
    let (linked, file_link) = (outer.path().join("linked"), folder.join("link.env"));
    symlink(&folder, &linked).unwrap();
    symlink(&file, &file_link).unwrap();
    assert_denied(read_own(&linked.join("backends.env")), "linked is a symbolic link");
    assert_denied(read_own(&file_link), "link.env is a symbolic link");
    assert_eq!(read_own(&folder.join("none")).unwrap_err().kind(), io::ErrorKind::NotFound);
}

/// Only root can change the owner of a file. For any other user the test takes a file of root.
#[test]
fn another_users_file_assert_denied() {
    let outer = temporary_folder("files-").unwrap();
    let file = outer.path().join("backends.env");
    fs::write(&file, "A=1").unwrap();
    if chown(&file, Some(65_534), None).is_ok() {
        assert_denied(read_own(&file), "belongs to another user");
        assert_denied(private_folder(outer.path()), "belongs to another user");
    } else {
        assert_denied(read_own(Path::new("/etc/passwd")), "belongs to another user");
        assert_denied(private_folder(Path::new("/etc")), "belongs to another user");
    }
}
