//! One project, its keys and the function under test; requests with few words.

use api::{App, handle};
use lambda_http::http::Method;
use posthorn_table::project::Project;
use posthorn_testkit::{
    backends::{Backends, TestProject, TestRequest, TestResponse},
    openapi::description_of,
    permissions::Permissions,
};

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
        let permissions = Permissions::of("ApiFunction");
        let function = backends.as_function(&permissions);
        let app = App { env: function.env, table: function.table };
        let _set_up = (backends.calls.take(), backends.capacity.take());
        Self { backends, project, app, permissions }
    }

    /// A request with the secret key.
    pub(crate) fn request(&self, method: Method, path: &str) -> TestRequest {
        TestRequest::new(method, path).header("authorization", &format!("Bearer {}", self.project.secret.expose()))
    }

    /// The path of the own project.
    pub(crate) fn own(&self) -> String {
        format!("/projects/{}", self.project.project.facts.id)
    }

    /// Answers, and holds the answer to `openapi.yaml`.
    pub(crate) async fn call(&self, request: TestRequest) -> TestResponse {
        let answer = self.backends.call(request.clone(), |request| handle(&self.app, request)).await;
        let _described = description_of(&request, &answer);
        answer
    }

    pub(crate) async fn get(&self, path: &str) -> TestResponse {
        self.call(self.request(Method::GET, path)).await
    }
}
