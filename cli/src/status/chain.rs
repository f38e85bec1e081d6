//! The configuration set, the chain that brings SES's events back from it (topic and queue), and the subscribers of the alerts.

use aws_sdk_sesv2::types::{EventDestination, EventType, SnsDestination};
use aws_sdk_sns::types::Subscription;
use posthorn_domains::{AwsError, has_code};

use super::Finding;
use crate::{error::CliError, target::Target, terminal::quantity};

const SENDING: &str = "Sending";
const EVENTS: &str = "Events";
const SUBSCRIPTION: &str = "Subscription";
const ALERTS: &str = "Alerts";
const REDEPLOY: &str = "Deploy the stack again, or set it so in the SES console.";

/// The events that the guard cannot do without.
const GUARD_NEEDS: [EventType; 2] = [EventType::Bounce, EventType::Complaint];
/// The events that tell how emails fare. `SEND` is not among them: the template has a parameter that switches it off.
const RECORDS_NEED: [EventType; 4] =
    [EventType::Delivery, EventType::Reject, EventType::RenderingFailure, EventType::DeliveryDelay];

pub(super) async fn configuration_set(target: &Target) -> Vec<Finding> {
    let Some(set) = &target.resources.configuration_set else {
        return vec![Finding::skip(EVENTS, "configuration set")];
    };
    let (sending, destinations) = tokio::join!(sending(target, set), destinations(target, set));
    sending.into_iter().chain([destinations]).collect()
}

/// Says if mail may be sent with the set; nothing of a set that does not exist, for the line of the events says so.
async fn sending(target: &Target, set: &str) -> Option<Finding> {
    match target.ses.get_configuration_set().configuration_set_name(set).send().await {
        Ok(output) if output.sending_options().is_some_and(|options| !options.sending_enabled()) => {
            let enable = "aws sesv2 put-configuration-set-sending-options --sending-enabled --configuration-set-name";
            Some(Finding::fail(
                SENDING,
                format!("switched off for {set}: every mail fails"),
                format!("When what it was switched off for is mended: {enable} {set}"),
            ))
        }
        Ok(_) => Some(Finding::ok(SENDING, format!("{set} may send"))),
        Err(error) if has_code(&error, "NotFoundException") => None,
        Err(error) => Some(Finding::unknown(SENDING, AwsError::new("ses:GetConfigurationSet", &error))),
    }
}

async fn destinations(target: &Target, set: &str) -> Finding {
    let answer = target.ses.get_configuration_set_event_destinations().configuration_set_name(set).send().await;
    match answer {
        Ok(output) => events_finding(set, target.resources.events_topic.as_deref(), output.event_destinations()),
        Err(error) if has_code(&error, "NotFoundException") => {
            Finding::fail(EVENTS, format!("the configuration set {set} does not exist: every mail fails"), REDEPLOY)
        }
        Err(error) => Finding::unknown(EVENTS, AwsError::new("ses:GetConfigurationSetEventDestinations", &error)),
    }
}

/// Says if a destination brings every event that is needed to the topic; to any topic, where the topic is not known.
fn events_finding(set: &str, topic: Option<&str>, destinations: &[EventDestination]) -> Finding {
    let leads_there = |destination: &&EventDestination| {
        let to = destination.sns_destination().map(SnsDestination::topic_arn);
        to.is_some() && topic.is_none_or(|topic| to == Some(topic))
    };
    let there: Vec<_> = destinations.iter().filter(leads_there).collect();
    if there.is_empty() {
        return Finding::fail(EVENTS, format!("{set} sends its events nowhere that is listened to"), REDEPLOY);
    }
    let enabled: Vec<_> = there.into_iter().filter(|destination| destination.enabled()).collect();
    if enabled.is_empty() {
        return Finding::fail(EVENTS, format!("the event destination of {set} is switched off"), REDEPLOY);
    }
    let missing = |needed: &[EventType]| {
        let brings = |kind: &&EventType| !enabled.iter().any(|it| it.matching_event_types().contains(kind));
        needed.iter().filter(brings).map(EventType::as_str).collect::<Vec<_>>().join(", ")
    };
    let (vital, useful) = (missing(&GUARD_NEEDS), missing(&RECORDS_NEED));
    if !vital.is_empty() {
        return Finding::fail(EVENTS, format!("{set} does not report {vital}: the guard is blind"), REDEPLOY);
    }
    if !useful.is_empty() {
        return Finding::warn(EVENTS, format!("{set} does not report {useful}: those statuses stay unknown"), REDEPLOY);
    }
    Finding::ok(EVENTS, format!("{set} reports everything that is needed"))
}

