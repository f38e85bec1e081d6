//! The one route of AWS's query protocol, which takes a form and answers XML.

use std::future::pending;
use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Form, Router};

use super::error::ErrorResponse;
use super::fault::Fault;
use super::publish::Publish;
use super::{Published, Sns};

/// The largest request body that is read, in bytes: a message a few times too long still gets the answer that says so.
const MAX_BODY: usize = 4 * 1024 * 1024;

impl Sns {
    /// The endpoint's route, for [`serve`](crate::server::serve).
    pub fn router(self) -> Router {
        Router::new()
            .route("/", post(dispatch).fallback(unsupported))
            .fallback(unsupported)
            .layer(DefaultBodyLimit::max(MAX_BODY))
            .with_state(self)
    }
}

async fn unsupported(State(sns): State<Sns>) -> Response {
    error_response(&sns, &ErrorResponse::invalid_action())
}

async fn dispatch(State(sns): State<Sns>, form: Result<Form<Publish>, FormRejection>) -> Response {
    match form {
        Ok(Form(request)) => match request.action() {
            Some("Publish") => publish(sns, request).await,
            Some("ListSubscriptionsByTopic") => {
                list(&sns, request).unwrap_or_else(|error| error_response(&sns, &error))
            }
            _ => error_response(&sns, &ErrorResponse::invalid_action()),
        },
        Err(_) => error_response(&sns, &ErrorResponse::validation_error()),
    }
}

async fn publish(sns: Sns, request: Publish) -> Response {
    let fault = sns.count_call();
    match (handle(&sns, fault, request).await, fault) {
        (_, Some(Fault::NeverAnswer)) => pending().await,
        (_, Some(Fault::LoseAnswer)) => error_response(&sns, &ErrorResponse::internal_error()),
        (Ok(published), _) => published_response(&sns, &published),
        (Err(error), _) => error_response(&sns, &error),
    }
}

async fn handle(sns: &Sns, fault: Option<Fault>, request: Publish) -> Result<Arc<Published>, ErrorResponse> {
    fault.and_then(Fault::error).map_or(Ok(()), Err)?;
    let sns = sns.clone();
    // The task goes on if the caller hangs up: a request that has arrived is handled.
    let handled = tokio::spawn(async move { sns.publish(request).await });
    handled.await.unwrap_or_else(|_| Err(ErrorResponse::internal_error()))
}

fn list(sns: &Sns, request: Publish) -> Result<Response, ErrorResponse> {
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

fn published_response(sns: &Sns, published: &Published) -> Response {
    let (id, request) = (&published.id, sns.id());
    let answer = format!(
        "<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishResult><MessageId>{id}</MessageId>\
         </PublishResult><ResponseMetadata><RequestId>{request}</RequestId></ResponseMetadata></PublishResponse>"
    );
    xml(StatusCode::OK, answer)
}

fn error_response(sns: &Sns, error: &ErrorResponse) -> Response {
    let (party, request, ErrorResponse { status, code, message }) = (error.party(), sns.id(), error);
    let answer = format!(
        "<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error><Type>{party}</Type>\
         <Code>{code}</Code><Message>{message}</Message></Error><RequestId>{request}</RequestId></ErrorResponse>"
    );
    xml(*status, answer)
}

fn xml(status: StatusCode, answer: String) -> Response {
    (status, [(header::CONTENT_TYPE, "text/xml")], answer).into_response()
}
