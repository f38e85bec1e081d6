//! The page of the API: a request that is tried on it is sent by a browser from the stack's own origin.

use posthorn_testkit::openapi::document;

use crate::support::{HttpResponse, Stack, exchange, folder};

/// Sends a request with the headers of a script on a page of the stack.
fn try_request(stack: &Stack, method: &str, path: &str, key: &str, body: &str) -> HttpResponse {
    let authority = stack.url.strip_prefix("http://").unwrap();
    let length = body.len();
    exchange(
        &stack.url,
        &format!(
            "{method} {path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\nOrigin: {url}\r\n\
             Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\nAccept: application/json\r\n\
             Authorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}",
            url = stack.url,
        ),
    )
}

#[test]
fn an_email_that_is_tried_on_the_page_arrives_in_the_inbox() {
    let folder = folder();
    let stack = Stack::start(&folder, &[]);
    let (secret, public) = stack.keys();
    let examples = &document()["paths"]["/v1/send"]["post"]["requestBody"]["content"]["application/json"]["examples"];
    let examples: Vec<_> = examples.as_object().unwrap().values().map(|example| example["value"].to_string()).collect();
    let recipients = |response: &HttpResponse| response.json["emails"].as_array().unwrap().len();
    let mut sent = 0;
    for body in &examples {
        let response = try_request(&stack, "POST", "/v1/send", &secret, body);
        assert_eq!(response.status, 200, "{}", response.body);
        sent += recipients(&response);
    }
    assert_eq!((stack.mail_count(), sent > examples.len()), (sent, true));
    assert_eq!(try_request(&stack, "POST", "/v1/send", &public, &examples[0]).status, 401);
    assert_eq!(stack.mail_count(), sent);
}
