//! `GET /projects` and `GET /projects/{id}`.

use lambda_http::http::Method;
use serde_json::json;

use crate::support::World;

#[tokio::test]
async fn a_key_sees_its_own_project() {
    let world = World::new().await;
    let expected = json!({
        "success": true,
        "data": {
            "id": world.project.project.facts.id,
            "name": "Acme",
            "defaultSenderDomain": "example.com",
            "createdAt": "2025-11-30T10:30:00.000Z",
        },
    });
    for path in ["/projects".to_owned(), world.own(), format!("{}/", world.own())] {
        let answer = world.get(&path).await;
        assert_eq!((answer.status, &answer.json), (200, &expected), "{path}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("etag"), Some("\"1\""));
    }
}

#[tokio::test]
async fn a_project_without_a_default_sender_has_no_domain_of_one() {
    let world = World::with(|project| project.facts.default_sender = None).await;
    assert_eq!(world.get("/projects").await.json["data"]["defaultSenderDomain"], json!(null));
}

#[tokio::test]
async fn an_answer_that_the_caller_has_is_not_sent_again() {
    let world = World::new().await;
    for (tags, status) in
        [("\"1\"", 304), ("W/\"1\"", 304), ("\"0\", \"1\"", 304), ("*", 304), ("\"2\"", 200), ("1", 200), ("", 200)]
    {
        let answer = world.call(world.request(Method::GET, "/projects").header("if-none-match", tags)).await;
        assert_eq!(answer.status, status, "{tags}");
        assert_eq!(answer.header("etag"), Some("\"1\""), "{tags}");
        assert_eq!(answer.text.is_empty(), status == 304, "{tags}");
    }
}

#[tokio::test]
async fn head_is_get_without_a_body() {
    let world = World::new().await;
    let answer = world.call(world.request(Method::HEAD, &world.own())).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, ""));
    assert_eq!(answer.header("etag"), Some("\"1\""));
}

#[tokio::test]
async fn another_id_is_denied_whether_or_not_there_is_such_a_project() {
    let world = World::new().await;
    let other = world.backends.project(|_| {}).await.project.facts.id.to_string();
    let mut answers = Vec::new();
    for id in [other.as_str(), "7d444840-9dc0-41d1-b245-5ffdce74fad2", "me", "%20"] {
        let answer = world.get(&format!("/projects/{id}")).await;
        assert_eq!((answer.status, answer.code()), (403, Some("PROJECT_ACCESS_DENIED")), "{id}");
        answers.push(answer);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
}
