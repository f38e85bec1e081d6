//! What a command works on: the local stack that runs here, or a table in AWS.

use std::{
    collections::HashMap,
    fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use posthorn_alerts::Topic;
use posthorn_auth::reputation::{LinesText, Rule, RuleError};
use posthorn_lambda::{
    Edge, aws,
    config::{Config, ConfigError, Lines},
};
use posthorn_table::Table;

use crate::Options;

/// The local stack's state, and the file in it that says where its parts listen.
const FOLDER: &str = ".posthorn";
const BACKENDS: &str = "backends.env";

/// What a command works on.
pub(crate) struct Target {
    pub(crate) edge: Edge,
    pub(crate) table: Table,
    /// The table's name, for people.
    pub(crate) name: String,
    pub(crate) rule: Rule,
    /// Where what was done is announced, if anywhere.
    pub(crate) alerts: Option<Topic>,
}

/// There is nothing to work on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoTarget {
    #[error(
        "no local stack runs here: no {FOLDER}/{BACKENDS} in this folder or above it.\nStart one with `cargo run` (one with --memory prints its --state), or name a table in AWS with --table."
    )]
    NoStack,
    #[error(
        "the local stack of {0} does not run: nobody answers at the address in it ({1}).\nStart it with `cargo run`, or name a table in AWS with --table."
    )]
    Stopped(PathBuf, String),
    #[error("{0}: {1}")]
    Unreadable(PathBuf, io::Error),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Rule(#[from] RuleError),
}

impl Target {
    pub(crate) async fn find(options: &Options) -> Result<Self, NoTarget> {
        match &options.table {
            Some(table) => Self::in_aws(table, options.alerts_topic.clone()).await,
            None => Self::local(options.state.as_deref()).await,
        }
    }

    async fn in_aws(table: &str, topic: Option<String>) -> Result<Self, NoTarget> {
        let config = Config::from_environment()?;
        let topic = topic.or(config.alerts_topic);
        let rule = Rule::read(text(&config.bounce), text(&config.complaint))?;
        Ok(Self::with(&aws::sdk_config().await, table, topic, rule))
    }

    async fn local(folder: Option<&Path>) -> Result<Self, NoTarget> {
        let file = match folder {
            Some(folder) => folder.join(BACKENDS),
            None => found().ok_or(NoTarget::NoStack)?,
        };
        let text = fs::read_to_string(&file).map_err(|error| NoTarget::Unreadable(file.clone(), error))?;
        let values: HashMap<_, _> = text.lines().filter_map(|line| line.split_once('=')).collect();
        let value = |name: &str| values.get(name).copied().unwrap_or_default().to_owned();
        let database = value("AWS_ENDPOINT_URL_DYNAMODB");
        if !answers(&database).await {
            return Err(NoTarget::Stopped(file, database));
        }
        let table = value("TABLE_NAME");
        let sns = aws_sdk_sns::Client::new(&local_config(&value("AWS_ENDPOINT_URL_SNS")));
        Ok(Self {
            alerts: Some(Topic::new(sns, value("ALERTS_TOPIC_ARN"))),
            ..Self::with(&local_config(&database), &table, None, Rule::default())
        })
    }

    pub(crate) fn jitter(&self) -> u32 {
        u32::from_be_bytes(self.edge.random())
    }

    fn with(config: &SdkConfig, table: &str, topic: Option<String>, rule: Rule) -> Self {
        Self {
            edge: Edge::system(),
            table: Table::new(aws_sdk_dynamodb::Client::new(config), table),
            name: table.to_owned(),
            rule,
            alerts: topic.map(|topic| Topic::new(aws_sdk_sns::Client::new(config), topic)),
        }
    }
}

fn text(lines: &Lines) -> LinesText<'_> {
    LinesText { floor: lines.floor.as_deref(), warn: lines.warn.as_deref(), disable: lines.disable.as_deref() }
}

/// The file of the nearest stack, from this folder upwards.
fn found() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    here.ancestors().map(|folder| folder.join(FOLDER).join(BACKENDS)).find(|file| file.is_file())
}

/// Whether somebody listens there.
async fn answers(url: &str) -> bool {
    let Some(address) = url.strip_prefix("http://").and_then(|address| address.parse::<SocketAddr>().ok()) else {
        return false;
    };
    let connected = tokio::time::timeout(Duration::from_secs(1), tokio::net::TcpStream::connect(address)).await;
    matches!(connected, Ok(Ok(_)))
}

fn local_config(endpoint: &str) -> SdkConfig {
    let credentials = Credentials::new("local", "local", None, None, "posthorn");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(endpoint)
        .timeout_config(aws::timeouts())
        .build()
}
