//! An alerts topic that answers SNS's `Publish` on this machine and records the announcements.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use aws_sdk_sns::{Client, config::Builder};
use axum::{Router, extract::Query, http::StatusCode, routing::post};
use posthorn_alerts::Topic;
use posthorn_table::{Table, Uuid};
use posthorn_testkit::backends::local_config;
use tokio::net::TcpListener;

use crate::support::World;

pub(crate) const ARN: &str = "arn:aws:sns:us-east-1:000000000000:alerts";
const TAKEN: &str = r#"<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult>
<MessageId>567910cd-659e-55d4-8ccb-5aaf14679dc0</MessageId></PublishResult><ResponseMetadata>
<RequestId>d74b8436-ae13-5ab4-a9ff-ce54dfea72a0</RequestId></ResponseMetadata></PublishResponse>"#;

const THROTTLED: &str = "<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error><Type>Sender</Type>\
                         <Code>Throttled</Code><Message>Rate exceeded</Message></Error></ErrorResponse>";

/// The way in which the topic answers an announcement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TopicBehaviour {
    Takes,
    Refuses,
    Breaks,
    /// Refuses the first as SNS does above its quota, and takes those after it.
    ThrottlesOnce,
    NeverAnswers,
}

/// A recorded announcement.
#[derive(Debug)]
pub(crate) struct Announcement {
    /// The parameters of `Publish`.
    pub(crate) parameters: HashMap<String, String>,
    /// The project's version in the table when the announcement came.
    pub(crate) version: u64,
}

pub(crate) type Announcements = Arc<Mutex<Vec<Announcement>>>;

/// Starts a topic, and has the world's function announce on it. Gives the announcements, which the topic goes on recording.
pub(crate) async fn start_topic(world: &mut World, behaviour: TopicBehaviour) -> Announcements {
    let announcements = Announcements::default();
    let (table, project, recorded) = (world.backends.table.clone(), world.id(), Arc::clone(&announcements));
    let publish = move |body: String| {
        let (table, recorded) = (table.clone(), Arc::clone(&recorded));
        async move { answer(&table, project, &recorded, behaviour, &body).await }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let service = Router::new().route("/", post(publish)).into_make_service();
    tokio::spawn(async { axum::serve(listener, service).await });
    let config = Builder::from(&local_config(&url)).interceptor(world.backends.calls.clone());
    world.app.alerts = Some(Topic::new(Client::from_conf(config.build()), ARN.to_owned()));
    announcements
}

async fn answer(
    table: &Table,
    project: Uuid,
    announcements: &Announcements,
    behaviour: TopicBehaviour,
    body: &str,
) -> (StatusCode, &'static str) {
    let version = table.project(project).await.unwrap().unwrap().version;
    let uri = format!("/?{body}").parse().unwrap();
    let Query(parameters) = Query::try_from_uri(&uri).unwrap();
    let count = {
        let mut published = announcements.lock().unwrap();
        published.push(Announcement { parameters, version });
        published.len()
    };
    match behaviour {
        TopicBehaviour::ThrottlesOnce if count == 1 => (StatusCode::TOO_MANY_REQUESTS, THROTTLED),
        TopicBehaviour::Takes | TopicBehaviour::ThrottlesOnce => (StatusCode::OK, TAKEN),
        TopicBehaviour::Refuses => (StatusCode::FORBIDDEN, "<ErrorResponse/>"),
        TopicBehaviour::Breaks => (StatusCode::INTERNAL_SERVER_ERROR, ""),
        TopicBehaviour::NeverAnswers => std::future::pending().await,
    }
}
