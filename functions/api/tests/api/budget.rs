//! Calls to AWS, how many of them one after the other, and DynamoDB's units.

use lambda_http::http::Method;
use posthorn_testkit::{capacity::Units, events::PUBLIC_KEY};

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

#[tokio::test]
async fn a_key_that_cannot_be_ours_makes_no_call() {
    let world = World::new().await;
    for key in ["", "nonsense", "sk_nonsense", PUBLIC_KEY] {
        let request = world.request(Method::GET, "/projects").with_header("authorization", &format!("Bearer {key}"));
        assert_eq!(world.call(request).await.status, 401, "{key}");
        assert!(world.backends.calls.take().is_empty(), "{key}");
    }
}
