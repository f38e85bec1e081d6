//! The functions give every answer that is described. The tests bring each of them about.

use std::collections::BTreeSet;

use axum::http::Method;
use posthorn_auth::permits;
use posthorn_routes::{MAX_EVENT_BYTES, ROUTES, RequiredKey, Route, paths, resolve};
use posthorn_table::{api_key::KeyScope, project::Status};
use posthorn_testkit::{
    backends::{TestRequest, TestResponse},
    events::{SECRET_KEY, accepted},
    faults::Fault,
    openapi::{codes, document, resolved},
    ses,
};
use serde_json::{Value, json};

use crate::{description::operations, world::World};

/// More attempts than the SDK and the functions make together.
const ALL_ATTEMPTS: usize = 1_000;

/// The pattern of the route, the method, the status, and the code of an error.
type Outcome = (&'static str, String, u16, String);

/// The outcomes of the requests so far, and the texts of their errors.
#[derive(Default)]
struct Answers {
    outcomes: BTreeSet<Outcome>,
    texts: BTreeSet<[String; 3]>,
}

impl Answers {
    async fn ask(&mut self, world: &World, request: TestRequest) {
        let answer = world.call(request.clone()).await;
        let route = resolve(request.method(), request.path()).path().map_or("", |path| path.pattern);
        let code = answer.code().unwrap_or_default().to_owned();
        self.texts.insert(text(&answer.json));
        self.outcomes.insert((route, request.method().to_string(), answer.status, code));
    }

    /// Brings about the answers that every route with a key has.
    async fn ask_for_common_answers(&mut self, route: &Route) {
        let file = accepted(route);
        let request = file.request();
        let world = World::of(&file).await;
        let bare = request.clone().without_header("authorization");
        self.ask(&world, bare.clone()).await;
        self.ask(&world, bare.with_header("authorization", "Bearer sk_nonsense")).await;
        self.ask(&world, request.clone().body(vec![b'x'; MAX_EVENT_BYTES + 1])).await;
        for fault in [Fault::Throttled, Fault::NeverArrives] {
            world.backends.faults.fail("GetItem", "KEY#", fault, ALL_ATTEMPTS);
            self.ask(&world, request.clone()).await;
            world.backends.faults.clear();
        }
        self.ask(&world, request.clone()).await;
        self.ask(&World::of(&file).await.without_table(), request.clone()).await;
        let mut world = World::of(&file).await;
        world.backends.change(&mut world.project.project, |project| project.facts.status = Status::Disabled).await;
        self.ask(&world, request.clone()).await;
        for scope in KeyScope::ALL.into_iter().filter(|scope| !permits(*scope, route)) {
            let mut world = World::of(&file).await;
            world
                .backends
                .change(&mut world.project.project, |project| project.keys.iter_mut().for_each(|key| key.scope = scope))
                .await;
            self.ask(&world, as_secret(request.clone())).await;
        }
    }

    /// Brings about the answers of a route that takes a body.
    async fn ask_with_wrong_bodies(&mut self, route: &Route) {
        let file = accepted(route);
        let world = World::of(&file).await;
        let wrong = json!({"to": ["ada@example.org", "ada"], "keys": 1}).to_string();
        for body in ["[", "{\"a\": 1", &wrong] {
            self.ask(&world, file.request().body(body.to_owned())).await;
        }
    }

    /// Brings about the answers of a route that takes an idempotency key.
    async fn ask_with_idempotency_key(&mut self, path: &str, body: &Value) {
        let world = World::new().await;
        self.ask(&world, world.post(path, body).once("")).await;
        self.ask(&world, world.post(path, body).once("order-1234")).await;
        self.ask(&world, world.post(path, body).once("order-1234")).await;
        self.ask(
            &world,
            world
                .post(path, &json!({"event": "e", "email": "b@x.co", "to": "b@x.co", "subject": "s", "body": "b"}))
                .once("order-1234"),
        )
        .await;
    }

    async fn ask_send(&mut self, body: &Value) {
        let world = World::with(|project| project.facts.monthly_limit = Some(0)).await;
        self.ask(&world, world.post("/v1/send", body)).await;
        let world = World::with(|project| project.facts.domains.clear()).await;
        self.ask(&world, world.post("/v1/send", body)).await;
        let world = World::new().await;
        self.ask(&world, world.post("/v1/send", &json!({"to": "ada@example.org", "template": "welcome"}))).await;
        for fault in [ses::Fault::LoseAnswer, ses::Fault::AccountPaused, ses::Fault::DailyQuotaExceeded] {
            world.backends.ses.fail_next(fault);
            self.ask(&world, world.post("/v1/send", body)).await;
        }
    }

    async fn ask_projects(&mut self) {
        let (world, other) = (World::new().await, "/projects/00000000-0000-4000-8000-000000000000");
        let own = format!("/projects/{}", world.project.project.facts.id);
        let get = |path: &str| world.post(path, &Value::Null).at(Method::GET, path);
        self.ask(&world, get(other)).await;
        for path in ["/projects", &own] {
            self.ask(&world, get(path).header("if-none-match", "*")).await;
        }
    }

    async fn ask_regenerate_keys(&mut self) {
        let world = World::new().await;
        let other = "/users/@me/projects/00000000-0000-4000-8000-000000000000/regenerate-keys";
        self.ask(&world, world.post(other, &json!({}))).await;
        world.backends.faults.fail("TransactWriteItems", "", Fault::Conflicts, ALL_ATTEMPTS);
        self.ask(&world, world.post(&world.rotation(), &json!({}))).await;
    }
}

/// The request with the secret key instead, since a public key has no scope.
fn as_secret(request: TestRequest) -> TestRequest {
    request.with_header("authorization", &format!("Bearer {SECRET_KEY}"))
}

/// The code, message and suggestion of an error, without the numbers in them.
fn text(body: &Value) -> [String; 3] {
    let text = |name: &str| {
        let text = body["error"][name].as_str().unwrap_or_default();
        text.split(|c: char| c.is_ascii_digit()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("#")
    };
    [text("code"), text("message"), text("suggestion")]
}

/// Every outcome that is described, except for the gateway's own answers.
fn described() -> BTreeSet<Outcome> {
    let mut described = BTreeSet::new();
    for (path, method, operation) in operations() {
        for (status, response) in operation["responses"].as_object().unwrap() {
            let (status, codes): (u16, _) = (status.parse().unwrap(), codes(resolved(response)));
            let place = |code: &str| (path, method.to_string(), status, code.to_owned());
            if status < 400 {
                described.insert(place(""));
            }
            described.extend(codes.into_iter().map(place));
        }
    }
    described
}

#[tokio::test]
async fn the_functions_give_every_answer_that_is_described_and_no_other() {
    let mut answers = Answers::default();
    let email = json!({"to": "ada@example.org", "subject": "Hello", "body": "<p>Hi</p>"});
    let event = json!({"event": "signed_up", "email": "ada@example.org"});
    for route in ROUTES.iter().filter(|route| route.key != RequiredKey::None) {
        Box::pin(answers.ask_for_common_answers(route)).await;
        if route.method == Method::POST {
            answers.ask_with_wrong_bodies(route).await;
        }
    }
    for (path, body) in [("/v1/send", &email), ("/v1/track", &event), ("/v1", &event)] {
        answers.ask_with_idempotency_key(path, body).await;
    }
    answers.ask_projects().await;
    answers.ask_send(&email).await;
    answers.ask_regenerate_keys().await;
    let world = World::new().await;
    answers.ask(&world, TestRequest::new(Method::GET, "/health")).await;
    let described = described();
    let missing: Vec<_> = described.difference(&answers.outcomes).collect();
    assert!(missing.is_empty(), "described, and brought about by no request of answers.rs: {missing:#?}");
    let undescribed: Vec<_> = answers.outcomes.difference(&described).collect();
    assert!(undescribed.is_empty(), "answered, and described by no fragment: {undescribed:#?}");
    answers.ask(&world, TestRequest::new(Method::GET, "/v1/send")).await;
    answers.ask(&world, TestRequest::new(Method::GET, "/v1/track")).await;
    answers.ask(&world, TestRequest::new(Method::GET, "/send")).await;
    for (name, example) in document()["components"]["examples"].as_object().unwrap() {
        assert!(answers.texts.contains(&text(&example["value"])), "no caller gets the text of {name}");
    }
}

/// The description says in words that HEAD is GET without a body, and that preflights of the routes for browsers are 204.
#[tokio::test]
async fn head_and_preflights_are_answered_as_the_description_says() {
    let world = World::new().await;
    for path in paths() {
        let ask = |method| world.call(TestRequest::new(method, path.pattern));
        let get = ask(Method::GET).await;
        let head = ask(Method::HEAD).await;
        assert_eq!((head.status, head.text.as_str()), (get.status, ""), "{}", path.pattern);
        assert_eq!(head.header("allow"), get.header("allow"), "{}", path.pattern);
        let preflight = ask(Method::OPTIONS).await;
        let expected = if path.is_for_browsers() { 204 } else { 405 };
        assert_eq!(preflight.status, expected, "{}", path.pattern);
        assert_eq!(preflight.text.is_empty(), path.is_for_browsers(), "{}", path.pattern);
    }
}

/// A retry gets the first answer, with the header that says so.
#[tokio::test]
async fn a_replayed_answer_says_so() {
    let world = World::new().await;
    for (path, body) in [
        ("/v1/send", json!({"to": "ada@example.org", "subject": "Hello", "body": "<p>Hi</p>"})),
        ("/v1/track", json!({"event": "signed_up", "email": "ada@example.org"})),
    ] {
        let ask = || world.call(world.post(path, &body).once("k"));
        let [first, again]: [TestResponse; 2] = [ask().await, ask().await];
        assert_eq!(first.header("idempotency-replayed"), None);
        assert_eq!((again.header("idempotency-replayed"), &again.text), (Some("true"), &first.text));
    }
}
