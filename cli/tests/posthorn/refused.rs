//! Wrong usage, and no place to work.

use serde_json::Value;

use crate::support::{Folder, World, posthorn};

#[tokio::test]
async fn without_a_stack_it_says_what_to_do() {
    let folder = Folder::new();
    // Above the folder there is none either, as the target folder of a build has no local stack.
    posthorn(&folder.0, &[], &["--state", "nowhere", "project", "list"], "").await.refused(1, "nowhere");
    let world = World::start().await;
    world.write_environment("http://127.0.0.1:1", "http://127.0.0.1:1", "http://127.0.0.1:1");
    world.run(&["project", "list"]).await.refused(1, "does not run");
    std::fs::write(world.folder.0.join(".posthorn/backends.env"), "TABLE_NAME=x\n").unwrap();
    world.run(&["project", "list"]).await.refused(1, "from another version");
}

#[tokio::test]
async fn the_nearest_stack_above_is_found() {
    let world = World::start().await;
    let below = world.folder.0.join("a/b");
    std::fs::create_dir_all(&below).unwrap();
    posthorn(&below, &[], &["project", "list"], "").await.done();
    let state = world.folder.0.join(".posthorn");
    let elsewhere = Folder::new();
    posthorn(&elsewhere.0, &[], &["--state", state.to_str().unwrap(), "project", "list"], "").await.done();
}

#[tokio::test]
async fn wrong_usage_is_two() {
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
        &["template"],
        &["template", "check"],
        &["template", "check", "a", "--subject", "--text"],
        &["template", "check", "a", "b"],
    ] {
        let said = posthorn(&folder.0, &[], arguments, "").await;
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{arguments:?}: {said:?}");
        assert!(!said.err.is_empty() && !said.err.contains("panicked"), "{said:?}");
    }
}

#[tokio::test]
async fn an_error_is_one_json_object_where_json_was_asked_for() {
    let world = World::start().await;
    for (arguments, code, name) in [
        (&["--json", "project", "show", "Nobody"][..], 1, "NO_SUCH_PROJECT"),
        (&["domain", "check", "x.example", "--json"], 1, "DOMAIN_NOT_CLAIMED"),
        (&["--json", "project", "create"], 2, "USAGE"),
        (&["--json", "project", "show", "sk_07ELSZgnu18FMTahov29GNUbipw3AHOVcjqx3AHO1qSFvM"], 2, "KEY_IN_ARGUMENTS"),
    ] {
        let said = world.run(arguments).await;
        let error: Value = serde_json::from_str(&said.err).unwrap_or_else(|_| panic!("{said:?}"));
        assert_eq!((said.code, said.out.as_str(), error["error"]["code"].as_str()), (code, "", Some(name)), "{said:?}");
        assert!(!error["error"]["message"].as_str().unwrap().is_empty());
    }
}
