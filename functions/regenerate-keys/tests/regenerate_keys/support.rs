//! A world of one project, its keys and the function under test, and short ways to make requests.

use lambda_http::http::Method;
use posthorn_auth::authenticate;
use posthorn_errors::Code;
use posthorn_routes::{Operation, route};
use posthorn_table::{
    Uuid,
    project::{Project, ProjectKey},
};
use posthorn_testkit::{
    backends::{Backends, TestProject, TestRequest, TestResponse},
    openapi::description_of,
    permissions::Permissions,
};
use regenerate_keys::{App, handle};
use serde_json::Value;

pub(crate) struct World {
    pub(crate) backends: Backends,
    pub(crate) project: TestProject,
    pub(crate) app: App,
    pub(crate) permissions: Permissions,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// A world whose project is changed before it is stored.
    pub(crate) async fn with(change: impl FnOnce(&mut Project)) -> Self {
        let backends = Backends::start().await;
        let project = backends.project(change).await;
        Self::over(backends, project)
    }

    pub(crate) fn over(backends: Backends, project: TestProject) -> Self {
        let permissions = Permissions::of("RegenerateKeysFunction");
        let function = backends.as_function(&permissions);
        let app = App { env: function.env, table: function.table, alerts: None };
        let _set_up = backends.calls.take();
        Self { backends, project, app, permissions }
    }

    pub(crate) fn id(&self) -> Uuid {
        self.project.project.facts.id
    }

    /// A request for the world's project with this key and body.
    pub(crate) fn request(&self, key: &str, body: &str) -> TestRequest {
        request(&self.id().to_string(), key, body)
    }

    /// Answers a request, and checks that `openapi.yaml` describes the answer.
    pub(crate) async fn call(&self, request: TestRequest) -> TestResponse {
        let answer = self.backends.call(request.clone(), |request| handle(&self.app, request)).await;
        let _described = description_of(&request, &answer);
        answer
    }

    /// Rotates with the first secret key.
    pub(crate) async fn rotates(&self, body: &Value) -> TestResponse {
        self.rotates_with(self.project.secret.expose(), body).await
    }

    /// Rotates with this key, and checks that it succeeds.
    pub(crate) async fn rotates_with(&self, key: &str, body: &Value) -> TestResponse {
        let answer = self.call(self.request(key, &body.to_string())).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer
    }

    /// Answers a request, and checks that it is refused with this status and code and writes nothing.
    pub(crate) async fn refuses(&self, request: TestRequest, status: u16, code: &str) -> TestResponse {
        let items = self.backends.items().await;
        let answer = self.call(request).await;
        assert_eq!((answer.status, answer.code()), (status, Some(code)), "{}", answer.text);
        assert_eq!((&answer.json["success"], &answer.json["error"]["statusCode"]), (&false.into(), &status.into()));
        assert_eq!(self.backends.items().await, items, "a refusal wrote something");
        answer
    }

    /// True if a key is valid at this moment.
    pub(crate) async fn works(&self, key: &str) -> bool {
        let header = format!("Bearer {key}");
        let now = self.backends.clock.now();
        match authenticate(
            &self.backends.table,
            Some(header.as_bytes()),
            route(Operation::TrackEvent).unwrap(),
            now,
            |_| {},
        )
        .await
        {
            Ok(caller) => caller.project.id == self.id(),
            Err(failure) => {
                assert_eq!(failure.code(), Code::InvalidApiKey);
                false
            }
        }
    }

    /// The project as it is stored.
    pub(crate) async fn stored(&self) -> Project {
        self.backends.table.project(self.id()).await.unwrap().unwrap()
    }

    /// Checks that one key of each class is live, and that every key of the project has an item and no other key has.
    pub(crate) async fn assert_one_live_pair(&self) {
        let project = self.stored().await;
        let mut live: Vec<_> = project.keys.iter().filter(|key| key.is_live()).map(|key| key.class).collect();
        live.sort_by_key(|class| format!("{class:?}"));
        assert_eq!(live, [posthorn_auth::KeyClass::Public, posthorn_auth::KeyClass::Secret]);
        let mut expected: Vec<_> = project.keys.iter().map(key_item).collect();
        expected.sort_unstable();
        let items = self.backends.items().await;
        let found: Vec<_> = items.into_keys().filter(|key| key.starts_with("KEY#")).collect();
        assert_eq!(found, expected);
    }
}

/// The key of a key's item, as the test kit lists it.
pub(crate) fn key_item(key: &ProjectKey) -> String {
    format!("KEY#{} KEY", key.digest)
}

pub(crate) fn request(project: &str, key: &str, body: &str) -> TestRequest {
    TestRequest::new(Method::POST, &format!("/users/@me/projects/{project}/regenerate-keys"))
        .header("authorization", &format!("Bearer {key}"))
        .body(body.to_owned())
}

/// The new key of a class in the answer, which must have one.
pub(crate) fn minted<'a>(answer: &'a TestResponse, class: &str) -> &'a str {
    answer.json[class].as_str().unwrap_or_else(|| panic!("no {class} key in {}", answer.text))
}
