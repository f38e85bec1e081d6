//! The functions behind their routes, on back ends of a test's own.

use posthorn_bundle::{Bundle, Clients};
use posthorn_routes::resolve;
use posthorn_table::{Table, project::Project};
use posthorn_testkit::{
    backends::{Backends, TestProject, TestRequest, TestResponse},
    events::EventFile,
    gateway::{TIMEOUT, invoke},
    openapi::description_of,
};
use serde_json::Value;

use crate::schema::assert_fits;

pub(crate) struct World {
    pub(crate) backends: Backends,
    pub(crate) project: TestProject,
    functions: Bundle,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// Starts with a project that `change` changed before it was stored.
    pub(crate) async fn with(change: impl FnOnce(&mut Project)) -> Self {
        let backends = Backends::start().await;
        let project = backends.project(change).await;
        Self::over(backends, project)
    }

    /// Starts with the items that a file of `events/` supposes.
    pub(crate) async fn of(file: &EventFile) -> Self {
        let backends = Backends::start().await;
        let project = file.prepare(&backends).await;
        Self::over(backends, project)
    }

    /// This world with functions whose table does not exist.
    pub(crate) fn without_table(self) -> Self {
        let table = Table::new(self.backends.dynamodb.clone(), "missing");
        let functions = Bundle::new(Clients { table, ..Clients::of(&self.backends) });
        Self { functions, ..self }
    }

    fn over(backends: Backends, project: TestProject) -> Self {
        Self { functions: Bundle::new(Clients::of(&backends)), project, backends }
    }

    /// A POST with the project's secret key.
    pub(crate) fn post(&self, path: &str, body: &Value) -> TestRequest {
        TestRequest::post(path, &self.project.secret, body)
    }

    /// The path for replacing this project's keys.
    pub(crate) fn rotation(&self) -> String {
        format!("/users/@me/projects/{}/regenerate-keys", self.project.project.facts.id)
    }

    /// Answers a request, and checks that the answer fits its description.
    pub(crate) async fn call(&self, request: TestRequest) -> TestResponse {
        let function = resolve(request.method(), request.path()).function();
        let handler = |request| self.functions.call(function, request);
        let answer = Box::pin(self.backends.call(request.clone(), handler)).await;
        assert_fits(&answer, description_of(&request, &answer));
        answer
    }

    /// Answers an event of `events/`, and checks that the answer fits its description.
    pub(crate) async fn replay(&self, event: &Value) -> TestResponse {
        let request = request_of(event);
        let function = resolve(request.method(), request.path()).function();
        let handler = |request| self.functions.call(function, request);
        let answer = TestResponse::from(invoke(&event.to_string(), "", TIMEOUT, handler).await);
        assert_fits(&answer, description_of(&request, &answer));
        answer
    }
}

/// A request with the method and the path of an event.
pub(crate) fn request_of(event: &Value) -> TestRequest {
    let http = &event["requestContext"]["http"];
    let method = http["method"].as_str().unwrap().parse().unwrap();
    TestRequest::new(method, event["rawPath"].as_str().unwrap())
}
