//! The Lambda `send`: builds its clients and serves.

use lambda_http::Error;
use posthorn_lambda::{Env, aws, config::Config, env::monotonic_now, serve::serve, telemetry};
use posthorn_mail::ses::Ses;
use posthorn_table::Table;
use send::{App, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = Config::from_environment()?;
    telemetry::init(&config.stack);
    let aws = aws::sdk_config().await?;
    let table = Table::new(aws_sdk_dynamodb::Client::new(&aws), &config.table);
    let ses = Ses::new(&aws, config.configuration_set);
    tokio::join!(table.connect(), ses.connect(monotonic_now()));
    let app = App { env: Env::system(), table, ses };
    serve(|request| handle(&app, request)).await
}
