//! Requests, from the event that Lambda gets to the items that are stored and the mails that are sent.

use base64::{Engine, engine::general_purpose::STANDARD};
use lambda_http::{
    Body, Request, Response,
    aws_lambda_events::apigw::ApiGatewayV2httpRequest,
    http::{HeaderMap, HeaderValue, Method, Uri},
};
use posthorn_mail::ses::Ses;
use posthorn_routes::Function;
use posthorn_table::Timestamp;
use posthorn_testkit::{
    backends::{Backends, TestResponse},
    events::{PUBLIC_KEY, SECRET_KEY},
    gateway::{Incoming, TIMEOUT, invoke},
    ses::Mail,
};
use serde_json::Value;

use crate::{
    log,
    log::REQUEST_ID,
    response,
    world::{World, with_world},
};

/// Takes the event of a call of send, as the gateway writes it.
pub fn event_send(bytes: &[u8]) {
    event(Function::Send, bytes);
}

/// Takes the event of a call of track.
pub fn event_track(bytes: &[u8]) {
    event(Function::Track, bytes);
}

/// Takes the event of a call of regenerate-keys.
pub fn event_regenerate_keys(bytes: &[u8]) {
    event(Function::RegenerateKeys, bytes);
}

/// Takes the body of a call of send with a secret key. With the same `Idempotency-Key` the same bytes get the same answer, and
/// nothing is sent again.
pub fn send_body(bytes: &[u8]) {
    let event = post("/v1/send", SECRET_KEY, bytes);
    with_world(|world| {
        let before = world.backends.ses.mails().len();
        let first = call(world, Function::Send, &event);
        if first.header("idempotency-replayed").is_some() {
            return;
        }
        let mails = world.backends.ses.mails();
        assert_eq!(mails.len() - before, sent(&first), "{}", first.text);
        mails.iter().skip(before).for_each(|mail| check_headers(mail));
        let again = call(world, Function::Send, &event);
        assert_eq!((again.status, &again.json["data"]), (first.status, &first.json["data"]));
        assert_eq!(world.backends.ses.mails().len(), mails.len(), "sent twice");
    });
}

/// Takes the body of a call of track with a public key, on either path. A repeat with the same `Idempotency-Key` gets the same
/// answer and records nothing.
pub fn track_body(bytes: &[u8]) {
    let path = if bytes.len().is_multiple_of(2) { "/v1/track" } else { "/v1" };
    let event = post(path, PUBLIC_KEY, bytes);
    with_world(|world| {
        let first = call(world, Function::Track, &event);
        let items = world.items().len();
        let again = call(world, Function::Track, &event);
        assert_eq!((again.status, &again.json["data"]), (first.status, &first.json["data"]));
        assert_eq!(world.items().len(), items, "recorded twice");
    });
}

/// Gives an event to a function. Bytes that the runtime cannot read as an event of an HTTP API never reach a handler. The id of a
/// request is the gateway's own.
fn event(function: Function, bytes: &[u8]) {
    let Ok(mut event) = serde_json::from_slice::<Value>(bytes) else { return };
    let Some(context) = event.get_mut("requestContext").and_then(Value::as_object_mut) else { return };
    context.insert("requestId".to_owned(), REQUEST_ID.into());
    let event = event.to_string();
    if serde_json::from_str(&event).is_ok_and(|event| is_written_by_gateway(&event)) {
        with_world(|world| {
            let answer = call(world, function, &event);
            if function == Function::RegenerateKeys && answer.status == 200 {
                world.discard();
            }
        });
    }
}

/// True unless the event calls a body base64 that is none. The gateway encodes the body itself.
fn is_written_by_gateway(event: &ApiGatewayV2httpRequest) -> bool {
    !event.is_base64_encoded || event.body.as_ref().is_none_or(|body| STANDARD.decode(body).is_ok())
}

/// The event of a POST with this key and body, and an `Idempotency-Key` that is the body's own.
fn post(path: &'static str, key: &str, body: &[u8]) -> String {
    let text = |value: String| HeaderValue::try_from(value).expect("a header's value");
    let idempotency_key =
        body.iter().fold(body.len() as u64, |hash, byte| hash.wrapping_mul(0x100_0000_01b3) ^ u64::from(*byte));
    let mut headers = HeaderMap::new();
    headers.insert("authorization", text(format!("Bearer {key}")));
    headers.insert("idempotency-key", text(format!("{idempotency_key:016x}")));
    let incoming = Incoming {
        request_id: REQUEST_ID.to_owned(),
        at: Timestamp::UNIX_EPOCH,
        method: Method::POST,
        uri: Uri::from_static(path),
        headers,
        body: body.to_vec().into(),
    };
    incoming.event()
}

/// Calls a function, and checks the response and the log lines. A refusal has to store and send nothing.
fn call(world: &mut World, function: Function, event: &str) -> TestResponse {
    log::listen();
    let (backends, calls) = (world.backends.clone(), world.backends.ses.calls());
    let handler = |request| handle(&backends, function, request);
    let answer = TestResponse::from(world.runtime.block_on(invoke(event, REQUEST_ID, TIMEOUT, handler)));
    let event: Value = serde_json::from_str(event).expect("JSON");
    let is_head = event["requestContext"]["http"]["method"] == "HEAD";
    let accepted = if is_head { response::check_head(&answer) } else { response::check(&answer) };
    let changed = world.take_changed();
    assert!(accepted || !changed, "a refusal wrote: {}", answer.text);
    assert!(accepted || world.backends.ses.calls() == calls, "a refusal called SES: {}", answer.text);
    log::check(&event);
    answer
}

async fn handle(backends: &Backends, function: Function, request: Request) -> Response<Body> {
    let (env, table) = (backends.env.clone(), backends.table.clone());
    match function {
        Function::Api => api::handle(&api::App { env, table }, request).await,
        Function::Feedback => panic!("feedback takes batches"),
        Function::Send => {
            let ses = Ses::new(backends.ses_config.clone(), None);
            send::handle(&send::App { env, table, ses }, request).await
        }
        Function::Track => track::handle(&track::App { env, table }, request).await,
        Function::RegenerateKeys => {
            let alerts = Some(backends.alerts.clone());
            regenerate_keys::handle(&regenerate_keys::App { env, table, alerts }, request).await
        }
    }
}

/// The number of mails that went out by an answer of send.
fn sent(answer: &TestResponse) -> usize {
    let emails = answer.json["data"]["emails"].as_array();
    emails.into_iter().flatten().filter(|email| email["status"] == "SENT").count()
}

/// Holds a mail to one recipient and to headers that no text of the caller ended.
fn check_headers(mail: &Mail) {
    assert_eq!(mail.recipients().count(), 1);
    assert!(!mail.subject.contains(char::is_control), "{:?}", mail.subject);
    let headers = mail.headers.iter().flat_map(|(name, value)| [name, value]);
    for text in headers.chain(&mail.to).chain(&mail.reply_to).chain([&mail.from]) {
        assert!(text.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{text:?}");
    }
}
