//! Wrong usage, and no place to work.

use serde_json::Value;

use crate::support::{Folder, LocalStack, posthorn};

#[tokio::test]
async fn without_a_stack_the_error_says_how_to_get_one() {
    let folder = Folder::new();
    // Above the folder there is none either, as the target folder of a build has no local stack.
    posthorn(&folder.0, &[], &["--state", "nowhere", "project", "list"], "").await.refused(1, "nowhere");
    let stack = LocalStack::start().await;
    stack.write_environment("http://127.0.0.1:1", "http://127.0.0.1:1", "http://127.0.0.1:1");
    stack.run(&["project", "list"]).await.refused(1, "does not run");
    std::fs::write(stack.folder.0.join(".posthorn/backends.env"), "TABLE_NAME=x\n").unwrap();
    stack.run(&["project", "list"]).await.refused(1, "from another version");
}

#[tokio::test]
async fn the_nearest_stack_above_is_found() {
    let stack = LocalStack::start().await;
    let below = stack.folder.0.join("a/b");
    std::fs::create_dir_all(&below).unwrap();
    posthorn(&below, &[], &["project", "list"], "").await.done();
    let state = stack.folder.0.join(".posthorn");
    let elsewhere = Folder::new();
    posthorn(&elsewhere.0, &[], &["--state", state.to_str().unwrap(), "project", "list"], "").await.done();
}

#[tokio::test]
async fn wrong_usage_ends_with_exit_code_2() {
    let folder = Folder::new();
    for arguments in [
        &[][..],
        &["project"],
        &["project", "list", "--nothing"],
        &["--stack", "a", "--table", "b", "project", "list"],
        &["--stack", "a", "--state", "b", "project", "list"],
        &["--table", "a", "--state", "b", "project", "list"],
        &["--alerts-topic", "a", "project", "list"],
        &["project", "rotate", "Shop", "--grace", "8d"],
        &["project", "limit", "Shop", "-5"],
        &["project", "disable", "Shop"],
        &["domain", "check", "example.com", "--interval", "0"],
        &["completions", "dos"],
        &["table"],
        &["table", "upgrade", "Shop"],
        &["template"],
        &["template", "check"],
        &["template", "check", "a", "--subject", "--text"],
        &["template", "check", "a", "b"],
    ] {
        let output = posthorn(&folder.0, &[], arguments, "").await;
        assert_eq!((output.code, output.out.as_str()), (2, ""), "{arguments:?}: {output:?}");
        assert!(!output.err.is_empty() && !output.err.contains("panicked"), "{output:?}");
    }
}

#[tokio::test]
async fn an_error_is_one_json_object_where_json_was_asked_for() {
    let stack = LocalStack::start().await;
    for (arguments, code, name) in [
        (&["--json", "project", "show", "Nobody"][..], 1, "NO_SUCH_PROJECT"),
        (&["domain", "check", "x.example", "--json"], 1, "DOMAIN_NOT_CLAIMED"),
        (&["--json", "project", "create"], 2, "USAGE"),
        (&["--json", "project", "show", "sk_07ELSZgnu18FMTahov29GNUbipw3AHOVcjqx3AHO1qSFvM"], 2, "KEY_IN_ARGUMENTS"),
    ] {
        let output = stack.run(arguments).await;
        let error: Value = serde_json::from_str(&output.err).unwrap_or_else(|_| panic!("{output:?}"));
        assert_eq!(
            (output.code, output.out.as_str(), error["error"]["code"].as_str()),
            (code, "", Some(name)),
            "{output:?}"
        );
        assert!(!error["error"]["message"].as_str().unwrap().is_empty());
    }
}
