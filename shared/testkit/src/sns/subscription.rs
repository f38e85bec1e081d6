//! The subscriptions of a topic.

/// A subscription (API reference, `ListSubscriptionsByTopic`). Nothing is delivered to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// The protocol, such as `sqs` or `email`.
    pub protocol: String,
    /// The endpoint: a queue's ARN, an address or a URL.
    pub endpoint: String,
    /// True if the endpoint's owner has confirmed it.
    pub confirmed: bool,
}

impl Subscription {
    /// A confirmed subscription.
    #[must_use]
    pub fn new(protocol: &str, endpoint: &str) -> Self {
        Self { protocol: protocol.to_owned(), endpoint: endpoint.to_owned(), confirmed: true }
    }

    pub(super) fn xml(&self, topic: &str) -> String {
        let arn = if self.confirmed { format!("{topic}:subscription") } else { "PendingConfirmation".to_owned() };
        let (protocol, endpoint, topic) = (escaped(&self.protocol), escaped(&self.endpoint), escaped(topic));
        format!(
            "<member><TopicArn>{topic}</TopicArn><Protocol>{protocol}</Protocol><SubscriptionArn>{arn}\
             </SubscriptionArn><Owner>000000000000</Owner><Endpoint>{endpoint}</Endpoint></member>"
        )
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
