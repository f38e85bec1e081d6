//! The SDK's own client calls the endpoint.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use tokio::net::TcpListener;

use super::{Sqs, path};
use crate::backends::local_config;

const ARN: &str = "arn:aws:sqs:us-east-1:000000000000:feedback";

async fn started() -> (Sqs, Client, String) {
    let sqs = Sqs::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(crate::server::serve(sqs.clone().router(), listener, std::future::pending()));
    (sqs, Client::new(&local_config(&url)), format!("{url}{}", path(ARN)))
}

#[tokio::test]
async fn a_queue_tells_how_full_it_is_at_the_moment() {
    let (sqs, client, url) = started().await;
    let waiting = Arc::new(AtomicUsize::new(3));
    let count = Arc::clone(&waiting);
    sqs.create_queue(ARN, move || count.load(Ordering::SeqCst));
    for expected in ["3", "4"] {
        let name = QueueAttributeName::ApproximateNumberOfMessages;
        let answer = client.get_queue_attributes().queue_url(&url).attribute_names(name.clone()).send().await.unwrap();
        let attributes = answer.attributes.unwrap();
        assert_eq!((attributes[&name].as_str(), attributes.len()), (expected, 1), "only what was asked for");
        waiting.fetch_add(1, Ordering::SeqCst);
    }
    let all = client.get_queue_attributes().queue_url(&url).attribute_names(QueueAttributeName::All).send().await;
    assert_eq!(all.unwrap().attributes.unwrap()[&QueueAttributeName::QueueArn], ARN);
}

#[tokio::test]
async fn an_unknown_queue_and_another_operation_are_refused() {
    let (sqs, client, url) = started().await;
    let refused = client.get_queue_attributes().queue_url(&url).send().await.unwrap_err();
    assert!(refused.as_service_error().unwrap().is_queue_does_not_exist());
    sqs.create_queue(ARN, || 0);
    let refused = client.receive_message().queue_url(&url).send().await.unwrap_err();
    assert_eq!(refused.as_service_error().unwrap().meta().code(), Some("UnknownOperationException"));
}
