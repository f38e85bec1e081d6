//! Finds what a command works on: the local stack that runs here, a stack in AWS, or a table there alone.

mod api_address;
pub(crate) mod local;
mod stack;
mod table;

pub(crate) use self::api_address::ApiAddress;
use crate::{error::CliError, options::TargetOptions, target::Target};

/// The target that the options name.
pub(crate) async fn target(options: &TargetOptions) -> Result<Target, CliError> {
    match options {
        TargetOptions { table: Some(table), alerts_topic, .. } => table::find(table, alerts_topic.clone()).await,
        TargetOptions { stack: Some(stack), .. } => stack::find(stack).await,
        TargetOptions { state, .. } => local::find(state.as_deref()).await,
    }
}

/// The address of the API of the target that the options name.
pub(crate) async fn api_address(options: &TargetOptions) -> Result<ApiAddress, CliError> {
    match options {
        TargetOptions { table: Some(_), .. } => Err(CliError::NoApiUrl),
        TargetOptions { stack: Some(name), .. } => stack::api_url(name).await.map(ApiAddress::Given),
        TargetOptions { state, .. } => local::api_address(state.as_deref()),
    }
}
