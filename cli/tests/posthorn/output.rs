//! Help, completions, colours, and outputs that nobody reads.

use std::{
    io::Read,
    process::{Command, Stdio},
};

use crate::support::{Folder, LocalStack, posthorn};

#[tokio::test]
async fn help_teaches_exit_codes_and_completions_are_scripts() {
    let folder = Folder::new();
    let help = posthorn(&folder.0, &[], &["--help"], "").await.done().out;
    assert!(help.contains("Exit codes") && help.contains("Examples") && help.contains("AWS_PROFILE"), "{help}");
    for command in ["create", "rotate", "import-keys", "delete"] {
        let help = posthorn(&folder.0, &[], &["project", command, "--help"], "").await.done().out;
        assert!(!help.contains("SECRET_KEY") && help.contains("Usage:"), "{help}");
    }
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = posthorn(&folder.0, &[], &["completions", shell], "").await.done().out;
        assert!(script.contains("import-keys") && script.contains("template"), "{shell}");
    }
    let help = posthorn(&folder.0, &[], &["template", "check", "--help"], "").await.done().out;
    assert!(help.contains("Exit codes") && help.contains("--data <FILE>"), "{help}");
    let help = posthorn(&folder.0, &[("POSTHORN_SECRET_KEY", "sk_secret")], &["send", "--help"], "").await.done().out;
    assert!(!help.contains("sk_secret"), "{help}");
}

#[tokio::test]
async fn without_a_terminal_there_is_no_colour() {
    let stack = LocalStack::start().await;
    stack.project("Shop").await;
    for arguments in [&["project", "list"][..], &["project", "show", "Shop"], &["status"]] {
        let output = stack.run(arguments).await;
        assert!(!output.out.contains('\u{1b}') && !output.err.contains('\u{1b}'), "{output:?}");
    }
}

/// Runs the program with a standard output that nobody reads; its exit code, and its standard error.
async fn unread(stack: &LocalStack, arguments: &'static [&str]) -> (Option<i32>, String) {
    let folder = stack.folder.0.clone();
    let ended = tokio::task::spawn_blocking(move || {
        let mut child = Command::new(env!("CARGO_BIN_EXE_posthorn"))
            .args(arguments)
            .current_dir(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let mut error = String::new();
        child.stderr.take().unwrap().read_to_string(&mut error).unwrap();
        (child.wait().unwrap().code(), error)
    });
    ended.await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_pipe_ends_it_quietly() {
    let stack = LocalStack::start().await;
    assert_eq!(unread(&stack, &["project", "list"]).await, (Some(0), String::new()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_that_nobody_read_are_a_failure() {
    let stack = LocalStack::start().await;
    for arguments in [&["project", "create", "Shop"][..], &["project", "rotate", "Shop"]] {
        let (code, error) = unread(&stack, arguments).await;
        let id = stack.run(&["--json", "project", "show", "Shop"]).await.done().json()["id"].clone();
        let command = format!("replace them with posthorn project rotate {}", id.as_str().unwrap());
        assert!(error.starts_with("error: the new keys were not read") && error.contains(&command), "{error}");
        assert_eq!((code, error.lines().count()), (Some(1), 1), "{error}");
    }
}
