//! Keys: replaced without presenting one, imported from standard input.

use posthorn_auth::{KeyDigest, KeySelection, replace_keys, set_monthly_limit};
use posthorn_routes::{Operation, route};
use posthorn_table::Timestamp;

use crate::support::LocalStack;

fn plunk(class: &str, number: u32) -> String {
    format!("{class}_{number:048x}")
}

impl LocalStack {
    async fn works(&self, key: &str) -> bool {
        let stored = self.backends.table.api_key(KeyDigest::of(key).as_str()).await.unwrap();
        let far = "2100-01-01T00:00:00Z".parse::<Timestamp>().unwrap();
        stored.is_some_and(|key| !key.is_retired(far))
    }
}

#[tokio::test]
async fn a_rotation_shows_new_keys_and_retires_the_old_ones_after_an_hour() {
    let stack = LocalStack::start().await;
    let created = stack.project("Shop").await;
    let rotated = stack.run(&["--json", "project", "rotate", "Shop"]).await.done().json();
    assert!(rotated["previousKeysExpireAt"].is_string());
    for (class, old) in [("secret", &created.secret), ("public", &created.public)] {
        let new = rotated[class].as_str().unwrap();
        assert!(new != old && stack.works(new).await && !stack.works(old).await);
        let stored = stack.backends.table.api_key(KeyDigest::of(old).as_str()).await.unwrap();
        assert!(stored.is_some(), "in its grace period");
    }
    let told = stack.backends.sns.published();
    assert!(told[0].message.contains("keys_rotated") && !told[0].message.contains("sk_"));
    let new = rotated["secret"].as_str().unwrap();
    let bearer = format!("Bearer {new}");
    let header = Some(bearer.as_bytes());
    assert!(
        posthorn_auth::authenticate(
            &stack.backends.table,
            header,
            route(Operation::SendEmail).unwrap(),
            Timestamp::MAX,
            |_| {}
        )
        .await
        .is_ok()
    );
}

#[tokio::test]
async fn stopping_keys_at_once_is_confirmed() {
    let stack = LocalStack::start().await;
    let created = stack.project("Shop").await;
    let rotate = ["project", "rotate", "Shop", "--grace", "0", "--keys", "secret"];
    stack.run(&rotate).await.refused(1, "add --yes");
    assert!(stack.works(&created.secret).await, "nothing was changed");
    let output = stack.run(&[&rotate[..], &["--yes"]].concat()).await.done();
    assert!(output.out.contains("have stopped") && !output.out.contains("pk_"), "{}", output.out);
    assert!(!stack.works(&created.secret).await && stack.works(&created.public).await);
}

