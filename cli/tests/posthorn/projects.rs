//! Projects: created, listed, shown, changed.

use serde_json::json;

use crate::support::LocalStack;

#[tokio::test]
async fn a_project_is_made_with_keys_that_are_shown_once() {
    let stack = LocalStack::start().await;
    let output = stack.run(&["project", "create", "Shop", "--limit", "1000"]).await.done();
    let key = output.out.lines().find_map(|line| line.trim().strip_prefix("Secret key  ")).unwrap().to_owned();
    assert!(!output.out.contains("POSTHORN_SECRET_KEY="), "no key is advised into a shell's history: {}", output.out);
    assert!(output.out.contains("shown this once") && output.out.contains("Public key  pk_"), "{}", output.out);
    for arguments in [&["project", "list"][..], &["project", "show", "Shop"], &["status"]] {
        for form in [&["--json"][..], &[]] {
            let output = stack.run(&[form, arguments].concat()).await;
            assert!(!output.out.contains(&key) && !output.out.contains("sk_"), "{}", output.out);
        }
    }
    let items = format!("{:?}", stack.backends.items().await);
    assert!(!items.contains(&key), "no item has the key itself");
}

#[tokio::test]
async fn a_verified_domain_is_added_at_once_and_another_is_claimed() {
    let stack = LocalStack::start().await;
    let domains = ["--domain", "Example.com", "--domain", "bücher.example", "--sender", "hello@example.com"];
    let created = stack.run(&[&["--json", "project", "create", "Shop"][..], &domains].concat()).await.done().json();
    assert_eq!(created["domains"], json!({"verified": ["example.com"], "pending": ["xn--bcher-kva.example"]}));
    assert_eq!(created["sender"], "hello@example.com");
    let shown = stack.run(&["--json", "project", "show", "Shop"]).await.done().json();
    assert_eq!(
        (&shown["domains"], &shown["pendingDomains"]),
        (&json!(["example.com"]), &json!(["xn--bcher-kva.example"]))
    );
}

#[tokio::test]
async fn a_refused_project_leaves_nothing() {
    let stack = LocalStack::start().await;
    stack.run(&["project", "create", "First", "--domain", "example.com"]).await.done();
    let before = stack.backends.items().await;
    let (long, longer) = ("株".repeat(66), "株".repeat(60));
    for (arguments, words) in [
        (&[long.as_str()][..], "too long to be a sender's"),
        (
            &[&longer, "--domain", "b.example", "--sender", "an.address.of.quite.some.words@b.example"],
            "too long to be a sender's",
        ),
        (&["Shop", "--domain", "example.com"], "belongs to another project"),
        (&["Shop", "--domain", "no domain"], "is no domain"),
        (&["Shop", "--sender", "a@b.example"], "name its domain with --domain"),
        (&["Shop", "--domain", "b.example", "--sender", "Ada"], "is no email address"),
        (&[""], "a project's name must have"),
        (&["a\nb"], "a project's name must have"),
    ] {
        stack.run(&[&["project", "create"], arguments].concat()).await.refused(1, words);
    }
    assert_eq!(stack.backends.items().await, before);
}

