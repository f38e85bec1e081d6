//! The stand-ins for AWS: SES, SNS, SQS, and the function `feedback` behind the queue of SES's events.

use std::{io, path::PathBuf, sync::Arc, time::Duration};

use aws_lambda_events::sqs::SqsEvent;
use aws_types::SdkConfig;
use jiff::SignedDuration;
use posthorn_alerts::Topic;
use posthorn_bundle::Bundle;
use posthorn_lambda::{Env, aws, env::monotonic_now};
use posthorn_testkit::{
    backends::local_config,
    feedback::{events_about, sns_envelope},
    queue::Queue,
    ses::{EventDestination, Mail, Ses},
    sns::{Sns, Subscription},
    sqs::{self, Sqs},
};
use serde_json::Value;

use crate::{announcements::Announcements, demo, inbox::Inbox};

/// The table's name.
pub(crate) const TABLE: &str = "posthorn";
/// The alerts topic's ARN.
pub(crate) const ALERTS: &str = "arn:aws:sns:us-east-1:000000000000:posthorn-alerts";
/// The ARNs of the topic of SES's events, of the queue behind it, and of the queue for dead letters. Only the operator's tool sees them:
/// the events go straight into the queue in memory.
const EVENTS: &str = "arn:aws:sns:us-east-1:000000000000:posthorn-feedback";
const FEEDBACK_QUEUE: &str = "arn:aws:sqs:us-east-1:000000000000:posthorn-feedback";
const DEAD_LETTERS: &str = "arn:aws:sqs:us-east-1:000000000000:posthorn-dead-letters";
/// A domain that the operator's tool adds is verified after this time, for there is no DNS to look at.
const VERIFIED_AFTER: SignedDuration = SignedDuration::from_secs(5);
/// The configuration set whose events come back.
pub(crate) const CONFIGURATION_SET: &str = "posthorn";
/// The time that Lambda gives `feedback` for a batch.
const FEEDBACK_TIMEOUT: Duration = Duration::from_secs(29);

/// The SES account: the demo project's domain is verified, others verify themselves; every mail goes into the inbox,
/// and its events go into the queue. The domains are kept in the file `identities`, if there is one.
///
/// # Errors
/// The file of the identities cannot be read.
pub(crate) fn ses(inbox: Inbox, queue: Queue, env: Env, identities: Option<PathBuf>) -> io::Result<Ses> {
    let mut ses = Ses::new().with_verification_after(VERIFIED_AFTER).with_sink(move |mail| {
        inbox.store(mail)?;
        publish_events(mail, &queue, &env);
        Ok(())
    });
    if let Some(file) = identities {
        ses = ses.with_identities_in(file)?;
    }
    ses.verify(demo::DOMAIN);
    ses.set_event_destinations(CONFIGURATION_SET, vec![EventDestination::to_topic(EVENTS)]);
    Ok(ses)
}

/// The SNS account: the alerts topic, whose messages are kept for the health page, and the topic of SES's events.
pub(crate) fn sns(announcements: Announcements, health: &str) -> Sns {
    let sns = Sns::new().with_sink(move |published| announcements.keep(published));
    sns.subscribe(ALERTS, Subscription::new("http", health));
    sns.subscribe(EVENTS, Subscription::new("sqs", FEEDBACK_QUEUE));
    sns
}

/// The SQS account, which reports the number of messages in the queue and of dead letters.
pub(crate) fn sqs(queue: &Queue) -> Sqs {
    let (sqs, waiting, dead) = (Sqs::new(), queue.clone(), queue.clone());
    sqs.create_queue(FEEDBACK_QUEUE, move || waiting.waiting());
    sqs.create_queue(DEAD_LETTERS, move || dead.dead().len());
    sqs
}

fn publish_events(mail: &Mail, queue: &Queue, env: &Env) {
    for event in events_about(mail, env.now(), &mut |buffer| env.fill(buffer)) {
        let id = uuid::Builder::from_random_bytes(env.random()).into_uuid().to_string();
        queue.push(sns_envelope(&event, &id, env.now()));
    }
}

/// Gives `feedback` an SQS event, and returns the ids of the messages that SQS has to deliver again.
pub(crate) async fn deliver(functions: Arc<Bundle>, event: Value) -> Vec<String> {
    let batch: SqsEvent = serde_json::from_value(event).expect("the queue makes events that Lambda could");
    let response = functions.deliver(batch, monotonic_now() + FEEDBACK_TIMEOUT).await;
    response.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect()
}

/// The configuration of the functions' clients of DynamoDB and SNS, with the time limits of a deployment. The client of SES has its own
/// limits.
pub(crate) fn sdk_config(url: &str) -> SdkConfig {
    local_config(url).into_builder().timeout_config(aws::timeouts()).build()
}

/// The alerts topic behind this SNS endpoint.
pub(crate) fn topic(url: &str) -> Topic {
    Topic::new(aws_sdk_sns::Client::new(&sdk_config(url)), ALERTS.to_owned())
}

/// The addresses of the stack's parts, as URLs.
pub(crate) struct Addresses {
    /// The API.
    pub(crate) api: String,
    /// The engine.
    pub(crate) dynamodb: String,
    /// The SES endpoint.
    pub(crate) ses: String,
    /// The SNS endpoint.
    pub(crate) sns: String,
    /// The SQS endpoint.
    pub(crate) sqs: String,
}

impl Addresses {
    /// The environment by which a function and the operator's tool find the parts: names and values.
    pub(crate) fn variables(&self) -> Vec<(&'static str, String)> {
        let queue = |arn: &str| format!("{}{}", self.sqs, sqs::path(arn));
        vec![
            ("TABLE_NAME", TABLE.to_owned()),
            ("ALERTS_TOPIC_ARN", ALERTS.to_owned()),
            ("EVENTS_TOPIC_ARN", EVENTS.to_owned()),
            ("CONFIGURATION_SET", CONFIGURATION_SET.to_owned()),
            ("FEEDBACK_QUEUE_URL", queue(FEEDBACK_QUEUE)),
            ("DEAD_LETTER_QUEUE_URL", queue(DEAD_LETTERS)),
            ("POSTHORN_URL", self.api.clone()),
            ("AWS_ENDPOINT_URL_DYNAMODB", self.dynamodb.clone()),
            ("AWS_ENDPOINT_URL_SESV2", self.ses.clone()),
            ("AWS_ENDPOINT_URL_SNS", self.sns.clone()),
            ("AWS_ENDPOINT_URL_SQS", self.sqs.clone()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", "local".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
        ]
    }
}
