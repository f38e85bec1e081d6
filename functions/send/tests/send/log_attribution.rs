//! The request's log line names the project and the key, whatever becomes of the request.

use posthorn_testkit::{logs::Logs, ses::Fault};
use serde_json::json;

use crate::support::{World, email, plain};

#[tokio::test]
async fn an_answer_a_refusal_and_a_fault_are_attributed() {
    let world = World::new().await;
    let logs = Logs::listen();
    let from_elsewhere = email(&json!({"from": "hello@example.org"}));
    for (body, fault, status, level) in [
        (plain(), None, 200, "INFO"),
        (from_elsewhere, None, 403, "INFO"),
        (plain(), Some(Fault::LoseAnswer), 502, "ERROR"),
    ] {
        if let Some(fault) = fault {
            world.backends.ses.fail_next(fault);
        }
        let _before = logs.take();
        let answer = world.send(&body).await;
        let line = logs.request();
        assert_eq!((answer.status, &line["level"]), (status, &json!(level)), "{}", answer.text);
        let digest = world.project.secret.digest();
        assert_eq!((&line["project"], &line["key"]), (&json!(world.id()), &json!(digest.as_str()[..8])), "{line}");
    }
}
