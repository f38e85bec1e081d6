//! A rotation's answer, and the keys and items that it leaves.

use lambda_http::http::Method;
use posthorn_auth::import;
use posthorn_testkit::{
    backends::{TABLE, TestRequest},
    events::{PUBLIC_KEY, SECRET_KEY},
};
use serde_json::{Value, json};

use crate::support::{World, minted, request};

/// Rotates with this body, and checks the classes that are replaced and that the old secret and the old public key work or not.
async fn check(body: &Value, replaced: &[&str], old_work: [bool; 2]) {
    let world = World::new().await;
    let answer = world.rotates(body).await;
    for class in ["secret", "public"] {
        match answer.json[class].as_str() {
            Some(key) => assert!(world.works(key).await, "{body} {class}"),
            None => assert!(answer.json[class].is_null()),
        }
        assert_eq!(answer.json[class].is_string(), replaced.contains(&class), "{body} {class}");
    }
    let old = [world.works(world.project.secret.expose()).await, world.works(world.project.public.expose()).await];
    assert_eq!(old, old_work, "{body}");
    world.assert_one_live_pair().await;
}

#[tokio::test]
async fn the_keys_that_are_asked_for_are_replaced_at_once() {
    check(&json!({}), &["secret", "public"], [false, false]).await;
    check(&json!({"keys": "both"}), &["secret", "public"], [false, false]).await;
    check(&json!({"keys": "secret"}), &["secret"], [false, true]).await;
    check(&json!({"keys": "public", "gracePeriodSeconds": 0}), &["public"], [true, false]).await;
    check(&json!({"keys": null, "gracePeriodSeconds": null, "other": 1}), &["secret", "public"], [false, false]).await;
}

#[tokio::test]
async fn the_answer_is_the_project_without_an_envelope() {
    let world = World::new().await;
    world.backends.clock.advance(jiff::SignedDuration::from_secs(60));
    let answer = world.rotates(&json!({})).await;
    let expected = json!({
        "id": world.id(),
        "name": "Acme",
        "public": minted(&answer, "public"),
        "secret": minted(&answer, "secret"),
        "createdAt": "2025-11-30T10:30:00.000Z",
        "updatedAt": "2025-11-30T10:31:00.000Z",
        "disabled": false,
        "previousKeysExpireAt": null,
    });
    assert_eq!(answer.json, expected);
    assert!(minted(&answer, "public").starts_with("pk_") && minted(&answer, "secret").starts_with("sk_"));
    assert_eq!(answer.header("x-request-id"), Some("test-request"));
    assert_eq!(answer.header("access-control-allow-origin"), None, "a secret key has no business in a browser");
}

#[tokio::test]
async fn a_path_with_a_slash_at_its_end_is_the_path_without() {
    let world = World::new().await;
    let path = format!("/users/@me/projects/{}/regenerate-keys/", world.id());
    let answer = world.call(TestRequest::post(&path, &world.project.secret, &json!({}))).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("cache-control"), Some("no-store"), "it shows keys");
    assert!(world.works(minted(&answer, "secret")).await);
    assert!(!world.works(world.project.secret.expose()).await);
}

#[tokio::test]
async fn a_body_is_optional() {
    let world = World::new().await;
    let answer = world.call(world.request(world.project.secret.expose(), "")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(answer.json["secret"].is_string() && answer.json["public"].is_string());
}

#[tokio::test]
async fn the_paths_at_sign_may_be_encoded_and_the_ids_case_does_not_matter() {
    for encode in [false, true] {
        let world = World::new().await;
        let (at, id) =
            if encode { ("%40", world.id().to_string().to_uppercase()) } else { ("@", world.id().to_string()) };
        let request = TestRequest::new(Method::POST, &format!("/users/{at}me/projects/{id}/regenerate-keys"))
            .header("authorization", &format!("Bearer {}", world.project.secret.expose()));
        assert_eq!(world.call(request).await.status, 200);
    }
}

#[tokio::test]
async fn no_key_is_stored_in_plain_text() {
    let world = World::new().await;
    let answer = world.rotates(&json!({"gracePeriodSeconds": 60})).await;
    let items = format!("{:?}", world.backends.items().await);
    for key in [
        minted(&answer, "secret"),
        minted(&answer, "public"),
        world.project.secret.expose(),
        world.project.public.expose(),
    ] {
        assert!(!items.contains(key) && !items.contains(&key[3..43]));
    }
    assert!(items.contains(world.project.secret.digest().as_str()), "its digest is");
}

#[tokio::test]
async fn every_key_item_is_written_whole_even_one_that_was_deleted() {
    let world = World::new().await;
    let public = world.project.public.digest();
    let key = |sk: &str| aws_sdk_dynamodb::types::AttributeValue::S(sk.to_owned());
    let delete = world.backends.dynamodb.delete_item().table_name(TABLE).key("sk", key("KEY"));
    delete.key("pk", key(&format!("KEY#{}", public.as_str()))).send().await.unwrap();
    assert!(!world.works(world.project.public.expose()).await);
    let answer = world.rotates(&json!({"keys": "secret"})).await;
    assert!(world.works(minted(&answer, "secret")).await);
    assert!(world.works(world.project.public.expose()).await, "its item is back, with all that a request must know");
    let items = world.backends.items().await;
    let stored = &items[&format!("KEY#{} KEY", public.as_str())];
    assert_eq!(stored["name"].as_s().unwrap(), "Acme");
    assert_eq!(stored["default_sender"].as_s().unwrap(), "hello@example.com");
}

#[tokio::test]
async fn imported_keys_retire_with_the_next_rotation_of_their_class() {
    let world = World::new().await;
    let mut project = world.project.project.clone();
    for key in [SECRET_KEY, PUBLIC_KEY] {
        let next = import(&project, key, world.backends.clock.now()).unwrap();
        world.backends.table.change_project(Some(&project), &next, None).await.unwrap();
        project = next;
    }
    let first = world.rotates_with(SECRET_KEY, &json!({"keys": "secret", "gracePeriodSeconds": 60})).await;
    for key in [SECRET_KEY, PUBLIC_KEY, world.project.secret.expose(), world.project.public.expose()] {
        assert!(world.works(key).await, "in grace, or of the other class");
    }
    world.rotates_with(minted(&first, "secret"), &json!({})).await;
    for key in [SECRET_KEY, PUBLIC_KEY, world.project.secret.expose(), world.project.public.expose()] {
        assert!(!world.works(key).await);
    }
    world.assert_one_live_pair().await;
}

#[tokio::test]
async fn another_project_keeps_its_keys() {
    let world = World::new().await;
    let other = world.backends.project(|_| {}).await;
    world.rotates(&json!({})).await;
    let own = request(&other.project.facts.id.to_string(), other.secret.expose(), "");
    assert_eq!(world.call(own).await.status, 200);
}
