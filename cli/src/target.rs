//! What a command works on: the local stack that runs here, a stack in AWS, or a table there alone.

pub(crate) mod local;
mod stack;

use std::path::PathBuf;

use aws_config::SdkConfig;
use posthorn_alerts::Topic;
use posthorn_auth::reputation::{Rule, ThresholdTexts};
use posthorn_lambda::{
    Env,
    config::{Config, Thresholds},
};
use posthorn_table::{Table, Uuid, project::Project};

use crate::{aws, error::CliError, options::Place};

/// What a command works on.
pub(crate) struct Target {
    pub(crate) env: Env,
    pub(crate) table: Table,
    /// The table's name, for people.
    pub(crate) table_name: String,
    /// Where it is, for people: `the stack posthorn in eu-west-1`.
    pub(crate) place: String,
    pub(crate) region: String,
    /// The folder of a local stack's state.
    pub(crate) state: Option<PathBuf>,
    pub(crate) rule: Rule,
    /// Where what was done is announced, if anywhere.
    pub(crate) alerts: Option<Topic>,
    pub(crate) ses: aws_sdk_sesv2::Client,
    pub(crate) sns: aws_sdk_sns::Client,
    pub(crate) sqs: aws_sdk_sqs::Client,
    pub(crate) parts: Parts,
}

/// The names of a stack's parts, as far as they are known.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    pub(crate) api_url: Option<String>,
    pub(crate) configuration_set: Option<String>,
    pub(crate) events_topic: Option<String>,
    pub(crate) alerts_topic: Option<String>,
    pub(crate) feedback_queue: Option<String>,
    pub(crate) dead_letters: Option<String>,
    /// The stack's parameter, where it is known: empty if the stack subscribes nobody to the alerts.
    pub(crate) alerts_email: Option<String>,
}

/// One configuration for each service: on this machine each has an address of its own.
struct Services {
    dynamodb: SdkConfig,
    ses: SdkConfig,
    sns: SdkConfig,
    sqs: SdkConfig,
}

impl Target {
    pub(crate) async fn find(place: &Place) -> Result<Self, CliError> {
        match place {
            Place { table: Some(table), alerts_topic, .. } => Self::of_table(table, alerts_topic.clone()).await,
            Place { stack: Some(stack), .. } => stack::find(stack).await,
            Place { state, .. } => local::find(state.as_deref()).await,
        }
    }

    async fn of_table(table: &str, topic: Option<String>) -> Result<Self, CliError> {
        let Config { configuration_set, alerts_topic, bounce, complaint, .. } = Config::from_environment()?;
        let rule = Rule::read(text(&bounce), text(&complaint))?;
        let parts = Parts { configuration_set, alerts_topic: topic.or(alerts_topic), ..Parts::default() };
        let config = aws::config().await?;
        let place = format!("the table {table} in {}", region(&config));
        Ok(Self::new(&Services::in_aws(&config), table, place, rule, parts))
    }

    fn new(services: &Services, table: &str, place: String, rule: Rule, parts: Parts) -> Self {
        let sns = aws_sdk_sns::Client::new(&services.sns);
        Self {
            env: Env::system(),
            region: region(&services.dynamodb),
            table: Table::new(aws_sdk_dynamodb::Client::new(&services.dynamodb), table),
            table_name: table.to_owned(),
            place,
            state: None,
            rule,
            alerts: parts.alerts_topic.clone().map(|topic| Topic::new(sns.clone(), topic)),
            ses: aws_sdk_sesv2::Client::new(&services.ses),
            sqs: aws_sdk_sqs::Client::new(&services.sqs),
            sns,
            parts,
        }
    }

    /// The project with this id, or the only one with this name.
    pub(crate) async fn project(&self, named: &str) -> Result<Project, CliError> {
        let missing = || CliError::NoSuchProject(named.to_owned());
        let id = self.project_id(named).await?;
        self.table.project(id).await?.ok_or_else(missing)
    }

    /// The id itself, or that of the only project with this name.
    pub(crate) async fn project_id(&self, named: &str) -> Result<Uuid, CliError> {
        if let Ok(id) = named.parse() {
            return Ok(id);
        }
        let entries = self.table.directory().await?;
        let ids: Vec<_> = entries.iter().filter(|entry| entry.name == named).map(|entry| entry.id).collect();
        match ids[..] {
            [] => Err(CliError::NoSuchProject(named.to_owned())),
            [id] => Ok(id),
            _ => Err(CliError::AmbiguousName { name: named.to_owned(), ids }),
        }
    }

    pub(crate) fn jitter(&self) -> u32 {
        u32::from_be_bytes(self.env.random())
    }
}

impl Services {
    fn in_aws(config: &SdkConfig) -> Self {
        Self { dynamodb: config.clone(), ses: config.clone(), sns: config.clone(), sqs: config.clone() }
    }
}

/// The address of the API, and how it was learned.
pub(crate) enum Api {
    /// The outputs of the named stack in AWS have it.
    Named(String),
    /// The file of a local stack that was found has it. Whoever wrote the file chose the address: no key goes there but the one
    /// that is kept beside it.
    Found { url: String, demo_key: Option<String>, state: PathBuf },
}

pub(crate) async fn api(place: &Place) -> Result<Api, CliError> {
    match place {
        Place { table: Some(_), .. } => Err(CliError::NoApiUrl),
        Place { stack: Some(name), .. } => Ok(Api::Named(stack::Description::read(name).await?.1.output("ApiUrl")?)),
        Place { state, .. } => local::api(state.as_deref()),
    }
}

fn text(lines: &Thresholds) -> ThresholdTexts<'_> {
    ThresholdTexts { floor: lines.floor.as_deref(), warn: lines.warn.as_deref(), disable: lines.disable.as_deref() }
}

fn region(config: &SdkConfig) -> String {
    config.region().map_or_else(String::new, ToString::to_string)
}
