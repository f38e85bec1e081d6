//! The back ends that a function under test calls, started for one test.

use std::{collections::BTreeMap, future::pending};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::{
    Client,
    config::{Credentials, Intercept, SharedCredentialsProvider},
    types::AttributeValue,
};
use dynoxide::Database;
use lambda_http::http::Response;
use posthorn_alerts::Topic;
use posthorn_auth::{NewProject, PlainKey, new_project};
use posthorn_lambda::{Env, aws::retries};
use posthorn_table::{Table, project::Project, schema};
use tokio::net::TcpListener;

use crate::{
    calls::Calls,
    capacity::Capacity,
    clock::Clock,
    database::{self, TrailingIndex},
    faults::Faults,
    server,
    ses::Ses,
    sns::Sns,
};

pub use crate::request::{TestRequest, TestResponse};

/// The table's name in tests.
pub const TABLE: &str = "posthorn-test";

/// The alerts topic's ARN in tests.
pub const ALERTS: &str = "arn:aws:sns:us-east-1:000000000000:posthorn-alerts";

/// The access key id and the secret of everything on this machine.
const LOCAL: &str = "local";

/// A DynamoDB engine, an SES and an SNS endpoint, with real clients in front.
#[derive(Clone)]
pub struct Backends {
    /// The engine's client, for looking at items.
    pub dynamodb: Client,
    engine: Option<Database>,
    /// The access key id, by which another DynamoDB tells accounts, and so tests, apart.
    pub account: String,
    /// The table.
    pub table: Table,
    /// The SES endpoint.
    pub ses: Ses,
    /// The SNS endpoint.
    pub sns: Sns,
    /// The alerts topic on it.
    pub alerts: Topic,
    alerts_config: aws_sdk_sns::config::Builder,
    /// The addresses at which they listen, for a function in a process of its own.
    pub urls: Urls,
    /// The configuration of the SES client.
    pub ses_config: aws_sdk_sesv2::config::Builder,
    /// The clock that the functions see.
    pub clock: Clock,
    /// The clock and the randomness of the functions.
    pub env: Env,
    /// The record of the calls made by the clients.
    pub calls: Calls,
    /// The record of the units that calls to the engine cost.
    pub capacity: Capacity,
    /// The faults of calls.
    pub faults: Faults,
    /// The index, which trails the table if that is in this process's engine.
    pub index: Option<TrailingIndex>,
}

/// The addresses at which the back ends listen.
#[derive(Debug, Clone)]
pub struct Urls {
    /// The engine.
    pub dynamodb: String,
    /// The SES endpoint.
    pub ses: String,
    /// The SNS endpoint.
    pub sns: String,
}

/// The AWS SDK's configuration for endpoints on this machine: as the functions', but for the time that an attempt may take.
#[must_use]
pub fn local_config(endpoint: &str) -> SdkConfig {
    config_of(endpoint, LOCAL)
}

fn config_of(endpoint: &str, account: &str) -> SdkConfig {
    let credentials = Credentials::new(account, LOCAL, None, None, "posthorn");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(endpoint)
        .retry_config(retries())
        .build()
}

fn topic(config: &aws_sdk_sns::config::Builder) -> Topic {
    Topic::new(aws_sdk_sns::Client::from_conf(config.clone().build()), ALERTS.to_owned())
}

