//! A table in AWS alone, with the settings that the functions have in their environment.

use posthorn_auth::reputation::{Rule, ThresholdTexts};
use posthorn_lambda::config::{Config, ThresholdVariables};

use crate::{
    aws,
    error::CliError,
    target::{ServiceConfigs, StackResources, Target, TargetKind, region},
};

pub(super) async fn find(table: &str, topic: Option<String>) -> Result<Target, CliError> {
    let Config { configuration_set, alerts_topic, bounce, complaint, .. } = Config::from_environment()?;
    let rule = Rule::read(texts(&bounce), texts(&complaint))?;
    let resources =
        StackResources { configuration_set, alerts_topic: topic.or(alerts_topic), ..StackResources::default() };
    let config = aws::config().await?;
    let description = format!("the table {table} in {}", region(&config));
    Ok(Target::new(&ServiceConfigs::in_aws(&config), table, TargetKind::Table, description, rule, resources))
}

fn texts(thresholds: &ThresholdVariables) -> ThresholdTexts<'_> {
    ThresholdTexts {
        floor: thresholds.floor.as_deref(),
        warn: thresholds.warn.as_deref(),
        disable: thresholds.disable.as_deref(),
    }
}
