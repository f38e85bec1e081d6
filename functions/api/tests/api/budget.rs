//! Calls to AWS, how many of them one after the other, and DynamoDB's units.

use posthorn_testkit::capacity::Units;

use crate::support::World;

#[tokio::test]
async fn a_project_is_its_key_and_its_item() {
    let world = World::new().await;
    for path in ["/projects".to_owned(), world.own()] {
        assert_eq!(world.get(&path).await.status, 200);
        assert_eq!(world.backends.calls.take_in_a_row(), ["GetItem", "GetItem"]);
        assert_eq!(world.backends.capacity.take(), Units::new(2.0, 0.0));
    }
}
