//! The template's permissions are those that the function uses, no more, and on the items alone that it uses them on. (That
//! it needs no others, every test shows: a call without its permission is refused.)

use jiff::SignedDuration;
use posthorn_auth::{KeySelection, rotate};
use posthorn_table::{contact::Subscription, data::Data, project::Status};
use posthorn_testkit::permissions::TableOperation;

use crate::support::{World, hard_bounce};

#[tokio::test]
async fn every_permission_is_used() {
    let world = World::new().await;
    world.app.table.connect().await;
    // A key past its grace leaves the project with its change, and its item to TTL.
    let (project, secret) = (&world.project.project, world.project.secret.digest());
    let fill = &mut |buffer: &mut [u8]| world.backends.env.fill(buffer);
    let rotation = rotate(project, &secret, KeySelection::Both, 60, world.now(), fill).unwrap();
    world.backends.table.change_project(Some(project), &rotation.next, None).await.unwrap();
    world.wait(SignedDuration::from_mins(2));
    // A contact without room for its mark is read, for its largest data to give way.
    let (address, data) = ("user-0@example.org", Data::default());
    let keep = Subscription::Keep { when_new: true };
    let contact = world.backends.table.merge_contact(world.id(), address, keep, &data, world.now()).await.unwrap();
    world.backends.fill_contact(contact.id).await;
    for number in 0..20 {
        let email = world.sent(number, &format!("user-{number}@example.org")).await;
        world.takes(&[hard_bounce(&email)]).await;
    }
    assert_eq!(world.stored().await.facts.status, Status::Disabled);
    let (allowed, used) = world.permissions.allowed_and_used();
    assert_eq!(used, allowed);
}

/// An attacker who takes this function over reaches no further than its work: other items are refused, and unchanged.
#[tokio::test]
async fn other_items_are_out_of_reach() {
    let world = World::new().await;
    let reach = [
        (TableOperation::Get, &["EMAIL#", "CONTACT#", "PROJECT#"][..]),
        (TableOperation::BatchGet, &["STATS#"]),
        (TableOperation::Query, &["PROJECT#"]),
        (TableOperation::Check, &["PROJECT#"]),
        (TableOperation::Put, &["KEY#", "PROJECT#", "PROJECTS"]),
        (TableOperation::Update, &["EMAIL#", "CONTACT#", "PROJECT#", "STATS#", "FEEDBACK"]),
    ];
    world.permissions.refuse_all_but(&world.backends, &reach).await;
}
