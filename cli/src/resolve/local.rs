//! The local stack, by the file that it keeps while it runs. The file is found, in this folder or one above, so it is believed
//! only as far as nobody else can have written it, and what it names is on this machine.

use std::{
    collections::HashMap,
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use posthorn_auth::reputation::Rule;
use posthorn_machine::{
    address::{host_of_url, is_loopback},
    files::read_own,
};

use super::api_address::ApiAddress;
use crate::{
    aws,
    error::CliError,
    target::{ServiceConfigs, StackResources, Target, TargetKind},
};

/// The local stack's state, the file in it that says where its parts listen, and the one with the demo project's keys.
const FOLDER: &str = ".posthorn";
const BACKENDS: &str = "backends.env";
const DEMO: &str = "demo.env";

/// The variables of a file.
struct Variables {
    file: PathBuf,
    values: HashMap<String, String>,
}

impl Variables {
    fn read(file: PathBuf) -> Result<Self, CliError> {
        let text = read_own(&file).map_err(|error| match (error.kind(), error.raw_os_error()) {
            (io::ErrorKind::PermissionDenied, None) => CliError::StateNotPrivate(error.to_string()),
            _ => CliError::StateUnreadable(file.clone(), error),
        })?;
        let pairs = text.lines().filter_map(|line| line.split_once('='));
        let values = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Ok(Self { file, values })
    }

    /// The variables of the stack in this folder, or of the nearest one.
    fn of_stack(folder: Option<&Path>) -> Result<Self, CliError> {
        let file = match folder {
            Some(folder) => folder.join(BACKENDS),
            None => nearest().ok_or(CliError::NoLocalStack)?,
        };
        Self::read(file)
    }

    fn get(&self, name: &'static str) -> Result<String, CliError> {
        self.values.get(name).cloned().ok_or_else(|| CliError::StateOutdated(self.file.clone(), name))
    }

    /// The address in a variable, which must be on this machine.
    fn address(&self, name: &'static str) -> Result<String, CliError> {
        let url = self.get(name)?;
        let is_here = url.starts_with("http://") && host_of_url(&url).is_some_and(is_loopback);
        if is_here { Ok(url) } else { Err(CliError::StateNamesRemoteAddress(self.file.clone(), name)) }
    }

    fn folder(&self) -> PathBuf {
        self.file.parent().unwrap_or(Path::new(".")).to_owned()
    }
}

pub(super) async fn find(folder: Option<&Path>) -> Result<Target, CliError> {
    let variables = Variables::of_stack(folder)?;
    let database = variables.address("AWS_ENDPOINT_URL_DYNAMODB")?;
    if !is_listened_to(&database).await {
        return Err(CliError::LocalStackStopped(variables.file, database));
    }
    let configs = ServiceConfigs {
        dynamodb: config(&database),
        ses: config(&variables.address("AWS_ENDPOINT_URL_SESV2")?),
        sns: config(&variables.address("AWS_ENDPOINT_URL_SNS")?),
        sqs: config(&variables.address("AWS_ENDPOINT_URL_SQS")?),
    };
    let resources = StackResources {
        api_url: Some(variables.address("POSTHORN_URL")?),
        configuration_set: Some(variables.get("CONFIGURATION_SET")?),
        events_topic: Some(variables.get("EVENTS_TOPIC_ARN")?),
        alerts_topic: Some(variables.get("ALERTS_TOPIC_ARN")?),
        feedback_queue: Some(variables.address("FEEDBACK_QUEUE_URL")?),
        dead_letters: Some(variables.address("DEAD_LETTER_QUEUE_URL")?),
        alerts_email: None,
    };
    let table = variables.get("TABLE_NAME")?;
    let description = format!("the local stack of {}", variables.folder().display());
    let kind = TargetKind::LocalStack { state: variables.folder() };
    Ok(Target::new(&configs, &table, kind, description, Rule::default(), resources))
}

/// The API's address, with the demo project's secret key if the stack keeps one.
pub(super) fn api_address(folder: Option<&Path>) -> Result<ApiAddress, CliError> {
    let variables = Variables::of_stack(folder)?;
    let demo_key = match Variables::read(variables.folder().join(DEMO)) {
        Ok(demo) => Some(demo.get("POSTHORN_SECRET_KEY")?),
        Err(CliError::StateUnreadable(_, error)) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    Ok(ApiAddress::Found { url: variables.address("POSTHORN_URL")?, demo_key, state: variables.folder() })
}

/// The demo project's id, if the stack keeps its keys.
pub(crate) fn demo_project(state: &Path) -> Option<String> {
    Variables::read(state.join(DEMO)).ok()?.get("POSTHORN_PROJECT_ID").ok()
}

/// The file of the nearest stack, from this folder upwards.
fn nearest() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    here.ancestors().map(|folder| folder.join(FOLDER).join(BACKENDS)).find(|file| file.is_file())
}

/// True if somebody listens at the address.
async fn is_listened_to(url: &str) -> bool {
    let Some(address) = url.strip_prefix("http://").and_then(|address| address.parse::<SocketAddr>().ok()) else {
        return false;
    };
    let connected = tokio::time::timeout(Duration::from_secs(1), tokio::net::TcpStream::connect(address)).await;
    matches!(connected, Ok(Ok(_)))
}

fn config(endpoint: &str) -> SdkConfig {
    let credentials = Credentials::new("local", "local", None, None, "posthorn");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(endpoint)
        .timeout_config(aws::timeouts())
        .build()
}
