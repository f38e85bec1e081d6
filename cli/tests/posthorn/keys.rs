//! Keys: replaced without presenting one, imported from standard input.

use posthorn_auth::{KeyDigest, KeySelection, replace_keys, set_monthly_limit};
use posthorn_routes::{Operation, route};
use posthorn_table::Timestamp;

use crate::support::World;

fn plunk(class: &str, number: u32) -> String {
    format!("{class}_{number:048x}")
}

impl World {
    async fn works(&self, key: &str) -> bool {
        let stored = self.backends.table.api_key(KeyDigest::of(key).as_str()).await.unwrap();
        let far = "2100-01-01T00:00:00Z".parse::<Timestamp>().unwrap();
        stored.is_some_and(|key| !key.is_retired(far))
    }
}

#[tokio::test]
async fn a_rotation_shows_new_keys_and_retires_the_old_ones_after_an_hour() {
    let world = World::start().await;
    let made = world.project("Shop").await;
    let rotated = world.run(&["--json", "project", "rotate", "Shop"]).await.done().json();
    assert!(rotated["previousKeysExpireAt"].is_string());
    for (class, old) in [("secret", &made.secret), ("public", &made.public)] {
        let new = rotated[class].as_str().unwrap();
        assert!(new != old && world.works(new).await && !world.works(old).await);
        let stored = world.backends.table.api_key(KeyDigest::of(old).as_str()).await.unwrap();
        assert!(stored.is_some(), "in its grace period");
    }
    let told = world.backends.sns.published();
    assert!(told[0].message.contains("keys_rotated") && !told[0].message.contains("sk_"));
    let new = rotated["secret"].as_str().unwrap();
    let bearer = format!("Bearer {new}");
    let header = Some(bearer.as_bytes());
    assert!(
        posthorn_auth::authenticate(
            &world.backends.table,
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
    let world = World::start().await;
    let made = world.project("Shop").await;
    let rotate = ["project", "rotate", "Shop", "--grace", "0", "--keys", "secret"];
    world.run(&rotate).await.refused(1, "add --yes");
    assert!(world.works(&made.secret).await, "nothing was changed");
    let said = world.run(&[&rotate[..], &["--yes"]].concat()).await.done();
    assert!(said.out.contains("have stopped") && !said.out.contains("pk_"), "{}", said.out);
    assert!(!world.works(&made.secret).await && world.works(&made.public).await);
}

#[tokio::test]
async fn ending_a_grace_period_early_is_confirmed() {
    let world = World::start().await;
    let made = world.project("Shop").await;
    let in_grace = async |key: &str| world.backends.table.api_key(KeyDigest::of(key).as_str()).await.unwrap().is_some();
    world.run(&["project", "rotate", "Shop", "--keys", "secret"]).await.done();
    world.run(&["project", "rotate", "Shop", "--keys", "secret"]).await.refused(1, "add --yes");
    world.run(&["project", "rotate", "Shop"]).await.refused(1, "add --yes");
    assert!(in_grace(&made.secret).await, "nothing was changed");
    world.run(&["project", "rotate", "Shop", "--keys", "public"]).await.done();
    assert!(in_grace(&made.secret).await && in_grace(&made.public).await);
    world.run(&["project", "rotate", "Shop", "--yes"]).await.done();
    assert!(!in_grace(&made.secret).await && !in_grace(&made.public).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_rotations_at_once_one_stops() {
    let world = World::start().await;
    let made = world.project("Shop").await;
    let (table, id) = (&world.backends.table, made.id.parse().unwrap());
    let gate = world.behind_a_gate().await;
    let stored = async || table.project(id).await.unwrap().unwrap();
    let rival = async {
        let (project, now) = (stored().await, "2026-11-21T00:00:00Z".parse().unwrap());
        let fill = &mut |buffer: &mut [u8]| world.backends.env.fill(buffer);
        let next = replace_keys(&project, KeySelection::Both, 604_800, now, fill).next;
        table.change_project(Some(&project), &next, None).await.unwrap();
        next
    };
    let rotate = ["project", "rotate", "Shop", "--yes"];
    let (said, rivals) = tokio::join!(world.run(&rotate), gate.before_next("TransactWriteItems", rival));
    said.refused(1, "somebody else changed the keys of Shop meanwhile");
    assert_eq!(stored().await, rivals);

    let limit = async {
        let project = stored().await;
        let next = set_monthly_limit(&project, Some(5), "2026-11-21T00:00:00Z".parse().unwrap()).unwrap();
        table.change_project(Some(&project), &next, None).await.unwrap();
    };
    let (said, ()) = tokio::join!(world.run(&rotate), gate.before_next("TransactWriteItems", limit));
    said.done();
    assert_eq!(stored().await.facts.monthly_limit, Some(5), "of what is not keys both changes hold");
}

#[tokio::test]
async fn a_key_in_its_grace_period_is_live_again_once_it_is_imported() {
    let world = World::start().await;
    world.project("Shop").await;
    world.run_with(&["project", "import-keys", "Shop"], &plunk("sk", 1)).await.done();
    world.run(&["project", "rotate", "Shop"]).await.done();
    assert!(!world.works(&plunk("sk", 1)).await, "it retires");
    let again = world.run_with(&["--json", "project", "import-keys", "Shop"], &plunk("sk", 1)).await.done().json();
    assert_eq!((&again["known"], &again["imported"]["secret"]), (&0.into(), &1.into()));
    assert!(world.works(&plunk("sk", 1)).await);
}

#[tokio::test]
async fn a_disabled_projects_keys_can_be_replaced() {
    let world = World::start().await;
    world.project("Shop").await;
    world.run(&["project", "disable", "Shop", "--reason", "a leak"]).await.done();
    world.run(&["project", "rotate", "Shop"]).await.done();
}

#[tokio::test]
async fn keys_of_plunk_come_from_standard_input_alone() {
    let world = World::start().await;
    world.project("Shop").await;
    let input = format!("{}\r\n\n  {}  \n{}\n", plunk("sk", 1), plunk("pk", 2), plunk("sk", 3));
    let said = world.run_with(&["project", "import-keys", "Shop"], &input).await.done();
    assert!(said.out.contains("2 secret keys and 1 public key"), "{}", said.out);
    assert!(!said.out.contains("0000"), "no key is shown");
    assert!(world.works(&plunk("sk", 1)).await && world.works(&plunk("pk", 2)).await);
    let again = world.run_with(&["--json", "project", "import-keys", "Shop"], &input).await.done().json();
    assert_eq!((&again["known"], &again["imported"]["secret"]), (&3.into(), &0.into()));
}

#[tokio::test]
async fn of_keys_that_cannot_all_be_imported_none_is() {
    let world = World::start().await;
    world.project("Shop").await;
    world.project("Other").await;
    world.run_with(&["project", "import-keys", "Other"], &plunk("sk", 9)).await.done();
    let before = world.backends.items().await;
    let many: String = (100..120).map(|number| plunk("sk", number) + "\n").collect();
    let bad = format!("{}\nsk_my-own-secret\n", plunk("sk", 1));
    let others = format!("{}\n{}\n", plunk("sk", 1), plunk("sk", 9));
    for (input, words) in [
        (bad.as_str(), "key 2 of standard input: not a key of Plunk"),
        (&others, "belongs to another project"),
        (&many, "at most 20 keys"),
        (" \n", "no keys came on standard input"),
    ] {
        let said = world.run_with(&["project", "import-keys", "Shop"], input).await;
        said.refused(1, words);
        assert!(!said.err.contains("my-own-secret"), "{}", said.err);
    }
    assert_eq!(world.backends.items().await, before);
}

#[tokio::test]
async fn a_key_in_an_argument_is_refused_and_not_repeated() {
    let world = World::start().await;
    let made = world.project("Shop").await;
    let (imported, option) = (plunk("sk", 1), format!("--secret-key={}", made.secret));
    for arguments in [
        &["project", "import-keys", "Shop", &imported][..],
        &["send", "--to", "a@example.org", &option],
        &["send", "--to", "a@example.org", "--secret-key", "short"],
        &["project", "show", &made.public],
    ] {
        let said = world.run(arguments).await;
        said.refused(2, "a key was given as an argument");
        assert!([&imported, &made.secret, &made.public].iter().all(|key| !said.err.contains(key.as_str())));
    }
}

#[tokio::test]
async fn a_project_shows_each_key_by_the_id_that_the_log_names() {
    let world = World::start().await;
    let made = world.project("Shop").await;
    let rotated = world.run(&["--json", "project", "rotate", "Shop", "--keys", "secret"]).await.done().json();
    let new = rotated["secret"].as_str().unwrap();
    let id = |key: &str| KeyDigest::of(key).as_str()[..8].to_owned();
    let shown = world.run(&["--json", "project", "show", "Shop"]).await.done().json()["keys"]["list"].clone();
    let find = |key: &str| shown.as_array().unwrap().iter().find(|one| one["id"] == id(key)).unwrap().clone();
    let retiring = rotated["previousKeysExpireAt"].clone();
    assert_eq!(find(new), serde_json::json!({"id": id(new), "class": "secret", "retiresAt": null}));
    assert_eq!(find(&made.public), serde_json::json!({"id": id(&made.public), "class": "public", "retiresAt": null}));
    assert_eq!(
        find(&made.secret),
        serde_json::json!({"id": id(&made.secret), "class": "secret", "retiresAt": retiring})
    );
    assert_eq!(shown.as_array().unwrap().len(), 3);
    let text = world.run(&["project", "show", "Shop"]).await.done().out;
    for line in [format!("secret {}\n", id(new)), format!("public {}\n", id(&made.public))] {
        assert!(text.contains(&line), "{line} in {text}");
    }
    assert!(text.contains(&format!("secret {}, stops at ", id(&made.secret))), "{text}");
}
