//! The routes of SES v2's REST-JSON protocol that this endpoint answers.

use std::sync::Arc;

use axum::Json;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Router, middleware};
use serde::de::DeserializeOwned;
use serde_json::json;

use super::clock::now;
use super::exception::Exception;
use super::fault::Fault;
use super::identities::{CreateEmailIdentity, ListEmailIdentities, PutMailFrom};
use super::mail::Mail;
use super::request::SendEmail;
use super::{Ses, check, message_id};
use crate::server::Connection;

/// The largest request body that is read, in bytes: a message of the greatest size, its JSON escaped, fits.
const MAX_BODY: usize = 2 * check::MAX_MESSAGE;
/// The region in SES's texts where the request is not signed for one.
const DEFAULT_REGION: &str = "US-EAST-1";

impl Ses {
    /// The endpoint's routes, for [`serve`](crate::server::serve).
    pub fn router(self) -> Router {
        Router::new()
            .route("/v2/email/outbound-emails", post(send_email).fallback(unsupported))
            .route("/v2/email/identities", post(create_email_identity).fallback(unsupported))
            .route(
                "/v2/email/identities/{identity}",
                get(get_email_identity).delete(delete_email_identity).fallback(unsupported),
            )
            .route("/v2/email/identities/{identity}/mail-from", put(put_mail_from).fallback(unsupported))
            .route("/v2/email/list-identities", post(list_email_identities).fallback(unsupported))
            .route("/v2/email/account", get(get_account).fallback(unsupported))
            .route("/v2/email/configuration-sets/{name}", get(get_configuration_set).fallback(unsupported))
            .route(
                "/v2/email/configuration-sets/{name}/event-destinations",
                get(get_destinations).fallback(unsupported),
            )
            .fallback(unsupported)
            .layer(middleware::map_response(with_request_id))
            .with_state(self)
    }
}

async fn unsupported() -> Exception {
    Exception::unknown_operation(
        "this local endpoint takes SendEmail, GetAccount, and what creates, reads, lists and deletes identities and \
         reads configuration sets of SES v2",
    )
}

async fn with_request_id(mut response: Response) -> Response {
    if let Ok(id) = HeaderValue::from_str(&message_id::uuid()) {
        response.headers_mut().insert("x-amzn-requestid", id);
    }
    response
}

async fn create_email_identity(State(ses): State<Ses>, body: Body) -> Result<Response, Exception> {
    let request: CreateEmailIdentity = parse(&read(body).await?)?;
    ses.change_identities(|identities| identities.create(&request, now()))
}

async fn get_email_identity(State(ses): State<Ses>, Path(identity): Path<String>) -> Result<Response, Exception> {
    Ok(ses.account().identities.get(&identity, now())?.into_response())
}

async fn delete_email_identity(State(ses): State<Ses>, Path(identity): Path<String>) -> Result<Response, Exception> {
    ses.change_identities(|identities| identities.delete(&identity))
}

async fn put_mail_from(
    State(ses): State<Ses>,
    Path(identity): Path<String>,
    body: Body,
) -> Result<Response, Exception> {
    let request: PutMailFrom = parse(&read(body).await?)?;
    ses.change_identities(|identities| identities.put_mail_from(&identity, request, now()))
}

async fn list_email_identities(State(ses): State<Ses>, body: Body) -> Result<Response, Exception> {
    let body = read(body).await?;
    let request: ListEmailIdentities = if body.is_empty() { ListEmailIdentities::default() } else { parse(&body)? };
    Ok(ses.account().identities.list(&request, now()).into_response())
}

async fn get_account(State(ses): State<Ses>) -> Response {
    let account = ses.account();
    account.status.get(account.accepted.count()).into_response()
}

async fn get_configuration_set(State(ses): State<Ses>, Path(name): Path<String>) -> Result<Response, Exception> {
    Ok(ses.account().configuration_sets.get(&name)?.into_response())
}

async fn get_destinations(State(ses): State<Ses>, Path(name): Path<String>) -> Result<Response, Exception> {
    Ok(ses.account().configuration_sets.destinations(&name)?.into_response())
}

async fn send_email(
    State(ses): State<Ses>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    request: Request,
) -> Response {
    let fault = ses.count_call();
    if fault == Some(Fault::RefuseUnsent) {
        return connection.cut();
    }
    let lost = fault == Some(Fault::LoseAnswer);
    match handle(ses, fault, request).await {
        _ if lost => connection.cut(),
        Ok(mail) => Json(json!({ "MessageId": mail.message_id })).into_response(),
        Err(exception) => exception.into_response(),
    }
}

async fn handle(ses: Ses, fault: Option<Fault>, request: Request) -> Result<Arc<Mail>, Exception> {
    let region = region(request.headers());
    let body = read(request.into_body()).await?;
    // The task goes on if the caller hangs up: a request that has arrived is handled.
    let handled = tokio::spawn(async move {
        if let Some(fault) = fault {
            tokio::time::sleep(fault.delay()).await;
            fault.exception().map_or(Ok(()), Err)?;
        }
        accept(&ses, region, &body).await
    });
    handled.await.unwrap_or_else(|_| Err(Exception::internal_failure()))
}

async fn accept(ses: &Ses, region: String, body: &[u8]) -> Result<Arc<Mail>, Exception> {
    let request: SendEmail = parse(body)?;
    let mail = Arc::new(ses.check(request, region)?);
    if let Some(sink) = ses.sink.clone() {
        let mail = Arc::clone(&mail);
        let stored = tokio::task::spawn_blocking(move || sink(&mail)).await;
        stored.ok().and_then(Result::ok).ok_or_else(Exception::internal_failure)?;
    }
    ses.record(Arc::clone(&mail));
    Ok(mail)
}

async fn read(body: Body) -> Result<Bytes, Exception> {
    to_bytes(body, MAX_BODY).await.map_err(|_| check::too_long(MAX_BODY))
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Exception> {
    serde_json::from_slice(body).map_err(|error| Exception::serialization(error.to_string()))
}

/// The region that the request is signed for (`Credential=<key>/<date>/<region>/ses/aws4_request`), upper-cased.
fn region(headers: &HeaderMap) -> String {
    let signed = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let scope = signed.and_then(|text| text.split_once("Credential=")).map(|(_, scope)| scope);
    scope.and_then(|scope| scope.split('/').nth(2)).unwrap_or(DEFAULT_REGION).to_ascii_uppercase()
}