pub(super) async fn subscription(target: &Target) -> Vec<Finding> {
    let (Some(topic), Some(queue)) = (&target.resources.events_topic, &target.resources.feedback_queue) else {
        return vec![Finding::skip(SUBSCRIPTION, "events topic")];
    };
    vec![match subscriptions(target, topic).await {
        Ok(subscriptions) => subscription_finding(queue, &subscriptions),
        Err(CliError::Refused { code, .. }) if code == "NotFound" => {
            Finding::fail(SUBSCRIPTION, "the events topic does not exist: no event comes", REDEPLOY)
        }
        Err(error) => Finding::unknown(SUBSCRIPTION, error),
    }]
}

/// Says if a queue, known by its URL, has a confirmed subscription.
fn subscription_finding(queue: &str, subscriptions: &[Subscription]) -> Finding {
    let mut of_url = queue.rsplit('/');
    let (name, account) = (of_url.next().unwrap_or_default(), of_url.next().unwrap_or_default());
    let end_of_arn = format!(":{account}:{name}");
    let mut ours = subscriptions.iter().filter(|it| it.endpoint().is_some_and(|arn| arn.ends_with(&end_of_arn)));
    match ours.next() {
        Some(one) if is_confirmed(one) => Finding::ok(SUBSCRIPTION, format!("the queue {name} gets the events")),
        Some(_) => Finding::fail(SUBSCRIPTION, "the queue's subscription is not confirmed: no event comes", REDEPLOY),
        None => {
            Finding::fail(SUBSCRIPTION, "the queue is not subscribed to the events topic: no event comes", REDEPLOY)
        }
    }
}

fn is_confirmed(subscription: &Subscription) -> bool {
    subscription.subscription_arn().is_some_and(|arn| arn.starts_with("arn:"))
}

pub(super) async fn alerts(target: &Target) -> Vec<Finding> {
    let Some(topic) = &target.resources.alerts_topic else { return vec![Finding::skip(ALERTS, "alerts topic")] };
    vec![match subscriptions(target, topic).await {
        Ok(all) => alerts_finding(topic, &all, target.resources.alerts_email.as_deref()),
        Err(CliError::Refused { code, .. }) if code == "NotFound" => {
            Finding::fail(ALERTS, "the alerts topic does not exist", REDEPLOY)
        }
        Err(error) => Finding::unknown(ALERTS, error),
    }]
}

/// Says if somebody hears the alerts: the address of the stack's parameter, or whoever subscribed besides.
fn alerts_finding(topic: &str, all: &[Subscription], alerts_email: Option<&str>) -> Finding {
    let confirmed = all.iter().filter(|it| is_confirmed(it)).count() as u64;
    let subscribe = format!("aws sns subscribe --protocol email --notification-endpoint <address> --topic-arn {topic}");
    match (confirmed, all.len(), alerts_email) {
        (0, 0, Some("")) => Finding::warn(
            ALERTS,
            "nobody hears them: AlertsEmail is empty, and nothing else is subscribed",
            format!("Set AlertsEmail and deploy, or subscribe: {subscribe}"),
        ),
        (0, 0, _) => Finding::warn(ALERTS, "nobody hears them", format!("Subscribe: {subscribe}")),
        (0, ..) => Finding::warn(
            ALERTS,
            "nobody hears them: no subscription is confirmed",
            "Follow the link in the mail that SNS sent.",
        ),
        (_, _, Some("")) if !all.iter().any(reaches_a_person) => Finding::warn(
            ALERTS,
            format!("heard by {}, maybe by no person: AlertsEmail is empty", quantity(confirmed, "subscriber")),
            format!("Set AlertsEmail and deploy, or subscribe: {subscribe}"),
        ),
        (_, _, Some("")) => {
            Finding::ok(ALERTS, format!("heard by {}; AlertsEmail is empty", quantity(confirmed, "subscriber")))
        }
        _ => Finding::ok(ALERTS, format!("heard by {}", quantity(confirmed, "subscriber"))),
    }
}

