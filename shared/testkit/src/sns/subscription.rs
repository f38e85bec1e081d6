//! Who is subscribed to a topic.

/// A subscription (API reference, `ListSubscriptionsByTopic`). Nothing is delivered to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Such as `sqs` or `email`.
    pub protocol: String,
    /// A queue's ARN, an address, a URL.
    pub endpoint: String,
    /// Whether whoever is there has agreed.
    pub confirmed: bool,
}

impl Subscription {
    /// A confirmed one.
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
