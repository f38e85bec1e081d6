//! Keys: replaced without presenting one, imported from standard input.

use posthorn_auth::{Access, KeyDigest};
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
        posthorn_auth::authenticate(&world.backends.table, header, Access::SecretKey, Timestamp::MAX).await.is_ok()
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