/// True for a mailbox or a telephone that confirmed. Nobody can tell who reads what a queue, a function or a web server gets.
fn reaches_a_person(subscription: &Subscription) -> bool {
    is_confirmed(subscription) && matches!(subscription.protocol(), Some("email" | "email-json" | "sms"))
}

async fn subscriptions(target: &Target, topic: &str) -> Result<Vec<Subscription>, CliError> {
    let pages = target.sns.list_subscriptions_by_topic().topic_arn(topic).into_paginator();
    let mut pages = pages.send();
    let mut all = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| AwsError::new("sns:ListSubscriptionsByTopic", &error))?;
        all.extend(page.subscriptions.unwrap_or_default());
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::CheckStatus;

    const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:events";

    fn destination(topic: &str, enabled: bool, without: &[EventType]) -> EventDestination {
        let types = GUARD_NEEDS.into_iter().chain(RECORDS_NEED).filter(|kind| !without.contains(kind));
        EventDestination::builder()
            .name("feedback")
            .enabled(enabled)
            .sns_destination(SnsDestination::builder().topic_arn(topic).build().unwrap())
            .set_matching_event_types(Some(types.collect()))
            .build()
            .unwrap()
    }

    #[test]
    fn events_must_go_to_the_topic_with_what_the_guard_needs() {
        for (destinations, status) in [
            (vec![destination(TOPIC, true, &[])], CheckStatus::Ok),
            (vec![destination("arn:other", false, &[]), destination(TOPIC, true, &[])], CheckStatus::Ok),
            (vec![], CheckStatus::Fail),
            (vec![destination("arn:other", true, &[])], CheckStatus::Fail),
            (vec![destination(TOPIC, false, &[])], CheckStatus::Fail),
            (vec![destination(TOPIC, true, &[EventType::Bounce])], CheckStatus::Fail),
            (vec![destination(TOPIC, true, &[EventType::Delivery])], CheckStatus::Warn),
        ] {
            assert_eq!(events_finding("posthorn", Some(TOPIC), &destinations).status, status, "{destinations:?}");
        }
        assert_eq!(events_finding("posthorn", None, &[destination("arn:other", true, &[])]).status, CheckStatus::Ok);
    }

    #[test]
    fn only_a_confirmed_subscription_of_this_very_queue_counts() {
        let queue = "https://sqs.eu-west-1.amazonaws.com/123456789012/feedback";
        let subscription =
            |endpoint: &str, arn: &str| Subscription::builder().endpoint(endpoint).subscription_arn(arn).build();
        for (endpoint, arn, status) in [
            ("arn:aws:sqs:eu-west-1:123456789012:feedback", "arn:aws:sns:x", CheckStatus::Ok),
            ("arn:aws:sqs:eu-west-1:123456789012:feedback", "PendingConfirmation", CheckStatus::Fail),
            ("arn:aws:sqs:eu-west-1:123456789012:other-feedback", "arn:aws:sns:x", CheckStatus::Fail),
            ("arn:aws:sqs:eu-west-1:999999999999:feedback", "arn:aws:sns:x", CheckStatus::Fail),
        ] {
            assert_eq!(subscription_finding(queue, &[subscription(endpoint, arn)]).status, status, "{endpoint} {arn}");
        }
    }
}
