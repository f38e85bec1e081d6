//! A stack in AWS, as `CloudFormation` describes it.

use std::collections::HashMap;

use aws_config::SdkConfig;
use aws_sdk_cloudformation::{Client, error::ProvideErrorMetadata};
use posthorn_auth::reputation::{Rule, ThresholdTexts};
use posthorn_domains::AwsError;

use crate::{
    aws,
    error::CliError,
    target::{ServiceConfigs, StackResources, Target, TargetKind, region},
};

/// A stack's outputs and parameters.
struct Description {
    name: String,
    outputs: HashMap<String, String>,
    parameters: HashMap<String, String>,
}

impl Description {
    /// Reads it, in one call.
    async fn read(name: &str) -> Result<(SdkConfig, Self), CliError> {
        let config = aws::config().await?;
        let answer = Client::new(&config).describe_stacks().stack_name(name).send().await;
        let stack = match answer {
            Ok(output) => output.stacks.unwrap_or_default().into_iter().next(),
            Err(error) if error.code() == Some("ValidationError") => None,
            Err(error) => return Err(AwsError::new("cloudformation:DescribeStacks", &error).into()),
        };
        let stack = stack.ok_or_else(|| CliError::NoSuchStack(name.to_owned(), region(&config)))?;
        let outputs = stack.outputs().iter().filter_map(|it| Some((it.output_key.clone()?, it.output_value.clone()?)));
        let parameters =
            stack.parameters().iter().filter_map(|it| Some((it.parameter_key.clone()?, it.parameter_value.clone()?)));
        let description = Self { name: name.to_owned(), outputs: outputs.collect(), parameters: parameters.collect() };
        Ok((config, description))
    }

    /// An output that every stack of Posthorn has.
    fn output(&self, name: &'static str) -> Result<String, CliError> {
        self.outputs.get(name).cloned().ok_or_else(|| CliError::NotPosthornStack(self.name.clone(), name))
    }

    fn thresholds(&self, metric: &str) -> ThresholdTexts<'_> {
        let parameter = |name: &str| self.parameters.get(&format!("{metric}{name}")).map(String::as_str);
        ThresholdTexts {
            floor: parameter("Floor"),
            warn: parameter("WarnPercent"),
            disable: parameter("DisablePercent"),
        }
    }

    fn resources(&self) -> Result<StackResources, CliError> {
        Ok(StackResources {
            api_url: Some(self.output("ApiUrl")?),
            configuration_set: Some(self.output("ConfigurationSet")?),
            events_topic: Some(self.output("EventsTopicArn")?),
            alerts_topic: Some(self.output("AlertsTopicArn")?),
            feedback_queue: Some(self.output("FeedbackQueueUrl")?),
            dead_letters: Some(self.output("DeadLetterQueueUrl")?),
            alerts_email: self.parameters.get("AlertsEmail").cloned(),
        })
    }
}

pub(super) async fn find(name: &str) -> Result<Target, CliError> {
    let (config, stack) = Description::read(name).await?;
    let table = stack.output("TableName")?;
    let rule = Rule::read(stack.thresholds("Bounce"), stack.thresholds("Complaint"))?;
    let description = format!("the stack {name} in {}", region(&config));
    Ok(Target::new(&ServiceConfigs::in_aws(&config), &table, TargetKind::Stack, description, rule, stack.resources()?))
}

/// The address of the API of a stack.
pub(super) async fn api_url(name: &str) -> Result<String, CliError> {
    let (_, stack) = Description::read(name).await?;
    stack.output("ApiUrl")
}
