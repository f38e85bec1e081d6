//! The page, and what it asks for.

use std::io;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router, middleware};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use posthorn_testkit::ses::{Attachment, Mail};
use serde::Deserialize;
use serde_json::{Value, json};

use super::summary::is_id;
use super::{Mailbox, lock};
use crate::headers::private_page;

const CONTENT_SECURITY_POLICY: HeaderName = header::CONTENT_SECURITY_POLICY;
/// The page: its own script, style, JSON and frames; nothing inline, nothing from elsewhere.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    frame-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// A mail's HTML: an origin of its own, no script; its own styles, images in it and over https; links open a new tab.
const MAIL_POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; \
    style-src 'unsafe-inline'; img-src data: https:; font-src data:; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'self'";
/// How often one inline image is put in, so that a small mail cannot become a huge page.
const INLINE_MAX: usize = 8;
/// A download: nothing of it may run, wherever it is opened.
const FILE_POLICY: &str = "sandbox; default-src 'none'";

/// All routes.
pub(super) fn router(mailbox: Mailbox) -> Router {
    Router::new()
        .route("/_local/inbox", get(page))
        .route("/_local/inbox/page.css", get(style))
        .route("/_local/inbox/page.js", get(script))
        .route("/_local/inbox/mails", get(mails))
        .route("/_local/inbox/mails/{id}", get(mail))
        .route("/_local/inbox/mails/{id}/html", get(html))
        .route("/_local/inbox/mails/{id}/source", get(source))
        .route("/_local/inbox/mails/{id}/attachments/{n}", get(attachment))
        .layer(middleware::from_fn(private_page))
        .with_state(mailbox)
}

/// There is no such mail, or it cannot be read.
struct Missing;

impl IntoResponse for Missing {
    fn into_response(self) -> Response {
        (StatusCode::NOT_FOUND, "no such mail\n").into_response()
    }
}

async fn page() -> impl IntoResponse {
    ([(CONTENT_SECURITY_POLICY, PAGE_POLICY)], Html(include_str!("page.html")))
}

async fn style() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/css; charset=utf-8")],
        concat!(include_str!("../page.css"), include_str!("page.css")),
    )
}

async fn script() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("page.js"))
}

#[derive(Deserialize)]
struct Since {
    after: Option<String>,
}

async fn mails(State(mailbox): State<Mailbox>, Query(since): Query<Since>) -> Json<Value> {
    let news = lock(&mailbox.list).since(since.after.as_deref());
    Json(json!({
        "cursor": news.cursor,
        "total": news.total,
        "whole": news.whole,
        "mails": news.mails,
        "hint": mailbox.hint.as_deref(),
    }))
}

async fn mail(State(mailbox): State<Mailbox>, Path(id): Path<String>) -> Result<Json<Value>, Missing> {
    let mail = read(id, move |id| mailbox.mail(id)).await?;
    Ok(Json(detail(&mail)))
}

async fn html(State(mailbox): State<Mailbox>, Path(id): Path<String>) -> Result<impl IntoResponse, Missing> {
    let mail = read(id, move |id| mailbox.mail(id)).await?;
    let html = with_inline_images(&mail).ok_or(Missing)?;
    Ok(([(CONTENT_SECURITY_POLICY, MAIL_POLICY)], Html(html)))
}

async fn source(State(mailbox): State<Mailbox>, Path(id): Path<String>) -> Result<Response, Missing> {
    let filename = format!("{id}.eml");
    let source = read(id, move |id| mailbox.source(id)).await?;
    Ok(download("message/rfc822", &filename, source))
}

async fn attachment(State(mailbox): State<Mailbox>, Path((id, n)): Path<(String, usize)>) -> Result<Response, Missing> {
    let mail = read(id, move |id| mailbox.mail(id)).await?;
    let file = mail.attachments.get(n).ok_or(Missing)?;
    Ok(download("application/octet-stream", &file.filename, file.content.clone()))
}

/// Reads on a thread that may block, after the id is known to be one.
async fn read<T: Send + 'static>(
    id: String,
    reading: impl FnOnce(&str) -> io::Result<T> + Send + 'static,
) -> Result<T, Missing> {
    if !is_id(&id) {
        return Err(Missing);
    }
    let read = tokio::task::spawn_blocking(move || reading(&id)).await;
    read.ok().and_then(Result::ok).ok_or(Missing)
}

fn detail(mail: &Arc<Mail>) -> Value {
    let files: Vec<Value> = mail.attachments.iter().map(file_detail).collect();
    json!({
        "messageId": mail.message_id,
        "receivedAt": mail.received_at,
        "from": mail.from,
        "to": mail.to,
        "cc": mail.cc,
        "bcc": mail.bcc,
        "replyTo": mail.reply_to,
        "subject": mail.subject,
        "hasHtml": mail.html.is_some(),
        "text": mail.text,
        "headers": mail.headers,
        "tags": mail.tags,
        "configurationSet": mail.configuration_set,
        "attachments": files,
    })
}

fn file_detail(file: &Attachment) -> Value {
    json!({
        "filename": file.filename,
        "contentType": file.content_type,
        "size": file.content.len(),
        "inline": file.is_inline(),
    })
}

/// A file to save under this name, which is only ever percent-encoded (RFC 6266, RFC 8187).
fn download(content_type: &'static str, filename: &str, content: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, content_type.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename*=UTF-8''{}", percent_encoded(filename))),
        (CONTENT_SECURITY_POLICY, FILE_POLICY.to_owned()),
    ];
    (headers, content).into_response()
}

fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.extend(format!("%{byte:02X}").chars());
        }
        encoded
    })
}

/// The HTML, with the images that it names by `cid:` put in as data, for a sandboxed frame may fetch nothing of ours.
fn with_inline_images(mail: &Mail) -> Option<String> {
    let mut html = mail.html.clone()?;
    let mut images: Vec<_> =
        mail.attachments.iter().filter_map(|file| Some((file.content_id.as_ref()?, file))).collect();
    // The longest first, for `cid:logo` is also the beginning of `cid:logo2`.
    images.sort_by_key(|(id, _)| std::cmp::Reverse(id.len()));
    for (id, file) in images.into_iter().filter(|(id, _)| !id.is_empty()) {
        html = html.replacen(&format!("cid:{id}"), &data_url(file), INLINE_MAX);
    }
    Some(html)
}

fn data_url(file: &Attachment) -> String {
    let given = file.content_type.as_deref().unwrap_or_default();
    let is_image = given.strip_prefix("image/").is_some_and(|kind| {
        !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".+-".contains(&byte))
    });
    let content_type = if is_image { given } else { "image/png" };
    format!("data:{content_type};base64,{}", BASE64_STANDARD.encode(&file.content))
}
