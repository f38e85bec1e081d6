//! The Lambda `feedback`: builds its clients and serves.

use feedback::{App, Heartbeat, handle};
use lambda_http::Error;
use posthorn_alerts::Topic;
use posthorn_auth::reputation::{Rule, ThresholdTexts};
use posthorn_lambda::{
    Env, aws,
    config::{Config, ThresholdVariables},
    serve::serve_batches,
    telemetry,
};
use posthorn_table::Table;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = Config::from_environment()?;
    telemetry::init(&config.stack);
    // The runtime shows an error as its `Debug`: a text, then.
    let rule = Rule::read(texts(&config.bounce), texts(&config.complaint)).map_err(|error| error.to_string())?;
    let aws = aws::sdk_config().await?;
    let table = Table::new(aws_sdk_dynamodb::Client::new(&aws), &config.table);
    let alerts = config.alerts_topic.map(|topic| Topic::new(aws_sdk_sns::Client::new(&aws), topic));
    table.connect().await;
    let app = App { env: Env::system(), table, rule, alerts, heartbeat: Heartbeat::default() };
    serve_batches(|batch, until| handle(&app, batch, until)).await
}

fn texts(thresholds: &ThresholdVariables) -> ThresholdTexts<'_> {
    ThresholdTexts {
        floor: thresholds.floor.as_deref(),
        warn: thresholds.warn.as_deref(),
        disable: thresholds.disable.as_deref(),
    }
}
