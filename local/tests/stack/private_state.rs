//! Only the user of a stack can read its state or put files into it.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, symlink},
    path::{Path, PathBuf},
};

use crate::support::{Stack, folder};

/// Every file and folder of a folder, itself included, that others can open, and every file that can be run.
fn open_to_others(path: &Path) -> Vec<PathBuf> {
    let found = fs::symlink_metadata(path).unwrap();
    let own = if found.is_dir() { 0o700 } else { 0o600 };
    let mut open = if found.mode() & 0o777 & !own == 0 { Vec::new() } else { vec![path.to_owned()] };
    if found.is_dir() {
        open.extend(fs::read_dir(path).unwrap().flat_map(|entry| open_to_others(&entry.unwrap().path())));
    }
    open
}

fn names(path: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn all_files_are_closed_to_others_under_any_umask() {
    let folder = folder();
    let stack = Stack::start_with_open_umask(&folder, &[]);
    assert_eq!(stack.send(&stack.keys().0).status, 200);
    stack.backends(&["--host", "host.docker.internal"]);
    let state = folder.join(".posthorn");
    let found = names(&state);
    for name in [
        "alerts.jsonl",
        "backends.env",
        "backends.json",
        "demo.env",
        "hosts",
        "lock",
        "mail",
        "posthorn.db",
        "posthorn.db-wal",
    ] {
        assert!(found.contains(&name.to_owned()), "{name} is not among {found:?}");
    }
    assert_eq!(open_to_others(&state), [""; 0].map(PathBuf::from));
}

#[test]
fn files_that_an_earlier_start_left_open_are_closed() {
    let folder = folder();
    let state = folder.join(".posthorn");
    {
        let stack = Stack::start(&folder, &[]);
        assert_eq!(stack.send(&stack.keys().0).status, 200);
    }
    for path in [&state, &state.join("mail"), &state.join("posthorn.db"), &state.join("demo.env")] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o777)).unwrap();
    }
    let stack = Stack::start(&folder, &[]);
    assert_eq!(open_to_others(&state), [""; 0].map(PathBuf::from));
    assert_eq!(stack.send(&stack.keys().0).status, 200);
}

#[test]
fn a_planted_link_is_not_followed() {
    let outer = folder();
    let precious = outer.join("precious");
    fs::create_dir(&precious).unwrap();
    fs::write(precious.join("file"), "precious").unwrap();
    let is_refused = |folder: &Path, planted: &str| {
        for arguments in [&["--port", "0"][..], &["--port", "0", "--fresh"]] {
            let (success, error) = Stack::run_to_end(folder, arguments);
            assert!(!success && error.contains(&format!("{planted} is a symbolic link")), "{error}");
            assert!(error.contains("remove it, or use --memory"), "{error}");
        }
        assert_eq!(names(&precious), ["file"]);
        assert_eq!(fs::read_to_string(precious.join("file")).unwrap(), "precious");
    };
    let linked = folder();
    symlink(&precious, linked.join(".posthorn")).unwrap();
    is_refused(&linked, ".posthorn");
    for name in ["posthorn.db", "demo.env", "lock", "mail", "alerts.jsonl", "hosts"] {
        let folder = folder();
        fs::create_dir(folder.join(".posthorn")).unwrap();
        symlink(precious.join("file"), folder.join(".posthorn").join(name)).unwrap();
        is_refused(&folder, name);
    }
}

#[test]
fn memory_has_a_private_folder_that_is_removed_at_the_end() {
    let folder = folder();
    let stack = Stack::start_with_open_umask(&folder, &["--memory"]);
    let state = stack.line_with("--state");
    let state = PathBuf::from(state.split("--state ").nth(1).unwrap().split(' ').next().unwrap());
    assert_eq!(names(&state), ["backends.env", "backends.json"]);
    assert_eq!(open_to_others(&state), [""; 0].map(PathBuf::from));
    let name = state.file_name().unwrap().to_str().unwrap().strip_prefix("posthorn-").unwrap().to_owned();
    assert_eq!(name.len(), 16, "nobody can know {name} before");
    assert!(stack.stop());
    assert!(!state.exists());
}
