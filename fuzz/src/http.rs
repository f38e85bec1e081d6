//! Requests, from the event that Lambda gets to the items that are stored and the mails that are sent.

use base64::{Engine, engine::general_purpose::STANDARD};
use lambda_http::{
    aws_lambda_events::apigw::ApiGatewayV2httpRequest,
    http::{HeaderMap, HeaderValue, Uri},
};
use posthorn_routes::{Effect, Function, Operation, ROUTES, Route, resolve, route};
use posthorn_table::Timestamp;
use posthorn_testkit::{
    backends::TestResponse,
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

/// Takes the event of a request, as the gateway writes it, and gives it to the function of its route.
pub fn event(bytes: &[u8]) {
    let Ok(mut event) = serde_json::from_slice::<Value>(bytes) else { return };
    let Some(context) = event.get_mut("requestContext").and_then(Value::as_object_mut) else { return };
    // The id of a request is the gateway's own.
    context.insert("requestId".to_owned(), REQUEST_ID.into());
    let event = event.to_string();
    // Bytes that the runtime cannot read as an event of an HTTP API never reach a handler.
    let Ok(request) = serde_json::from_str::<ApiGatewayV2httpRequest>(&event) else { return };
    if is_written_by_gateway(&request) {
        give(&event, &request);
    }
}

fn give(event: &str, request: &ApiGatewayV2httpRequest) {
    let (method, path) = (&request.request_context.http.method, request.raw_path.as_deref().unwrap_or_default());
    with_world(|world| {
        let answer = call(world, resolve(method, path).function(), event);
        let writes = resolve(method, path).route().is_some_and(|route| route.effect == Effect::Writes);
        if writes && answer.status < 300 {
            world.discard();
        }
    });
}

/// Takes the body of a call of send with a secret key. With the same `Idempotency-Key` the same bytes get the same answer, and
/// nothing is sent again.
pub fn send_body(bytes: &[u8]) {
    let route = route(Operation::SendEmail).expect("a route of mail");
    let event = post(route, SECRET_KEY, bytes);
    with_world(|world| {
        let before = world.backends.ses.mails().len();
        let first = call(world, route.function, &event);
        if first.header("idempotency-replayed").is_some() {
            return;
        }
        let mails = world.backends.ses.mails();
        assert_eq!(mails.len() - before, sent(&first), "{}", first.text);
        mails.iter().skip(before).for_each(|mail| check_headers(mail));
        let again = call(world, route.function, &event);
        assert_eq!((again.status, &again.json["data"]), (first.status, &first.json["data"]));
        assert_eq!(world.backends.ses.mails().len(), mails.len(), "sent twice");
    });
}

/// Takes the body of a call of track with a public key, on one of its routes. A repeat with the same `Idempotency-Key` gets the same
/// answer and records nothing.
pub fn track_body(bytes: &[u8]) {
    let is_tracking = |route: &&Route| route.function == Function::Track && route.effect == Effect::Sends;
    let routes: Vec<_> = ROUTES.iter().filter(is_tracking).collect();
    let route = routes[bytes.len() % routes.len()];
    let event = post(route, PUBLIC_KEY, bytes);
    with_world(|world| {
        let first = call(world, route.function, &event);
        let items = world.items().len();
        let again = call(world, route.function, &event);
        assert_eq!((again.status, &again.json["data"]), (first.status, &first.json["data"]));
        assert_eq!(world.items().len(), items, "recorded twice");
    });
}

/// True unless the event calls a body base64 that is none. The gateway encodes the body itself.
fn is_written_by_gateway(event: &ApiGatewayV2httpRequest) -> bool {
    !event.is_base64_encoded || event.body.as_ref().is_none_or(|body| STANDARD.decode(body).is_ok())
}

/// The event of a request of a route with this key and body, and an `Idempotency-Key` that is the body's own.
fn post(route: &Route, key: &str, body: &[u8]) -> String {
    let text = |value: String| HeaderValue::try_from(value).expect("a header's value");
    let idempotency_key =
        body.iter().fold(body.len() as u64, |hash, byte| hash.wrapping_mul(0x100_0000_01b3) ^ u64::from(*byte));
    let mut headers = HeaderMap::new();
    headers.insert("authorization", text(format!("Bearer {key}")));
    headers.insert("idempotency-key", text(format!("{idempotency_key:016x}")));
    let incoming = Incoming {
        request_id: REQUEST_ID.to_owned(),
        at: Timestamp::UNIX_EPOCH,
        method: route.method.clone(),
        uri: Uri::from_static(route.pattern),
        headers,
        body: body.to_vec().into(),
    };
    incoming.event()
}

/// Calls a function, and checks the response and the log lines. A refusal has to store and send nothing.
fn call(world: &mut World, function: Function, event: &str) -> TestResponse {
    log::listen();
    let calls = world.backends.ses.calls();
    let handler = |request| world.functions.call(function, request);
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
