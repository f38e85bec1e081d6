//! The functions behind their routes, on back ends of a test's own.

use axum::http::Method;
use posthorn_mail::ses::Ses;
use posthorn_routes::{Function, resolve};
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
    send: send::App,
    api: api::App,
    track: track::App,
    regenerate_keys: regenerate_keys::App,
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

    /// The same world, whose functions look for a table that does not exist.
    pub(crate) fn without_table(mut self) -> Self {
        let table = Table::new(self.backends.dynamodb.clone(), "missing");
        self.api.table = table.clone();
        self.send.table = table.clone();
        self.track.table = table.clone();
        self.regenerate_keys.table = table;
        self
    }

    fn over(backends: Backends, project: TestProject) -> Self {
        let (env, table) = (backends.env.clone(), backends.table.clone());
        let ses = Ses::new(backends.ses_config.clone(), None);
        let alerts = Some(backends.alerts.clone());
        Self {
            send: send::App { env: env.clone(), table: table.clone(), ses },
            api: api::App { env: env.clone(), table: table.clone() },
            track: track::App { env: env.clone(), table: table.clone() },
            regenerate_keys: regenerate_keys::App { env, table, alerts },
            project,
            backends,
        }
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
        let answer = match function(request.method(), request.path()) {
            Function::Api => self.backends.call(request.clone(), |request| api::handle(&self.api, request)).await,
            Function::Feedback => unreachable!("no route leads to feedback"),
            Function::Send => self.backends.call(request.clone(), |request| send::handle(&self.send, request)).await,
            Function::Track => self.backends.call(request.clone(), |request| track::handle(&self.track, request)).await,
            Function::RegenerateKeys => {
                let handle = |request| regenerate_keys::handle(&self.regenerate_keys, request);
                self.backends.call(request.clone(), handle).await
            }
        };
        assert_fits(&answer, description_of(&request, &answer));
        answer
    }

    /// Answers an event of `events/`, and checks that the answer fits its description.
    pub(crate) async fn replay(&self, event: &Value) -> TestResponse {
        let request = request_of(event);
        let text = event.to_string();
        let answer = match function(request.method(), request.path()) {
            Function::Api => invoke(&text, "", TIMEOUT, |request| api::handle(&self.api, request)).await,
            Function::Feedback => unreachable!("no route leads to feedback"),
            Function::Send => invoke(&text, "", TIMEOUT, |request| send::handle(&self.send, request)).await,
            Function::Track => invoke(&text, "", TIMEOUT, |request| track::handle(&self.track, request)).await,
            Function::RegenerateKeys => {
                invoke(&text, "", TIMEOUT, |request| regenerate_keys::handle(&self.regenerate_keys, request)).await
            }
        };
        let answer = TestResponse::from(answer);
        assert_fits(&answer, description_of(&request, &answer));
        answer
    }
}

fn function(method: &Method, path: &str) -> Function {
    resolve(method, path).path().map_or(Function::DEFAULT, |path| path.routes[0].function)
}

/// A request with the method and the path of an event.
pub(crate) fn request_of(event: &Value) -> TestRequest {
    let http = &event["requestContext"]["http"];
    let method = http["method"].as_str().unwrap().parse().unwrap();
    TestRequest::new(method, event["rawPath"].as_str().unwrap())
}
