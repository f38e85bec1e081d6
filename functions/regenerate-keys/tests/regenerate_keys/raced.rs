//! Concurrent rotations, and other changes of the project at the same time.

use futures_util::future::join_all;
use serde_json::json;

use crate::support::{World, minted};

#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_concurrent_rotations_wins() {
    for body in [json!({}), json!({"gracePeriodSeconds": 60}), json!({"keys": "secret"})] {
        let world = World::new().await;
        let body = body.to_string();
        let request = || world.call(world.request(world.project.secret.expose(), &body));
        let answers = join_all((0..2).map(|_| request())).await;
        let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
        assert_eq!((won.len(), lost.len()), (1, 1), "{body}");
        assert!(
            matches!((lost[0].status, lost[0].code()), (409, Some("CONFLICT")) | (401, Some("INVALID_API_KEY"))),
            "{}",
            lost[0].text
        );
        assert!(world.works(minted(&won[0], "secret")).await);
        assert_eq!(world.stored().await.version, world.project.project.version + 1);
        world.assert_one_live_pair().await;
    }
}

#[tokio::test]
async fn a_project_changed_since_it_was_read_is_a_conflict() {
    let world = World::new().await;
    let mut changed = world.project.project.clone();
    changed.version += 1;
    changed.facts.name = "Renamed".to_owned();
    let fill = &mut |buffer: &mut [u8]| world.backends.env.fill(buffer);
    let stale = &world.project.project;
    let now = world.backends.clock.now();
    let digest = world.project.secret.digest();
    let rotation = posthorn_auth::rotate(stale, &digest, posthorn_auth::KeySelection::Both, 0, now, fill).unwrap();
    world.backends.table.change_project(Some(stale), &changed, None).await.unwrap();
    let items = world.backends.items().await;
    let error = world.backends.table.change_project(Some(stale), &rotation.next, None).await.unwrap_err();
    assert!(matches!(error, posthorn_table::TableError::Conflict(_)), "{error}");
    assert_eq!(world.backends.items().await, items);
    world.rotates(&json!({})).await;
}

/// The answer to a rotation's transaction is lost, and somebody else changes the project before it can be looked up. An error
/// would leave the project with live keys that nobody knows.
#[tokio::test]
async fn a_rotation_whose_answer_is_lost_is_found_by_its_keys_after_a_later_change() {
    let world = World::new().await;
    let read = &world.project.project;
    let (now, digest) = (world.backends.clock.now(), world.project.secret.digest());
    let fill = &mut |buffer: &mut [u8]| world.backends.env.fill(buffer);
    let rotation = posthorn_auth::rotate(read, &digest, posthorn_auth::KeySelection::Secret, 0, now, fill).unwrap();
    let table = &world.backends.table;
    table.change_project(Some(read), &rotation.next, None).await.unwrap();
    let later = posthorn_auth::replace_keys(&rotation.next, posthorn_auth::KeySelection::Public, 0, now, fill);
    table.change_project(Some(&rotation.next), &later.next, None).await.unwrap();
    table.change_project(Some(read), &rotation.next, None).await.unwrap();
    assert_eq!(world.stored().await, later.next, "it is not made twice");
    assert!(world.works(rotation.minted[0].expose()).await);

    let rival = posthorn_auth::rotate(read, &digest, posthorn_auth::KeySelection::Both, 0, now, fill).unwrap();
    let lost = table.change_project(Some(read), &rival.next, None).await;
    assert!(matches!(lost, Err(posthorn_table::TableError::Conflict(_))), "{lost:?}");
}
