//! The request's log line names the project and the key, as soon as they are known and never before.

use std::{future::pending, time::Duration};

use posthorn_auth::{KeyClass, PlainKey};
use posthorn_lambda::http::{Call, respond};
use posthorn_routes::Function;
use posthorn_table::project::Status;
use posthorn_testkit::{
    backends::{TestRequest, TestResponse},
    faults::Fault::NeverArrives,
    logs::Logs,
};
use serde_json::{Value, json};

use crate::support::{World, event, plain};

impl World {
    /// Gives a request, whose line has to name this key and its project.
    async fn is_attributed(&self, logs: &Logs, request: TestRequest, key: &PlainKey) -> (TestResponse, Value) {
        let _before = logs.take();
        let answer = self.call(request).await;
        let line = logs.request();
        let named = (line["project"].as_str().unwrap(), line["key"].as_str().unwrap());
        assert_eq!(named, (self.id().to_string().as_str(), &key.digest().as_str()[..8]), "{line}");
        assert!(!line.to_string().contains(&key.digest().as_str()[..9]), "{line} names more of the digest");
        assert_eq!(line["status"], answer.status);
        (answer, line)
    }
}

#[tokio::test]
async fn an_answer_and_a_refusal_are_attributed_to_the_key_that_was_used() {
    let world = World::new().await;
    let logs = Logs::listen();
    let (answer, _) = world.is_attributed(&logs, world.public(&plain()), &world.project.public).await;
    assert_eq!(answer.status, 200);
    let (answer, _) = world.is_attributed(&logs, world.secret(&plain()), &world.project.secret).await;
    assert_eq!(answer.status, 200);
    let wrong = event(&json!({"email": "nobody"}));
    let (answer, line) = world.is_attributed(&logs, world.public(&wrong), &world.project.public).await;
    assert_eq!((answer.status, &line["code"]), (422, &json!("VALIDATION_ERROR")));
}

#[tokio::test]
async fn a_disabled_project_is_named() {
    let world = World::with(|project| project.facts.status = Status::Disabled).await;
    let logs = Logs::listen();
    let (_, line) = world.is_attributed(&logs, world.public(&plain()), &world.project.public).await;
    assert_eq!(line["code"], "PROJECT_DISABLED");
}

#[tokio::test]
async fn a_request_that_panics_or_runs_out_of_time_is_attributed() {
    let world = World::new().await;
    let logs = Logs::listen();
    let give = async |panics: bool| {
        let request = world.public(&plain()).remaining(Duration::from_millis(600));
        let handler = |call: Call| async move {
            call.attribute("project", "key");
            assert!(!panics, "a fault of ours");
            pending().await
        };
        world.backends.call(request, |request| respond(&world.backends.env, Function::Track, request, handler)).await
    };
    for (panics, status) in [(true, 500), (false, 503)] {
        let _before = logs.take();
        assert_eq!(give(panics).await.status, status);
        let line = logs.request();
        assert_eq!((&line["project"], &line["key"]), (&json!("project"), &json!("key")), "{line}");
    }
}

#[tokio::test]
async fn a_warning_names_the_request_the_project_and_the_key() {
    let world = World::new().await;
    let logs = Logs::listen();
    world.backends.faults.fail("UpdateItem", "IDEMPOTENCY#", NeverArrives, 3);
    world.accepts(world.public(&plain()).once("k")).await;
    let warning = logs.take().into_iter().find(|line| line["level"] == "WARN").unwrap();
    let (project, key) = (world.id().to_string(), world.project.public.digest());
    assert_eq!((&warning["span"]["project"], &warning["span"]["key"]), (&json!(project), &json!(key.short_id())));
}

#[tokio::test]
async fn nobody_is_named_before_the_key_is_found() {
    let world = World::new().await;
    let logs = Logs::listen();
    let stranger = PlainKey::mint(KeyClass::Public, &mut |buffer| buffer.fill(7));
    for authorization in ["", "Bearer pk_nonsense", &format!("Bearer {}", stranger.expose())] {
        let request =
            TestRequest::new(lambda_http::http::Method::POST, "/v1/track").header("authorization", authorization);
        let _before = logs.take();
        assert_eq!(world.call(request.body("{}")).await.status, 401);
        let line = logs.request();
        assert_eq!((&line["project"], &line["key"]), (&Value::Null, &Value::Null), "{line}");
    }
}
