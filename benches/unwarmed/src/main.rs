//! `track` without its warm-up, which shows the use of connecting during initialisation.

use lambda_http::Error;
use posthorn_lambda::{Env, aws, config::Config, serve::serve, telemetry};
use posthorn_table::Table;
use track::{App, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = Config::from_environment()?;
    telemetry::init(&config.stack);
    let aws = aws::sdk_config().await?;
    let table = Table::new(aws_sdk_dynamodb::Client::new(&aws), &config.table);
    let app = App { env: Env::system(), table };
    serve(|request| handle(&app, request)).await
}
