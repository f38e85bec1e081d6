//! A local stack that is found in a folder, of which somebody else may have written the files: no key goes where they say.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, chown, symlink},
    path::{Path, PathBuf},
};

use crate::{
    support::{Folder, LocalStack, ToolOutput, posthorn},
    test_mail::{KEY, Requests, answer, api},
};

const NOBODY: &str = "http://127.0.0.1:1";
const DEMO_KEY: &str = "sk_demo7ELSZgnu18FMTahov29GNUbipw3AHOVcjqx3AHO1qS";
const SEND: [&str; 3] = ["send", "--to", "ada@example.org"];
const ADDRESSES: [&str; 7] = [
    "POSTHORN_URL",
    "AWS_ENDPOINT_URL_DYNAMODB",
    "AWS_ENDPOINT_URL_SESV2",
    "AWS_ENDPOINT_URL_SNS",
    "AWS_ENDPOINT_URL_SQS",
    "FEEDBACK_QUEUE_URL",
    "DEAD_LETTER_QUEUE_URL",
];

/// A stack whose API is `url`, with the demo project's key; and its folder of state.
async fn stack_with_demo_key(url: &str) -> (LocalStack, PathBuf) {
    let stack = LocalStack::start().await;
    let dynamodb = stack.backends.urls.dynamodb.clone();
    stack.write_environment(&dynamodb, NOBODY, url);
    let state = stack.folder.0.join(".posthorn");
    fs::write(state.join("demo.env"), format!("POSTHORN_SECRET_KEY={DEMO_KEY}\n")).unwrap();
    (stack, state)
}

/// Runs the program with a key in its environment.
async fn with_key(folder: &Path, arguments: &[&str]) -> ToolOutput {
    posthorn(folder, &[("POSTHORN_SECRET_KEY", KEY)], arguments, "").await
}

fn keys(requests: &Requests) -> Vec<String> {
    let requests = requests.lock().unwrap();
    requests.iter().map(|(headers, _)| headers["authorization"].to_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_key_of_the_environment_is_not_sent_to_an_address_that_was_found() {
    let (url, requests) = api(200, &answer("SENT")).await;
    let (stack, state) = stack_with_demo_key(&url).await;
    let below = stack.folder.0.join("a/b");
    fs::create_dir_all(&below).unwrap();
    let place = ["--state", state.to_str().unwrap()];
    let elsewhere = Folder::new();
    for (folder, arguments) in [(&stack.folder.0, &[][..]), (&below, &[]), (&elsewhere.0, &place)] {
        let output = with_key(folder, &[arguments, &SEND].concat()).await;
        assert!(output.err.contains(&format!("was found in {}, not given", state.display())), "{output:?}");
        output.refused(1, &format!("add --url {url}"));
        assert_eq!(keys(&requests), [""; 0]);
    }
    let output = with_key(&below, &[&["--json"], &SEND[..]].concat()).await;
    assert!(output.err.contains("ADDRESS_NOT_GIVEN") && !output.err.contains(KEY), "{output:?}");
    // With its own key the stack that was found is used, and another where the address is given with it.
    posthorn(&below, &[], &SEND, "").await.done();
    posthorn(&below, &[("POSTHORN_SECRET_KEY", DEMO_KEY)], &SEND, "").await.done();
    with_key(&below, &[&SEND[..], &["--url", &url]].concat()).await.done();
    assert_eq!(keys(&requests), [DEMO_KEY, DEMO_KEY, KEY].map(|key| format!("Bearer {key}")));
    // A stack that keeps no key has none to send with.
    fs::remove_file(state.join("demo.env")).unwrap();
    let output = posthorn(&below, &[], &SEND, "").await;
    assert!(output.err.contains(&format!("the local stack of {} keeps no key", state.display())), "{output:?}");
    output.refused(1, &format!("give the address with it: --url {url}"));
    with_key(&below, &SEND).await.refused(1, "add --url");
    assert_eq!(keys(&requests).len(), 3);
}

#[tokio::test]
async fn a_state_with_the_address_of_another_machine_is_refused() {
    let (url, requests) = api(200, &answer("SENT")).await;
    let (stack, state) = stack_with_demo_key(&url).await;
    let file = state.join("backends.env");
    let right = fs::read_to_string(&file).unwrap();
    for name in ADDRESSES {
        for address in [
            "http://evil.example",
            "https://evil.example",
            "http://10.0.0.1:3000",
            "http://localhost@evil.example",
            "http://localhost.evil.example",
            "http://localhost\\@evil.example",
            "https://localhost",
            "evil.example",
        ] {
            let line = |line: &str| {
                if line.starts_with(&format!("{name}=")) { format!("{name}={address}\n") } else { format!("{line}\n") }
            };
            fs::write(&file, right.lines().map(line).collect::<String>()).unwrap();
            let refused = if name == "POSTHORN_URL" { &SEND[..] } else { &["project", "list"] };
            posthorn(&stack.folder.0, &[], refused, "")
                .await
                .refused(1, &format!("names an address for {name} that is not on this machine"));
        }
    }
    assert_eq!(keys(&requests), [""; 0]);
}

#[tokio::test]
async fn a_state_that_others_can_have_written_is_refused() {
    let (url, requests) = api(200, &answer("SENT")).await;
    let (stack, state) = stack_with_demo_key(&url).await;
    let refused = async |words: &str| {
        for arguments in [&SEND[..], &["project", "list"], &["status"]] {
            let output = posthorn(&stack.folder.0, &[], arguments, "").await;
            output.refused(1, words);
            assert!(output.err.contains("must be yours alone"), "{output:?}");
        }
        let output = with_key(&stack.folder.0, &[&["--json"], &SEND[..]].concat()).await;
        assert!(output.err.contains("STATE_NOT_TRUSTED"), "{output:?}");
        assert_eq!(keys(&requests), [""; 0]);
    };
    let (file, demo) = (state.join("backends.env"), state.join("demo.env"));
    for (path, usual, open) in
        [(&state, 0o755, 0o777), (&state, 0o755, 0o775), (&file, 0o644, 0o666), (&file, 0o644, 0o664)]
    {
        fs::set_permissions(path, fs::Permissions::from_mode(open)).unwrap();
        refused("may be written by other users").await;
        fs::set_permissions(path, fs::Permissions::from_mode(usual)).unwrap();
    }
    // Only root can give a file away.
    if chown(&file, Some(65_534), None).is_ok() {
        refused("belongs to another user").await;
        chown(&file, Some(0), None).unwrap();
        chown(&state, Some(65_534), None).unwrap();
        refused("belongs to another user").await;
        chown(&state, Some(0), None).unwrap();
    }
    fs::set_permissions(&demo, fs::Permissions::from_mode(0o666)).unwrap();
    posthorn(&stack.folder.0, &[], &SEND, "").await.refused(1, "demo.env may be written by other users");
    fs::set_permissions(&demo, fs::Permissions::from_mode(0o600)).unwrap();

    let moved = stack.folder.0.join("moved.env");
    fs::rename(&file, &moved).unwrap();
    symlink(&moved, &file).unwrap();
    refused("backends.env is a symbolic link").await;
    fs::rename(&moved, &file).unwrap();
    let moved = stack.folder.0.join("moved");
    fs::rename(&state, &moved).unwrap();
    symlink(&moved, &state).unwrap();
    refused(".posthorn is a symbolic link").await;
    fs::remove_file(&state).unwrap();
    fs::rename(&moved, &state).unwrap();
    posthorn(&stack.folder.0, &[], &SEND, "").await.done();
    assert_eq!(keys(&requests).len(), 1);
}
