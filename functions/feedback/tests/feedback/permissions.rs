//! The template's permissions are those that the function uses, no more. (That it needs no others, every test shows: a
//! call without its permission is refused.)

use jiff::SignedDuration;
use posthorn_auth::{Which, rotate};
use posthorn_table::project::Status;

use crate::support::{World, hard_bounce};

#[tokio::test]
async fn every_permission_is_used() {
    let world = World::new().await;
    // A key past its grace leaves the project with its change, and its item to TTL.
    let (project, secret) = (&world.project.project, world.project.secret.digest());
    let fill = &mut |buffer: &mut [u8]| world.backends.edge.fill(buffer);
    let rotation = rotate(project, &secret, Which::Both, 60, world.now(), fill).unwrap();
    world.backends.table.change_project(Some(project), &rotation.next, None).await.unwrap();
    world.wait(SignedDuration::from_mins(2));
    for number in 0..20 {
        let email = world.sent(number, &format!("user-{number}@example.org")).await;
        world.takes(&[hard_bounce(&email)]).await;
    }
    assert_eq!(world.stored().await.facts.status, Status::Disabled);
    let (allowed, used) = world.permissions.allowed_and_used();
    assert_eq!(used, allowed);
}
