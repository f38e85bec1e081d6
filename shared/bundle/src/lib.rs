//! Every function, built once over the same clients. This is for development alone: the local stack, the contract tests, the leak
//! test, the fuzz targets and the benches call the functions through it. `deny.toml` keeps it out of the functions' binaries.

use std::time::Duration;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use feedback::Heartbeat;
use lambda_http::{Body, Request, Response};
use posthorn_alerts::Topic;
use posthorn_auth::reputation::Rule;
use posthorn_lambda::{Env, env::monotonic_now};
use posthorn_mail::ses::Ses;
use posthorn_routes::Function;
use posthorn_table::Table;
use posthorn_testkit::{backends::Backends, gateway};
use serde_json::Value;
use tokio::time::Instant;

/// The clients and settings that the functions share.
pub struct Clients {
    /// The clock and the randomness.
    pub env: Env,
    /// The table.
    pub table: Table,
    /// The client of SES, with its configuration set.
    pub ses: Ses,
    /// The alerts topic, if alerts are published.
    pub alerts: Option<Topic>,
    /// The guard's rule.
    pub rule: Rule,
}

impl Clients {
    /// The clients of a test's back ends, with the default rule and without a configuration set.
    #[must_use]
    pub fn of(backends: &Backends) -> Self {
        Self {
            env: backends.env.clone(),
            table: backends.table.clone(),
            ses: Ses::new(backends.ses_config.clone(), None),
            alerts: Some(backends.alerts.clone()),
            rule: Rule::default(),
        }
    }
}

/// Every function.
pub struct Bundle {
    api: api::App,
    send: send::App,
    track: track::App,
    regenerate_keys: regenerate_keys::App,
    feedback: feedback::App,
}

impl Bundle {
    /// Builds every function over these clients.
    #[must_use]
    pub fn new(clients: Clients) -> Self {
        let Clients { env, table, ses, alerts, rule } = clients;
        Self {
            api: api::App { env: env.clone(), table: table.clone() },
            send: send::App { env: env.clone(), table: table.clone(), ses },
            track: track::App { env: env.clone(), table: table.clone() },
            regenerate_keys: regenerate_keys::App { env: env.clone(), table: table.clone(), alerts: alerts.clone() },
            feedback: feedback::App { env, table, rule, alerts, heartbeat: Heartbeat::default() },
        }
    }

    /// Gives an HTTP request to a function.
    ///
    /// # Panics
    /// If the function is not behind the gateway.
    pub async fn call(&self, function: Function, request: Request) -> Response<Body> {
        match function {
            Function::Api => api::handle(&self.api, request).await,
            // The future of a send is several times as large as the others.
            Function::Send => Box::pin(send::handle(&self.send, request)).await,
            Function::Track => track::handle(&self.track, request).await,
            Function::RegenerateKeys => regenerate_keys::handle(&self.regenerate_keys, request).await,
            Function::Feedback => panic!("feedback takes batches of a queue, and no requests"),
        }
    }

    /// Gives a batch of SES's events to `feedback`, which has to answer by `deadline`.
    pub async fn deliver(&self, batch: SqsEvent, deadline: Instant) -> SqsBatchResponse {
        feedback::handle(&self.feedback, batch, deadline).await
    }

    /// Gives a function its event, as Lambda does, and returns its answer as JSON. `remaining` is the time that the function's
    /// timeout leaves.
    ///
    /// # Panics
    /// If the event is not one that the function takes: an HTTP API's, or for `feedback` a queue's.
    pub async fn invoke(&self, function: Function, event: &str, request_id: &str, remaining: Duration) -> Value {
        if function.is_behind_the_gateway() {
            return gateway::handle_event(event, request_id, remaining, |request| self.call(function, request)).await;
        }
        let batch = serde_json::from_str(event).expect("an event of a queue");
        let response = self.deliver(batch, monotonic_now() + remaining).await;
        serde_json::to_value(response).expect("an answer that is JSON")
    }
}
