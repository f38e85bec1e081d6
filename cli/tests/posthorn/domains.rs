//! Domains: claimed, verified, listed, removed.

use std::time::Duration;

use posthorn_auth::add_domain;
use posthorn_table::{Uuid, domain::DomainClaimOutcome};
use posthorn_testkit::faults::Fault;
use serde_json::{Value, json};

use crate::support::LocalStack;

const NAMES: [&str; 6] = ["CNAME", "CNAME", "CNAME", "MX", "TXT", "TXT"];

fn types(json: &Value) -> Vec<String> {
    json["records"].as_array().unwrap().iter().map(|it| it["type"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_domain_is_claimed_verified_and_then_sent_from() {
    let stack = LocalStack::start().await;
    stack.project("Shop").await;
    let added = stack.run(&["--json", "domain", "add", "Shop", "Shop.example"]).await.done().json();
    assert_eq!((added["domain"].as_str(), types(&added)), (Some("shop.example"), NAMES.map(str::to_owned).into()));
    assert_eq!(added["mailFrom"]["domain"], "bounce.shop.example");

    let output = stack.run(&["domain", "check", "shop.example"]).await;
    assert_eq!((output.code, output.err.as_str()), (3, ""), "{output:?}");
    assert!(output.out.contains("not verified") && output.out.contains("_domainkey.shop.example"), "{}", output.out);
    let show = async || stack.run(&["--json", "project", "show", "Shop"]).await.done().json();
    assert_eq!((&show().await["domains"], &show().await["pendingDomains"]), (&json!([]), &json!(["shop.example"])));

    stack.backends.ses.verify("shop.example");
    let checked = stack.run(&["--json", "domain", "check", "shop.example"]).await.done().json();
    assert_eq!((&checked["verified"], &checked["added"]), (&json!(true), &json!(true)));
    assert_eq!(show().await["domains"], json!(["shop.example"]));
    let again = stack.run(&["--json", "domain", "check", "shop.example"]).await.done().json();
    assert_eq!(again["added"], false);
}

#[tokio::test]
async fn adding_again_changes_nothing_and_adds_what_is_verified() {
    let stack = LocalStack::start().await;
    stack.project("Shop").await;
    let add = ["--json", "domain", "add", "Shop", "example.com"];
    let added = stack.run(&add).await.done().json();
    assert_eq!(added["verified"], true, "SES knew it before");
    assert_eq!(stack.run(&add).await.done().json()["records"], added["records"]);
    let shown = stack.run(&["--json", "project", "show", "Shop"]).await.done().json();
    assert_eq!(shown["domains"], json!(["example.com"]));
}

#[tokio::test]
async fn the_mail_from_domain_is_the_one_that_was_asked_for() {
    let stack = LocalStack::start().await;
    stack.project("Shop").await;
    for (options, expected) in [
        (&["--mail-from", "post"][..], json!("post.shop.example")),
        (&["--mail-from", "a.shop.example"], json!("a.shop.example")),
        (&["--no-mail-from"], Value::Null),
    ] {
        let add = [&["--json", "domain", "add", "Shop", "shop.example"][..], options].concat();
        let added = stack.run(&add).await.done().json();
        assert_eq!(added["mailFrom"]["domain"], expected, "{options:?}");
    }
    stack.run(&["domain", "add", "Shop", "shop.example", "--mail-from", "a b"]).await.refused(1, "is no domain");
}

#[tokio::test]
async fn an_identity_that_ses_knew_keeps_its_mail_from_unless_another_is_asked_for() {
    let stack = LocalStack::start().await;
    stack.project("Shop").await;
    for (options, expected) in [
        (&["--mail-from", "post"][..], json!("post.shop.example")),
        (&[], json!("post.shop.example")),
        (&["--no-mail-from"], Value::Null),
        (&[], Value::Null),
        (&["--mail-from", "bounce"], json!("bounce.shop.example")),
    ] {
        let add = [&["--json", "domain", "add", "Shop", "shop.example"][..], options].concat();
        assert_eq!(stack.run(&add).await.done().json()["mailFrom"]["domain"], expected, "{options:?}");
    }
}

#[tokio::test]
async fn an_overlap_with_the_domain_of_another_project_is_noted() {
    let stack = LocalStack::start().await;
    let (shop, other) = (stack.project("Shop").await, stack.project("Other").await);
    stack.run(&["domain", "add", "Shop", "shop.example"]).await.done();
    let below = ["domain", "add", "Other", "mail.shop.example"];
    let note = format!("Note: project {} has shop.example, so it may send from mail.shop.example too.", shop.id);
    assert!(stack.run(&below).await.done().out.contains(&note));
    let above = stack.run(&["--json", "domain", "add", "Shop", "shop.example"]).await.done().json();
    assert!(above["overlaps"][0].as_str().unwrap().contains(&other.id), "{above}");
    let apart = stack.run(&["--json", "domain", "add", "Other", "badshop.example"]).await.done().json();
    assert_eq!(apart["overlaps"], json!([]));
}

#[tokio::test]
async fn a_domain_too_many_is_not_claimed() {
    let stack = LocalStack::start().await;
    let (table, now) = (&stack.backends.table, stack.backends.clock.now());
    let project = table.project(stack.project("Shop").await.id.parse().unwrap()).await.unwrap().unwrap();
    let mut next = project.clone();
    next.version += 1;
    for number in 0..40 {
        let domain = format!("d{number}.example");
        table.claim_domain(&domain, project.facts.id, now).await.unwrap();
        next.facts.domains.push(domain);
    }
    table.change_project(Some(&project), &next, None).await.unwrap();
    let before = stack.backends.items().await;
    stack.run(&["domain", "add", "Shop", "one-more.example"]).await.refused(1, "at most 40 domains");
    assert_eq!(stack.backends.items().await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_domain_that_another_project_claims_during_a_check_is_not_added() {
    let stack = LocalStack::start().await;
    let (one, two) = (stack.project("One").await, stack.project("Two").await);
    let [one, two]: [Uuid; 2] = [one.id, two.id].map(|id| id.parse().unwrap());
    stack.run(&["domain", "add", "One", "shop.example"]).await.done();
    stack.backends.ses.verify("shop.example");
    let gate = stack.behind_a_gate().await;
    let (table, now) = (&stack.backends.table, stack.backends.clock.now());
    let rival = async {
        table.release_domain("shop.example", one).await.unwrap();
        table.claim_domain("shop.example", two, now).await.unwrap()
    };
    let check = stack.run(&["domain", "check", "shop.example"]);
    let (output, claimed) = tokio::join!(check, gate.before_next("TransactWriteItems", rival));
    assert_eq!(claimed, DomainClaimOutcome::Ours);
    output.refused(1, "belongs to another project");
    assert_eq!(table.project(one).await.unwrap().unwrap().facts.domains, Vec::<String>::new());
    stack.run(&["domain", "check", "shop.example"]).await.done();
    assert_eq!(table.project(two).await.unwrap().unwrap().facts.domains, ["shop.example"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_domain_that_a_check_puts_back_while_it_is_removed_does_not_stay() {
    let stack = LocalStack::start().await;
    let id: Uuid = stack.project("Shop").await.id.parse().unwrap();
    stack.run(&["domain", "add", "Shop", "example.com"]).await.done();
    let gate = stack.behind_a_gate().await;
    let (table, now) = (&stack.backends.table, stack.backends.clock.now());
    let check = async {
        let project = table.project(id).await.unwrap().unwrap();
        let next = add_domain(&project, "example.com", now).unwrap().unwrap();
        table.change_project(Some(&project), &next, None).await.unwrap();
    };
    let remove = ["domain", "remove", "example.com", "--keep-identity", "--yes"];
    let (output, ()) = tokio::join!(stack.run(&remove), gate.before_next("DeleteItem", check));
    output.done();
    assert_eq!(table.project(id).await.unwrap().unwrap().facts.domains, Vec::<String>::new());
    assert_eq!(table.domain("example.com").await.unwrap(), None);
}

#[tokio::test]
async fn a_zone_file_can_be_appended_to_one() {
    let stack = LocalStack::start().await;
    stack.project("Shop").await;
    let zone = stack.run(&["domain", "add", "Shop", "shop.example", "--zone"]).await.done().out;
    let lines: Vec<_> = zone.lines().filter(|line| !line.starts_with(';')).collect();
    assert_eq!(lines.len(), 5);
    assert!(!lines.iter().any(|line| line.contains("_dmarc")), "a record of the zone's own is not joined by another");
    assert!(lines.iter().all(|line| line.split(' ').nth(2) == Some("IN")), "{zone}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_who_claim_a_domain_at_once_one_gets_it() {
    let stack = LocalStack::start().await;
    stack.project("One").await;
    stack.project("Two").await;
    for round in 0..4 {
        let domain = format!("race-{round}.example");
        let (one, two) = (["domain", "add", "One", &domain], ["domain", "add", "Two", &domain]);
        let (one, two) = tokio::join!(stack.run(&one), stack.run(&two));
        let mut codes = [one.code, two.code];
        codes.sort_unstable();
        assert_eq!(codes, [0, 1], "{one:?} {two:?}");
        let lost = if one.code == 0 { two } else { one };
        lost.refused(1, "belongs to another project");
    }
}

#[tokio::test]
async fn a_claim_whose_answer_is_lost_is_made_once() {
    let stack = LocalStack::start().await;
    let (one, two) = (stack.project("One").await, stack.project("Two").await);
    let [one, two] = [one.id, two.id].map(|id| id.parse().unwrap());
    let (table, now) = (&stack.backends.table, stack.backends.clock.now());
    stack.backends.faults.fail("TransactWriteItems", "shop.example", Fault::LosesAnswer, 3);
    let claimed = table.claim_domain("shop.example", one, now).await.unwrap();
    assert_eq!(claimed, posthorn_table::domain::DomainClaimOutcome::Ours);
    let claimed = table.claim_domain("shop.example", two, now).await.unwrap();
    assert_eq!(claimed, posthorn_table::domain::DomainClaimOutcome::Theirs(one));
    let nobody = posthorn_table::Uuid::nil();
    let claimed = table.claim_domain("other.example", nobody, now).await.unwrap();
    assert_eq!(claimed, posthorn_table::domain::DomainClaimOutcome::NoSuchProject);
}

#[tokio::test]
async fn waiting_ends_when_ses_has_verified_it_or_the_time_is_over() {
    let stack = LocalStack::start().await;
    stack.project("Shop").await;
    stack.run(&["domain", "add", "Shop", "shop.example"]).await.done();
    let wait = ["domain", "check", "shop.example", "--wait", "--interval", "1s", "--timeout"];
    assert_eq!(stack.run(&[&wait[..], &["1s"]].concat()).await.code, 3);
    let ses = stack.backends.ses.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(500)).await;
        ses.verify("shop.example");
    });
    stack.run(&[&wait[..], &["30s"]].concat()).await.done();
}

#[tokio::test]
async fn a_removed_domain_is_free_again_and_its_sender_is_cleared() {
    let stack = LocalStack::start().await;
    stack.run(&["project", "create", "Shop", "--domain", "example.com", "--sender", "a@example.com"]).await.done();
    stack.run(&["domain", "remove", "example.com"]).await.refused(1, "add --yes");
    let removed = stack.run(&["--json", "domain", "remove", "example.com", "--yes"]).await.done().json();
    let flags = ["takenFromProject", "senderCleared", "identityDeleted"].map(|name| removed[name].as_bool().unwrap());
    assert_eq!(flags, [true, true, true]);
    stack.run(&["domain", "remove", "example.com", "--yes"]).await.refused(1, "no project has claimed");
    stack.project("Next").await;
    let added = stack.run(&["--json", "domain", "add", "Next", "example.com"]).await.done().json();
    assert_eq!(added["verified"], false, "SES had forgotten it");
    let kept = stack.run(&["--json", "domain", "remove", "example.com", "--yes", "--keep-identity"]).await.done();
    assert_eq!(kept.json()["identityDeleted"], false);
}

#[tokio::test]
async fn every_claimed_domain_is_listed_with_its_state_at_ses() {
    let stack = LocalStack::start().await;
    assert!(stack.run(&["domain", "list"]).await.done().out.contains("posthorn domain add"));
    stack.run(&["project", "create", "Shop", "--domain", "example.com", "--domain", "b.example"]).await.done();
    stack.project("Other").await;
    stack.run(&["domain", "add", "Other", "c.example"]).await.done();
    let listed = stack.run(&["--json", "domain", "list"]).await.done().json();
    let states = |json: &Value| -> Vec<(String, bool, bool)> {
        let flag = |it: &Value, name: &str| it[name].as_bool().unwrap();
        let all = json["domains"].as_array().unwrap().iter();
        all.map(|it| (it["domain"].as_str().unwrap().to_owned(), flag(it, "inSes"), flag(it, "verified"))).collect()
    };
    let row = |domain: &str, in_ses, verified| (domain.to_owned(), in_ses, verified);
    let expected = [row("b.example", false, false), row("c.example", true, false), row("example.com", true, true)];
    assert_eq!(states(&listed), expected);
    let only = stack.run(&["--json", "domain", "list", "Other"]).await.done().json();
    assert_eq!(states(&only), [row("c.example", true, false)]);
    assert!(stack.run(&["domain", "list"]).await.done().out.contains("not in SES"));
}

#[tokio::test]
async fn each_mistake_with_a_domain_has_a_message_of_its_own() {
    let stack = LocalStack::start().await;
    stack.run(&["project", "create", "Shop", "--domain", "b.example"]).await.done();
    stack.run(&["domain", "check", "b.example"]).await.refused(1, "SES does not know the domain b.example:");
    stack.run(&["domain", "check", "c.example"]).await.refused(1, "posthorn domain add");
    stack.run(&["domain", "check", "example"]).await.refused(1, "write it as example.com");
    stack.run(&["domain", "add", "Nobody", "c.example"]).await.refused(1, "there is no project Nobody");
}
