//! The routes of the page, its files and its data.

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

use super::{store::Inbox, summary::is_id};
use crate::headers::private_page;

const CONTENT_SECURITY_POLICY: HeaderName = header::CONTENT_SECURITY_POLICY;
/// The policy of the page: scripts, styles, requests and frames of this stack alone, and none inline.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    frame-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// The policy of a mail's HTML: it has an origin of its own and no script; its own styles, and images in it or over https; a link
/// opens a new tab.
const MAIL_POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; \
    style-src 'unsafe-inline'; img-src data: https:; font-src data:; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'self'";
/// One inline image is inserted so many times at most, so that a small mail cannot become a huge page.
const MAX_INLINE_USES: usize = 8;
/// The policy of a download: nothing in it may run, wherever it is opened.
const FILE_POLICY: &str = "sandbox; default-src 'none'";

/// The routes under `/_local/inbox`; nothing else is answered.
pub fn router(inbox: Inbox) -> Router {
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
        .with_state(inbox)
}

/// The response for a mail that does not exist or cannot be read.
struct MailNotFound;

impl IntoResponse for MailNotFound {
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
struct ListQuery {
    /// The cursor of the page.
    after: Option<String>,
}

async fn mails(State(inbox): State<Inbox>, Query(query): Query<ListQuery>) -> Json<Value> {
    let changes = inbox.changes_since(query.after.as_deref());
    Json(json!({
        "cursor": changes.cursor,
        "total": changes.total,
        "whole": changes.whole,
        "mails": changes.mails,
        "hint": inbox.hint(),
    }))
}

async fn mail(State(inbox): State<Inbox>, Path(id): Path<String>) -> Result<Json<Value>, MailNotFound> {
    let mail = read(id, move |id| inbox.mail(id)).await?;
    Ok(Json(detail(&mail)))
}

async fn html(State(inbox): State<Inbox>, Path(id): Path<String>) -> Result<impl IntoResponse, MailNotFound> {
    let mail = read(id, move |id| inbox.mail(id)).await?;
    let html = with_inline_images(&mail).ok_or(MailNotFound)?;
    Ok(([(CONTENT_SECURITY_POLICY, MAIL_POLICY)], Html(html)))
}

async fn source(State(inbox): State<Inbox>, Path(id): Path<String>) -> Result<Response, MailNotFound> {
    let filename = format!("{id}.eml");
    let source = read(id, move |id| inbox.source(id)).await?;
    Ok(download("message/rfc822", &filename, source))
}

async fn attachment(
    State(inbox): State<Inbox>,
    Path((id, n)): Path<(String, usize)>,
) -> Result<Response, MailNotFound> {
    let mail = read(id, move |id| inbox.mail(id)).await?;
    let file = mail.attachments.get(n).ok_or(MailNotFound)?;
    Ok(download("application/octet-stream", &file.filename, file.content.clone()))
}

/// Reads from the inbox on a blocking thread; fails for a malformed id.
async fn read<T: Send + 'static>(
    id: String,
    read_mail: impl FnOnce(&str) -> io::Result<T> + Send + 'static,
) -> Result<T, MailNotFound> {
    if !is_id(&id) {
        return Err(MailNotFound);
    }
    let read = tokio::task::spawn_blocking(move || read_mail(&id)).await;
    read.ok().and_then(Result::ok).ok_or(MailNotFound)
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

/// A response that a browser saves under this name, which is percent-encoded (RFC 6266, RFC 8187).
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

/// The HTML, with the images that it names by `cid:` inserted as data, for a sandboxed frame may fetch nothing from the stack.
fn with_inline_images(mail: &Mail) -> Option<String> {
    let mut html = mail.html.clone()?;
    let mut images: Vec<_> =
        mail.attachments.iter().filter_map(|file| Some((file.content_id.as_ref()?, file))).collect();
    // The longest ids come first, for `cid:logo` is also the beginning of `cid:logo2`.
    images.sort_by_key(|(id, _)| std::cmp::Reverse(id.len()));
    for (id, file) in images.into_iter().filter(|(id, _)| !id.is_empty()) {
        html = html.replacen(&format!("cid:{id}"), &data_url(file), MAX_INLINE_USES);
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
