//! The queues, and how many messages wait in them.

use aws_sdk_sqs::types::QueueAttributeName::{
    self, ApproximateNumberOfMessages, ApproximateNumberOfMessagesDelayed, ApproximateNumberOfMessagesNotVisible,
};
use posthorn_domains::{AwsError, has_code};

use super::Finding;
use crate::{error::CliError, target::Target, terminal::quantity};

const BACKLOG: &str = "Event queue";
const DEAD: &str = "Dead letters";
/// Events that a working function has handled within a minute or so.
const MAX_USUAL_BACKLOG: u64 = 1_000;

pub(super) async fn queues(target: &Target) -> Vec<Finding> {
    let (backlog, dead) = tokio::join!(
        waiting(target, BACKLOG, target.resources.feedback_queue.as_deref()),
        waiting(target, DEAD, target.resources.dead_letters.as_deref()),
    );
    let backlog = backlog.map(|waiting| match waiting {
        0..MAX_USUAL_BACKLOG => Finding::ok(BACKLOG, format!("{} waiting", quantity(waiting, "event"))),
        _ => Finding::warn(
            BACKLOG,
            format!("{waiting} events waiting"),
            "Look again in a minute; if there are more, see what the function feedback logs.",
        ),
    });
    let dead = dead.map(|waiting| match waiting {
        0 => Finding::ok(DEAD, "none"),
        _ => Finding::warn(
            DEAD,
            format!("{} that could not be delivered or taken in", quantity(waiting, "event")),
            "See what the function feedback logs; then move them back as docs/operating.md says, under Dead letters.",
        ),
    });
    [backlog, dead].map(|finding| finding.unwrap_or_else(|finding| finding)).into()
}

/// The number of messages in a queue; the finding, if it cannot be known.
async fn waiting(target: &Target, check: &'static str, queue: Option<&str>) -> Result<u64, Finding> {
    let queue = queue.ok_or_else(|| Finding::skip(check, "queue"))?;
    let states =
        [ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible, ApproximateNumberOfMessagesDelayed];
    let get = target.sqs.get_queue_attributes().queue_url(queue).set_attribute_names(Some(states.to_vec()));
    let output = match get.send().await {
        Ok(output) => output,
        Err(error) if has_code(&error, "AWS.SimpleQueueService.NonExistentQueue") => {
            return Err(Finding::fail(check, "the queue does not exist", "Deploy the stack again."));
        }
        Err(error) => return Err(Finding::unknown(check, AwsError::new("sqs:GetQueueAttributes", &error))),
    };
    let attributes = output.attributes.unwrap_or_default();
    let number = |name: &QueueAttributeName| attributes.get(name).and_then(|text| text.parse::<u64>().ok());
    let numbers: Option<Vec<u64>> = states.iter().map(number).collect();
    let no_numbers = || CliError::Refused { action: "sqs:GetQueueAttributes", code: "no numbers".to_owned() };
    numbers.map(|numbers| numbers.iter().sum()).ok_or_else(|| Finding::unknown(check, no_numbers()))
}