#[tokio::test]
async fn a_project_goes_by_its_id_or_by_a_name_that_only_it_has() {
    let stack = LocalStack::start().await;
    let (one, _) = (stack.project("Shop").await, stack.project("Two").await);
    let shown = |output: crate::support::ToolOutput| output.done().json()["id"].as_str().unwrap().to_owned();
    assert_eq!(shown(stack.run(&["--json", "project", "show", "Shop"]).await), one.id);
    assert_eq!(shown(stack.run(&["--json", "project", "show", &one.id]).await), one.id);
    stack.run(&["project", "create", "Shop"]).await.refused(1, "there is a project Shop already");
    // Two operators at once may still make two.
    stack.backends.project(|project| project.facts.name = "Shop".to_owned()).await;
    stack.run(&["project", "show", "Shop"]).await.refused(1, "2 projects are called Shop: name one by its id");
    stack.run(&["project", "show", "shop"]).await.refused(1, "there is no project shop");
    let unknown = "00000000-0000-4000-8000-000000000000";
    stack.run(&["project", "show", unknown]).await.refused(1, "there is no project 0000");
    let listed = stack.run(&["--json", "project", "list"]).await.done().json();
    assert_eq!(listed["projects"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn an_empty_table_suggests_a_first_project() {
    let stack = LocalStack::start().await;
    assert!(stack.run(&["project", "list"]).await.done().out.contains("posthorn project create"));
    assert_eq!(stack.run(&["--json", "project", "list"]).await.done().json(), json!({"projects": []}));
}

#[tokio::test]
async fn limit_and_sender_reach_every_key_of_the_project() {
    let stack = LocalStack::start().await;
    stack.run(&["project", "create", "Shop", "--domain", "example.com"]).await.done();
    stack.run(&["project", "limit", "Shop", "5"]).await.done();
    stack.run(&["project", "sender", "Shop", "Hi@Mail.Example.com"]).await.done();
    let keys: Vec<_> = stack.backends.items().await.into_iter().filter(|(name, _)| name.starts_with("KEY#")).collect();
    assert_eq!(keys.len(), 2);
    for (_, key) in &keys {
        assert_eq!(key["monthly_limit"].as_n().unwrap(), "5");
        assert_eq!(key["default_sender"].as_s().unwrap(), "hi@mail.example.com");
    }
    let again = stack.run(&["--json", "project", "limit", "Shop", "5"]).await.done().json();
    assert_eq!(again["changed"], false);
    let none = stack.run(&["--json", "project", "limit", "Shop", "none"]).await.done().json();
    assert_eq!((&none["monthlyLimit"], &none["changed"]), (&json!(null), &json!(true)));
    stack.run(&["project", "sender", "Shop", "a@example.org"]).await.refused(1, "verified domains");
    stack.run(&["project", "sender", "Shop", "nobody"]).await.refused(1, "is no email address");
    assert_eq!(stack.run(&["--json", "project", "sender", "Shop", "none"]).await.done().json()["sender"], json!(null));
}

#[tokio::test]
async fn a_project_is_disabled_reinstated_and_both_are_announced() {
    let stack = LocalStack::start().await;
    stack.project("Shop").await;
    stack.run(&["project", "disable", "Shop", "--reason", "a leak"]).await.done();
    let shown = stack.run(&["project", "show", "Shop"]).await.done().out;
    assert!(shown.contains("disabled since") && shown.contains("a leak"), "{shown}");
    stack.run(&["project", "disable", "Shop", "--reason", " "]).await.refused(1, "a reason has");
    stack.run(&["project", "enable", "Shop"]).await.done();
    let told: Vec<_> = stack.backends.sns.published().iter().map(|one| one.message.clone()).collect();
    assert!(told.len() == 2 && told[0].contains("a leak") && told[1].contains("project_enabled"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_changes_made_at_once_none_is_lost() {
    let stack = LocalStack::start().await;
    stack.run(&["project", "create", "Shop", "--domain", "example.com"]).await.done();
    for round in 1..4 {
        let (limit, sender) = (round.to_string(), format!("hello-{round}@example.com"));
        let limited = ["project", "limit", "Shop", &limit];
        let sent = ["project", "sender", "Shop", &sender];
        let (limited, sent, rotated) =
            tokio::join!(stack.run(&limited), stack.run(&sent), stack.run(&["project", "rotate", "Shop", "--yes"]));
        for output in [limited, sent, rotated] {
            output.done();
        }
        let shown = stack.run(&["--json", "project", "show", "Shop"]).await.done().json();
        assert_eq!((&shown["monthlyLimit"], &shown["sender"]), (&json!(round), &json!(sender)));
    }
}