impl Backends {
    /// Starts all back ends with an empty table, on free ports, until the test ends.
    ///
    /// # Panics
    /// If this machine has no free port or no memory.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let engine = database::open(None).expect("an engine in memory");
        tokio::spawn(database::serve(engine.clone(), listener, pending()));
        Self::on(Some(engine), url, LOCAL.to_owned()).await
    }

    /// Starts all back ends but for the engine: an empty table is on another DynamoDB, in an account of its own there.
    ///
    /// # Panics
    /// If this machine has no free port, or nobody answers at the address.
    pub async fn start_at(dynamodb: &str) -> Self {
        let account = uuid::Builder::from_random_bytes(Env::system().random()).into_uuid().simple().to_string();
        Self::on(None, dynamodb.to_owned(), account).await
    }

    async fn on(engine: Option<Database>, database_url: String, account: String) -> Self {
        let (calls, capacity, faults) = (Calls::default(), Capacity::default(), Faults::default());
        let mail = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let endpoint = |listener: &TcpListener| format!("http://{}", listener.local_addr().expect("an address"));
        let topics = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let (mail_url, topics_url) = (endpoint(&mail), endpoint(&topics));
        let ses = Ses::new();
        ses.verify("example.com");
        tokio::spawn(server::serve(ses.clone().router(), mail, pending()));
        let sns = Sns::new();
        sns.create_topic(ALERTS);
        tokio::spawn(server::serve(sns.clone().router(), topics, pending()));

        let config = aws_sdk_dynamodb::config::Builder::from(&config_of(&database_url, &account));
        let mut config = config.interceptor(calls.clone()).interceptor(capacity.clone()).http_client(faults.client());
        let index = engine.clone().map(|engine| TrailingIndex::of(engine, TABLE));
        if let Some(index) = &index {
            config = config.interceptor(index.clone());
        }
        let dynamodb = Client::from_conf(config.build());
        schema::create(&dynamodb, TABLE).await.expect("a table");
        let config = aws_sdk_sns::config::Builder::from(&local_config(&topics_url));
        let alerts_config = config.interceptor(calls.clone()).http_client(faults.client());
        let clock = Clock::at("2025-11-30T10:30:00Z".parse().expect("a moment"));
        Self {
            table: Table::new(dynamodb.clone(), TABLE),
            dynamodb,
            engine,
            account,
            ses_config: aws_sdk_sesv2::config::Builder::from(&local_config(&mail_url))
                .interceptor(calls.clone())
                .http_client(faults.client()),
            sns,
            alerts: topic(&alerts_config),
            alerts_config,
            ses,
            urls: Urls { dynamodb: database_url, ses: mail_url, sns: topics_url },
            env: clock.env(1),
            clock,
            calls,
            capacity,
            faults,
            index,
        }
    }

    /// These back ends for a deployed function, whose calls `permissions` admits or refuses.
    #[must_use]
    pub fn as_function(&self, permissions: &(impl Intercept + Clone + 'static)) -> Self {
        let dynamodb = self.dynamodb.config().to_builder().interceptor(permissions.clone()).build();
        let dynamodb = Client::from_conf(dynamodb);
        let alerts_config = self.alerts_config.clone().interceptor(permissions.clone());
        Self {
            table: Table::new(dynamodb.clone(), TABLE),
            dynamodb,
            alerts: topic(&alerts_config),
            alerts_config,
            ses_config: self.ses_config.clone().interceptor(permissions.clone()),
            ..self.clone()
        }
    }

    /// A project that may send from `example.com`, changed by `change` before it is stored, and its keys.
    ///
    /// # Panics
    /// If it cannot be stored.
    pub async fn project(&self, change: impl FnOnce(&mut Project)) -> TestProject {
        let new = NewProject {
            name: "Acme".to_owned(),
            domains: vec!["example.com".to_owned()],
            default_sender: Some("hello@example.com".to_owned()),
            monthly_limit: None,
        };
        let fill = &mut |buffer: &mut [u8]| self.env.fill(buffer);
        let (mut project, [secret, public]) = new_project(new, self.clock.now(), fill).expect("a project");
        change(&mut project);
        self.table.change_project(None, &project, None).await.expect("a stored project");
        TestProject { project, secret, public }
    }

    /// Changes a stored project.
    ///
    /// # Panics
    /// If it was changed since.
    pub async fn change(&self, project: &mut Project, change: impl FnOnce(&mut Project)) {
        let mut next = Project { version: project.version + 1, ..project.clone() };
        change(&mut next);
        self.table.change_project(Some(project), &next, None).await.expect("a stored project");
        *project = next;
    }

    /// Every item of the table, by its key. A refusal has to leave them as they were.
    ///
    /// # Panics
    /// If the engine cannot be read.
    pub async fn items(&self) -> BTreeMap<String, Item> {
        let pages = self.dynamodb.scan().table_name(TABLE).consistent_read(true).into_paginator().items();
        let items = pages.send().collect::<Result<Vec<_>, _>>().await.expect("a table that can be read");
        let text = |item: &Item, name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned();
        let key =
            |item: &Item| format!("{} {}", text(item, "pk").unwrap_or_default(), text(item, "sk").unwrap_or_default());
        items.into_iter().map(|item| (key(&item), item)).collect()
    }

    /// Stores items past the API, for a history that would take too long to make. Their attributes are strings, numbers and
    /// booleans.
    ///
    /// # Panics
    /// If the engine does not take them, or the table is on another DynamoDB.
    pub fn fill(&self, items: impl IntoIterator<Item = Item>) {
        let engine = self.engine.as_ref().expect("an engine in process");
        database::import(engine, TABLE, items).expect("items that the engine takes");
    }

    /// Sends a request through the gateway to a handler.
    pub async fn call<F, Fut>(&self, request: TestRequest, handler: F) -> TestResponse
    where
        F: Fn(lambda_http::Request) -> Fut + Send + Sync,
        Fut: Future<Output = Response<lambda_http::Body>> + Send,
    {
        request.send(self.clock.now(), handler).await
    }
}

/// An item as the SDK holds it.
pub type Item = std::collections::HashMap<String, AttributeValue>;

/// A project and its keys in plain text.
#[derive(Debug)]
pub struct TestProject {
    /// The project as it was stored.
    pub project: Project,
    /// Its secret key.
    pub secret: PlainKey,
    /// Its public key.
    pub public: PlainKey,
}
