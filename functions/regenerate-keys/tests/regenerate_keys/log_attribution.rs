//! The request's log line names the project and the key, also where another's project is asked for.

use posthorn_table::Uuid;
use posthorn_testkit::logs::Logs;
use serde_json::json;

use crate::support::{World, request};

#[tokio::test]
async fn a_rotation_and_a_refusal_are_attributed_to_the_callers_own_project() {
    let world = World::new().await;
    let logs = Logs::listen();
    let key = &world.project.secret;
    let others = request(&Uuid::from_u128(7).to_string(), key.expose(), "{}");
    for (request, status) in [(others, 403), (world.request(key.expose(), "{}"), 200)] {
        let _before = logs.take();
        assert_eq!(world.call(request).await.status, status);
        let line = logs.request();
        assert_eq!(
            (&line["project"], &line["key"]),
            (&json!(world.id()), &json!(key.digest().as_str()[..8])),
            "{line}"
        );
    }
}
