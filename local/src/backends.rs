//! What stands in for AWS: the engine, SES, SNS, and the queue through which SES's events come back.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use aws_lambda_events::sqs::SqsEvent;
use posthorn_alerts::Topic;
use posthorn_auth::reputation::Rule;
use posthorn_lambda::{Edge, edge::stopwatch};
use posthorn_table::Table;
use posthorn_testkit::{
    backends::local_config,
    feedback::{events_about, sns_envelope},
    queue::Queue,
    ses::{Mail, Ses},
};
use serde_json::Value;

use crate::{demo, inbox::Mailbox};

/// The table's name.
pub(crate) const TABLE: &str = "posthorn";
/// The alerts topic's ARN.
pub(crate) const ALERTS: &str = "arn:aws:sns:us-east-1:000000000000:posthorn-alerts";
/// The configuration set whose events come back.
pub(crate) const CONFIGURATION_SET: &str = "posthorn";
/// What Lambda gives `feedback` for a batch.
const FEEDBACK_TIMEOUT: Duration = Duration::from_secs(29);

/// The SES account: the demo project's domain is verified, every mail goes into the mailbox, and what happens to it
/// afterwards into the queue.
pub(crate) fn ses(mailbox: Mailbox, queue: Queue, edge: Edge) -> Ses {
    let ses = Ses::new().with_sink(move |mail| {
        mailbox.store(mail)?;
        publish_events(mail, &queue, &edge);
        Ok(())
    });
    ses.verify(demo::DOMAIN);
    ses.create_configuration_set(CONFIGURATION_SET);
    ses
}

fn publish_events(mail: &Mail, queue: &Queue, edge: &Edge) {
    for event in events_about(mail, edge.now(), &mut |buffer| edge.fill(buffer)) {
        let id = uuid::Builder::from_random_bytes(edge.random()).into_uuid().to_string();
        queue.push(sns_envelope(&event, &id, edge.now()));
    }
}

/// The function `feedback`, called with an SQS event: the ids of the messages to be given again.
pub(crate) async fn call_feedback(app: Arc<feedback::App>, event: Value) -> Vec<String> {
    let batch: SqsEvent = serde_json::from_value(event).expect("the queue makes events that Lambda could");
    let response = feedback::handle(&app, batch, stopwatch() + FEEDBACK_TIMEOUT).await;
    response.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect()
}

/// The function `feedback` as it runs here.
pub(crate) fn feedback_app(edge: Edge, table: Table, alerts: Topic) -> feedback::App {
    feedback::App { edge, table, rule: Rule::default(), alerts: Some(alerts) }
}

/// The alerts topic behind this SNS endpoint.
pub(crate) fn topic(url: &str) -> Topic {
    Topic::new(aws_sdk_sns::Client::new(&local_config(url)), ALERTS.to_owned())
}

/// Where the parts listen, as the functions' environment and for the operator's tool: a file that is there while the
/// stack runs.
pub(crate) struct Environment {
    file: PathBuf,
}

impl Environment {
    /// Writes the file into a folder.
    ///
    /// # Errors
    /// What the file system answers.
    pub(crate) fn write(folder: &Path, dynamodb: &str, ses: &str, sns: &str) -> io::Result<Self> {
        let text = format!(
            "TABLE_NAME={TABLE}\nALERTS_TOPIC_ARN={ALERTS}\nCONFIGURATION_SET={CONFIGURATION_SET}\n\
             AWS_ENDPOINT_URL_DYNAMODB={dynamodb}\nAWS_ENDPOINT_URL_SESV2={ses}\nAWS_ENDPOINT_URL_SNS={sns}\n\
             AWS_REGION=us-east-1\nAWS_ACCESS_KEY_ID=local\nAWS_SECRET_ACCESS_KEY=local\n"
        );
        fs::create_dir_all(folder)?;
        let file = folder.join("backends.env");
        fs::write(&file, text)?;
        Ok(Self { file })
    }

    /// How the operator's tool is called to find it.
    pub(crate) fn tool(&self) -> String {
        let folder = self.file.parent().unwrap_or(&self.file);
        format!("cargo posthorn --state {}", folder.display())
    }
}

impl Drop for Environment {
    fn drop(&mut self) {
        // One that stays says where nobody listens any more, which the tool finds out. A folder that was made for it
        // alone is empty then.
        let _ = fs::remove_file(&self.file);
        let _ = self.file.parent().map(fs::remove_dir);
    }
}