#[tokio::test]
async fn ending_a_grace_period_early_is_confirmed() {
    let stack = LocalStack::start().await;
    let created = stack.project("Shop").await;
    let in_grace = async |key: &str| stack.backends.table.api_key(KeyDigest::of(key).as_str()).await.unwrap().is_some();
    stack.run(&["project", "rotate", "Shop", "--keys", "secret"]).await.done();
    stack.run(&["project", "rotate", "Shop", "--keys", "secret"]).await.refused(1, "add --yes");
    stack.run(&["project", "rotate", "Shop"]).await.refused(1, "add --yes");
    assert!(in_grace(&created.secret).await, "nothing was changed");
    stack.run(&["project", "rotate", "Shop", "--keys", "public"]).await.done();
    assert!(in_grace(&created.secret).await && in_grace(&created.public).await);
    stack.run(&["project", "rotate", "Shop", "--yes"]).await.done();
    assert!(!in_grace(&created.secret).await && !in_grace(&created.public).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_rotations_at_once_one_stops() {
    let stack = LocalStack::start().await;
    let created = stack.project("Shop").await;
    let (table, id) = (&stack.backends.table, created.id.parse().unwrap());
    let gate = stack.behind_a_gate().await;
    let stored = async || table.project(id).await.unwrap().unwrap();
    let rival = async {
        let (project, now) = (stored().await, "2026-11-21T00:00:00Z".parse().unwrap());
        let fill = &mut |buffer: &mut [u8]| stack.backends.env.fill(buffer);
        let next = replace_keys(&project, KeySelection::Both, 604_800, now, fill).next;
        table.change_project(Some(&project), &next, None).await.unwrap();
        next
    };
    let rotate = ["project", "rotate", "Shop", "--yes"];
    let (output, rivals) = tokio::join!(stack.run(&rotate), gate.before_next("TransactWriteItems", rival));
    output.refused(1, "somebody else changed the keys of Shop meanwhile");
    assert_eq!(stored().await, rivals);

    let limit = async {
        let project = stored().await;
        let next = set_monthly_limit(&project, Some(5), "2026-11-21T00:00:00Z".parse().unwrap()).unwrap();
        table.change_project(Some(&project), &next, None).await.unwrap();
    };
    let (output, ()) = tokio::join!(stack.run(&rotate), gate.before_next("TransactWriteItems", limit));
    output.done();
    assert_eq!(stored().await.facts.monthly_limit, Some(5), "of what is not keys both changes hold");
}

#[tokio::test]
async fn a_key_in_its_grace_period_is_live_again_once_it_is_imported() {
    let stack = LocalStack::start().await;
    stack.project("Shop").await;
    stack.run_with(&["project", "import-keys", "Shop"], &plunk("sk", 1)).await.done();
    stack.run(&["project", "rotate", "Shop"]).await.done();
    assert!(!stack.works(&plunk("sk", 1)).await, "it retires");
    let again = stack.run_with(&["--json", "project", "import-keys", "Shop"], &plunk("sk", 1)).await.done().json();
    assert_eq!((&again["known"], &again["imported"]["secret"]), (&0.into(), &1.into()));
    assert!(stack.works(&plunk("sk", 1)).await);
}

#[tokio::test]
async fn a_disabled_projects_keys_can_be_replaced() {
    let stack = LocalStack::start().await;
    stack.project("Shop").await;
    stack.run(&["project", "disable", "Shop", "--reason", "a leak"]).await.done();
    stack.run(&["project", "rotate", "Shop"]).await.done();
}

#[tokio::test]
async fn keys_of_plunk_come_from_standard_input_alone() {
    let stack = LocalStack::start().await;
    stack.project("Shop").await;
    let input = format!("{}\r\n\n  {}  \n{}\n", plunk("sk", 1), plunk("pk", 2), plunk("sk", 3));
    let output = stack.run_with(&["project", "import-keys", "Shop"], &input).await.done();
    assert!(output.out.contains("2 secret keys and 1 public key"), "{}", output.out);
    assert!(!output.out.contains("0000"), "no key is shown");
    assert!(stack.works(&plunk("sk", 1)).await && stack.works(&plunk("pk", 2)).await);
    let again = stack.run_with(&["--json", "project", "import-keys", "Shop"], &input).await.done().json();
    assert_eq!((&again["known"], &again["imported"]["secret"]), (&3.into(), &0.into()));
}

#[tokio::test]
async fn of_keys_that_cannot_all_be_imported_none_is() {
    let stack = LocalStack::start().await;
    stack.project("Shop").await;
    stack.project("Other").await;
    stack.run_with(&["project", "import-keys", "Other"], &plunk("sk", 9)).await.done();
    let before = stack.backends.items().await;
    let many: String = (100..120).map(|number| plunk("sk", number) + "\n").collect();
    let bad = format!("{}\nsk_my-own-secret\n", plunk("sk", 1));
    let others = format!("{}\n{}\n", plunk("sk", 1), plunk("sk", 9));
    for (input, words) in [
        (bad.as_str(), "key 2 of standard input: not a key of Plunk"),
        (&others, "belongs to another project"),
        (&many, "at most 20 keys"),
        (" \n", "no keys came on standard input"),
    ] {
        let output = stack.run_with(&["project", "import-keys", "Shop"], input).await;
        output.refused(1, words);
        assert!(!output.err.contains("my-own-secret"), "{}", output.err);
    }
    assert_eq!(stack.backends.items().await, before);
}

#[tokio::test]
async fn a_key_in_an_argument_is_refused_and_not_repeated() {
    let stack = LocalStack::start().await;
    let created = stack.project("Shop").await;
    let (imported, option) = (plunk("sk", 1), format!("--secret-key={}", created.secret));
    for arguments in [
        &["project", "import-keys", "Shop", &imported][..],
        &["send", "--to", "a@example.org", &option],
        &["send", "--to", "a@example.org", "--secret-key", "short"],
        &["project", "show", &created.public],
    ] {
        let output = stack.run(arguments).await;
        output.refused(2, "a key was given as an argument");
        assert!([&imported, &created.secret, &created.public].iter().all(|key| !output.err.contains(key.as_str())));
    }
}

#[tokio::test]
async fn a_project_shows_each_key_by_the_id_that_the_log_names() {
    let stack = LocalStack::start().await;
    let created = stack.project("Shop").await;
    let rotated = stack.run(&["--json", "project", "rotate", "Shop", "--keys", "secret"]).await.done().json();
    let new = rotated["secret"].as_str().unwrap();
    let id = |key: &str| KeyDigest::of(key).as_str()[..8].to_owned();
    let shown = stack.run(&["--json", "project", "show", "Shop"]).await.done().json()["keys"]["list"].clone();
    let find = |key: &str| shown.as_array().unwrap().iter().find(|one| one["id"] == id(key)).unwrap().clone();
    let retiring = rotated["previousKeysExpireAt"].clone();
    assert_eq!(find(new), serde_json::json!({"id": id(new), "class": "secret", "retiresAt": null}));
    assert_eq!(
        find(&created.public),
        serde_json::json!({"id": id(&created.public), "class": "public", "retiresAt": null})
    );
    assert_eq!(
        find(&created.secret),
        serde_json::json!({"id": id(&created.secret), "class": "secret", "retiresAt": retiring})
    );
    assert_eq!(shown.as_array().unwrap().len(), 3);
    let text = stack.run(&["project", "show", "Shop"]).await.done().out;
    for line in [format!("secret {}\n", id(new)), format!("public {}\n", id(&created.public))] {
        assert!(text.contains(&line), "{line} in {text}");
    }
    assert!(text.contains(&format!("secret {}, stops at ", id(&created.secret))), "{text}");
}
