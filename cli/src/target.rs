//! The target of a command: a table, and the services around it.

use std::path::{Path, PathBuf};

use aws_config::SdkConfig;
use posthorn_alerts::Topic;
use posthorn_auth::reputation::Rule;
use posthorn_domains::Domains;
use posthorn_lambda::Env;
use posthorn_table::{Table, Uuid, project::Project};

use crate::error::CliError;

/// A table with the services around it.
pub(crate) struct Target {
    pub(crate) env: Env,
    pub(crate) table: Table,
    /// The table's name, for people.
    pub(crate) table_name: String,
    /// The target in words: `the stack posthorn in eu-west-1`.
    pub(crate) description: String,
    pub(crate) region: String,
    pub(crate) kind: TargetKind,
    pub(crate) rule: Rule,
    /// The topic that changes are announced on, if one is known.
    pub(crate) alerts: Option<Topic>,
    pub(crate) ses: aws_sdk_sesv2::Client,
    pub(crate) sns: aws_sdk_sns::Client,
    pub(crate) sqs: aws_sdk_sqs::Client,
    pub(crate) resources: StackResources,
}

/// The kind of a target.
#[derive(Debug)]
pub(crate) enum TargetKind {
    /// A local stack, which keeps its state in this folder.
    LocalStack { state: PathBuf },
    /// A stack in AWS.
    Stack,
    /// A table in AWS alone.
    Table,
}

/// The names of a stack's resources, as far as they are known.
#[derive(Debug, Default)]
pub(crate) struct StackResources {
    pub(crate) api_url: Option<String>,
    pub(crate) configuration_set: Option<String>,
    pub(crate) events_topic: Option<String>,
    pub(crate) alerts_topic: Option<String>,
    pub(crate) feedback_queue: Option<String>,
    pub(crate) dead_letters: Option<String>,
    /// The stack's parameter, where it is known: empty if the stack subscribes nobody to the alerts.
    pub(crate) alerts_email: Option<String>,
}

/// One configuration for each service, as on this machine each has an address of its own.
pub(crate) struct ServiceConfigs {
    pub(crate) dynamodb: SdkConfig,
    pub(crate) ses: SdkConfig,
    pub(crate) sns: SdkConfig,
    pub(crate) sqs: SdkConfig,
}

impl Target {
    pub(crate) fn new(
        configs: &ServiceConfigs,
        table: &str,
        kind: TargetKind,
        description: String,
        rule: Rule,
        resources: StackResources,
    ) -> Self {
        let sns = aws_sdk_sns::Client::new(&configs.sns);
        Self {
            env: Env::system(),
            region: region(&configs.dynamodb),
            table: Table::new(aws_sdk_dynamodb::Client::new(&configs.dynamodb), table),
            table_name: table.to_owned(),
            description,
            kind,
            rule,
            alerts: resources.alerts_topic.clone().map(|topic| Topic::new(sns.clone(), topic)),
            ses: aws_sdk_sesv2::Client::new(&configs.ses),
            sqs: aws_sdk_sqs::Client::new(&configs.sqs),
            sns,
            resources,
        }
    }

    /// The folder of the state, for a local stack.
    pub(crate) fn local_state(&self) -> Option<&Path> {
        match &self.kind {
            TargetKind::LocalStack { state } => Some(state),
            TargetKind::Stack | TargetKind::Table => None,
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

    /// The domains of this target, at the present time.
    pub(crate) fn domains(&self) -> Domains<'_> {
        Domains { table: &self.table, ses: &self.ses, now: self.env.now(), jitter: self.jitter() }
    }

    /// Any random number, for the pauses before a call is tried again.
    pub(crate) fn jitter(&self) -> u32 {
        u32::from_be_bytes(self.env.random())
    }

    /// The error with what it means for this target's table.
    pub(crate) fn explain(&self, error: CliError) -> CliError {
        error.about_table(&self.table_name, &self.region)
    }
}

impl ServiceConfigs {
    pub(crate) fn in_aws(config: &SdkConfig) -> Self {
        Self { dynamodb: config.clone(), ses: config.clone(), sns: config.clone(), sqs: config.clone() }
    }
}

/// The region's name, empty if there is none.
pub(crate) fn region(config: &SdkConfig) -> String {
    config.region().map_or_else(String::new, ToString::to_string)
}
