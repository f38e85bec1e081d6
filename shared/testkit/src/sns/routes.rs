//! The one route of AWS's query protocol: a form in, XML out.

use std::future::pending;
use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Form, Router};

use super::publish::Publish;
use super::refusal::Refusal;
use super::{Fault, Published, Sns};

/// The longest request body read, in bytes: a message a few times too long still gets the answer that says so.
const BODY_MAX: usize = 4 * 1024 * 1024;

/// The route, over the given account.
pub(super) fn router(sns: Sns) -> Router {
    Router::new()
        .route("/", post(act).fallback(unsupported))
        .fallback(unsupported)
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .with_state(sns)
}

async fn unsupported(State(sns): State<Sns>) -> Response {
    refused(&sns, &Refusal::invalid_action())
}

async fn act(State(sns): State<Sns>, form: Result<Form<Publish>, FormRejection>) -> Response {
    match form {
        Ok(Form(request)) => match request.action() {
            Some("Publish") => publish(sns, request).await,
            Some("ListSubscriptionsByTopic") => list(&sns, request).unwrap_or_else(|refusal| refused(&sns, &refusal)),
            _ => refused(&sns, &Refusal::invalid_action()),
        },
        Err(_) => refused(&sns, &Refusal::validation_error()),
    }
}

async fn publish(sns: Sns, request: Publish) -> Response {
    let fault = sns.arrived();
    match (handle(&sns, fault, request).await, fault) {
        (_, Some(Fault::NeverAnswer)) => pending().await,
        (_, Some(Fault::LoseAnswer)) => refused(&sns, &Refusal::internal_error()),
        (Ok(published), _) => taken(&sns, &published),
        (Err(refusal), _) => refused(&sns, &refusal),
    }
}

async fn handle(sns: &Sns, fault: Option<Fault>, request: Publish) -> Result<Arc<Published>, Refusal> {
    fault.and_then(Fault::refusal).map_or(Ok(()), Err)?;
    let sns = sns.clone();
    // In a task of its own: a request that has arrived is handled even if its caller hangs up.
    let handled = tokio::spawn(async move { sns.publish(request).await });
    handled.await.unwrap_or_else(|_| Err(Refusal::internal_error()))
}

fn list(sns: &Sns, request: Publish) -> Result<Response, Refusal> {
    let topic = request.topic()?;
    let members: String = sns.subscriptions(&topic)?.iter().map(|subscription| subscription.xml(&topic)).collect();
    let request = sns.id();
    let answer = format!(
        "<ListSubscriptionsByTopicResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\">\
         <ListSubscriptionsByTopicResult><Subscriptions>{members}</Subscriptions></ListSubscriptionsByTopicResult>\
         <ResponseMetadata><RequestId>{request}</RequestId></ResponseMetadata></ListSubscriptionsByTopicResponse>"
    );
    Ok(xml(StatusCode::OK, answer))
}

fn taken(sns: &Sns, published: &Published) -> Response {
    let (id, request) = (&published.id, sns.id());
    let answer = format!(
        "<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishResult><MessageId>{id}</MessageId>\
         </PublishResult><ResponseMetadata><RequestId>{request}</RequestId></ResponseMetadata></PublishResponse>"
    );
    xml(StatusCode::OK, answer)
}

fn refused(sns: &Sns, refusal: &Refusal) -> Response {
    let (party, request, Refusal { status, code, message }) = (refusal.party(), sns.id(), refusal);
    let answer = format!(
        "<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error><Type>{party}</Type>\
         <Code>{code}</Code><Message>{message}</Message></Error><RequestId>{request}</RequestId></ErrorResponse>"
    );
    xml(*status, answer)
}

fn xml(status: StatusCode, answer: String) -> Response {
    (status, [(header::CONTENT_TYPE, "text/xml")], answer).into_response()
}
