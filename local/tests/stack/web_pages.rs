//! A hostile web page that the user of the stack has open calls every port: by a name of its own that was pointed here (DNS
//! rebinding), and across sites, with requests that a browser sends at once and with those that need a preflight.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use posthorn_testkit::{
    backends::local_config,
    events::{PROJECT, PUBLIC_KEY, SECRET_KEY},
};
use serde_json::json;

use crate::support::{HttpResponse, Stack, exchange, folder, get, post};

const MAIL: &str = r#"{"FromEmailAddress":"hello@example.com","Destination":{"ToAddresses":["ada@example.org"]},"Content":{"Simple":{"Subject":{"Data":"Hi"},"Body":{"Text":{"Data":"Hi"}}}}}"#;
const ALERT: &str = "Action=Publish&Version=2010-03-31&TopicArn=arn%3Aaws%3Asns%3Aus-east-1%3A000000000000%3Aposthorn-alerts&Message=evil";

/// A request of a hostile page to a port, with the headers that a browser sends for it.
struct Attack {
    url: String,
    method: &'static str,
    path: String,
    headers: String,
    body: String,
}

impl Attack {
    fn new(url: String, method: &'static str, path: &str, headers: &str, body: &str) -> Self {
        Self { url, method, path: path.to_owned(), headers: headers.to_owned(), body: body.to_owned() }
    }

    /// Sends it with this beginning of the target, this host and these further headers.
    fn send(&self, target: &str, host: &str, headers: &str) -> HttpResponse {
        let Self { url, method, path, headers: own, body } = self;
        let length = body.len();
        exchange(
            url,
            &format!(
                "{method} {target}{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}{own}Content-Length: {length}\r\n\r\n{body}"
            ),
        )
    }

    fn is_refused(&self, target: &str, host: &str, headers: &str) {
        let response = self.send(target, host, headers);
        let about = format!("{} {} at {}: {host} {headers}", self.method, self.path, self.url);
        assert_eq!(response.status, 403, "{about}\n{}", response.head);
        assert!(!response.head.to_lowercase().contains("access-control-"), "{about}\n{}", response.head);
        assert!(response.json["message"].as_str().unwrap().contains("localhost"), "{about}");
    }
}

/// One or more requests to every port.
fn attacks(stack: &Stack, secret: &str) -> Vec<Attack> {
    let text = "Content-Type: text/plain\r\n";
    let delete = "X-Amz-Target: DynamoDB_20120810.DeleteTable\r\nContent-Type: application/x-amz-json-1.0\r\n\
                  Authorization: AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=a\r\n\
                  X-Amz-Date: 20260101T000000Z\r\n";
    let key = format!("Authorization: Bearer {secret}\r\n");
    let rotation = format!("/users/@me/projects/{PROJECT}/regenerate-keys");
    let mut attacks = vec![
        Attack::new(stack.back_end("AWS_ENDPOINT_URL_DYNAMODB"), "POST", "/", delete, r#"{"TableName":"posthorn"}"#),
        Attack::new(stack.back_end("AWS_ENDPOINT_URL_SESV2"), "POST", "/v2/email/outbound-emails", text, MAIL),
        Attack::new(
            stack.back_end("AWS_ENDPOINT_URL_SNS"),
            "POST",
            "/",
            "Content-Type: application/x-www-form-urlencoded\r\n",
            ALERT,
        ),
        Attack::new(stack.back_end("AWS_ENDPOINT_URL_SQS"), "POST", "/", text, "{}"),
    ];
    // The API listens on both addresses that localhost can mean.
    let second = stack.url.replace("localhost", "[::1]");
    let has_ipv6 = std::net::TcpStream::connect(second.strip_prefix("http://").unwrap()).is_ok();
    for url in [Some(stack.url.clone()), has_ipv6.then_some(second)].into_iter().flatten() {
        attacks.push(Attack::new(
            url.clone(),
            "POST",
            "/v1/send",
            &key,
            r#"{"to":"ada@example.org","subject":"s","body":"b"}"#,
        ));
        attacks.push(Attack::new(url.clone(), "POST", &rotation, &key, "{}"));
        attacks.push(Attack::new(url.clone(), "GET", "/_local/inbox/mails", "", ""));
        attacks.push(Attack::new(url.clone(), "GET", "/_local/health/parts", "", ""));
        attacks.push(Attack::new(url, "GET", "/openapi.yaml", "", ""));
    }
    attacks
}

/// The table's items.
fn items(stack: &Stack) -> Vec<HashMap<String, AttributeValue>> {
    let client = aws_sdk_dynamodb::Client::new(&local_config(&stack.back_end("AWS_ENDPOINT_URL_DYNAMODB")));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut items = runtime.block_on(client.scan().table_name("posthorn").send()).unwrap().items.unwrap();
    items.sort_by_key(|item| format!("{:?} {:?}", item["pk"], item["sk"]));
    items
}

#[test]
fn no_hostile_page_reaches_a_port_or_changes_anything() {
    let folder = folder();
    let stack = Stack::start(&folder, &[]);
    let keys = stack.keys();
    let before = items(&stack);
    for attack in attacks(&stack, &keys.0) {
        let own = attack.url.strip_prefix("http://").unwrap();
        let (_, port) = own.rsplit_once(':').unwrap();
        attack.is_refused("", &format!("evil.example:{port}"), "");
        attack.is_refused("", &format!("evil.example:{port}"), &format!("Origin: http://evil.example:{port}\r\n"));
        attack.is_refused("http://evil.example", own, "");
        attack.is_refused("", own, "Origin: https://evil.example\r\nSec-Fetch-Site: cross-site\r\n");
        attack.is_refused("", own, "Origin: null\r\n");
        attack.is_refused("", own, "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n");
        let preflight = Attack { method: "OPTIONS", headers: String::new(), body: String::new(), ..attack };
        preflight.is_refused(
            "",
            preflight.url.strip_prefix("http://").unwrap(),
            "Origin: https://evil.example\r\nAccess-Control-Request-Method: POST\r\n\
             Access-Control-Request-Headers: authorization,x-amz-target\r\n",
        );
    }
    assert_eq!(items(&stack), before);
    assert_eq!((stack.keys(), stack.mail_count()), (keys.clone(), 0));
    assert_eq!(std::fs::read_to_string(folder.join(".posthorn/alerts.jsonl")).unwrap(), "");
    assert_eq!(stack.send(&keys.0).status, 200, "the key that somebody tried to replace");
}

/// A program sends the same requests with success: above they were refused because a page sent them.
#[test]
fn a_program_on_this_machine_comes_through() {
    let folder = folder();
    let stack = Stack::start(&folder, &[]);
    let keys = stack.keys();
    let statuses: Vec<_> = attacks(&stack, &keys.0)
        .iter()
        .skip(1)
        .filter(|attack| !attack.path.ends_with("regenerate-keys"))
        .map(|attack| attack.send("", attack.url.strip_prefix("http://").unwrap(), "").status)
        .collect();
    assert_eq!(statuses[..3], [200, 200, 400], "SES, SNS, and what SQS says of a body that is none of its operations");
    assert!(statuses[3..].iter().all(|status| *status == 200), "{statuses:?}");
    let tables = "X-Amz-Target: DynamoDB_20120810.ListTables\r\nContent-Type: application/x-amz-json-1.0\r\n\
                  Authorization: AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=a\r\n\
                  X-Amz-Date: 20260101T000000Z\r\n";
    let listed = Attack::new(stack.back_end("AWS_ENDPOINT_URL_DYNAMODB"), "POST", "/", tables, "{}");
    let response = listed.send("", "127.0.0.1", "Origin: http://localhost:5173\r\n");
    assert_eq!((response.status, response.json["TableNames"][0].as_str()), (200, Some("posthorn")));
    assert!(!response.head.to_lowercase().contains("access-control-"), "{}", response.head);
}

#[test]
fn any_web_page_may_call_track() {
    let folder = folder();
    let stack = Stack::start(&folder, &[]);
    let (secret, public) = stack.keys();
    let body = r#"{"email":"ada@example.org","event":"signed_up"}"#;
    for path in ["/v1/track", "/v1"] {
        let key = format!("Authorization: Bearer {public}\r\n");
        let track = Attack::new(stack.url.clone(), "POST", path, &key, body);
        let tracked = track.send("", "localhost", "Origin: https://shop.example\r\nSec-Fetch-Site: cross-site\r\n");
        assert_eq!(tracked.status, 200, "{}", tracked.head);
        assert!(tracked.head.to_lowercase().contains("access-control-allow-origin: *"), "{}", tracked.head);
        track.is_refused("", "evil.example", "Origin: http://evil.example\r\n");
        let preflight = Attack { method: "OPTIONS", headers: String::new(), body: String::new(), ..track };
        let asked = preflight.send("", "localhost", "Origin: null\r\nAccess-Control-Request-Method: POST\r\n");
        assert_eq!(asked.status, 204, "{}", asked.head);
    }
    let sent = Attack::new(stack.url.clone(), "POST", "/v1/send", &format!("Authorization: Bearer {secret}\r\n"), MAIL);
    sent.is_refused("", "localhost", "Origin: https://shop.example\r\n");
}

#[test]
fn the_keys_of_the_event_files_work_after_the_command_backends() {
    let folder = folder();
    let event = json!({"email": "ada@example.org", "event": "signed_up"}).to_string();
    let works = |stack: &Stack| {
        let tracked = post(&stack.url, "/v1/track", PUBLIC_KEY, &event).status;
        (stack.send(SECRET_KEY).status, tracked)
    };
    {
        let stack = Stack::start(&folder, &[]);
        assert_eq!(works(&stack), (401, 401));
        assert_eq!((stack.mail_count(), stack.send(&stack.keys().0).status), (0, 200));
        for _ in 0..2 {
            stack.backends(&[]);
            assert_eq!(works(&stack), (200, 200));
        }
        assert_eq!(stack.send(&stack.keys().0).status, 200, "the project's own keys go on");
    }
    let stack = Stack::start(&folder, &[]);
    assert_eq!(works(&stack), (401, 401), "a later start has forgotten them");
    assert_eq!(stack.send(&stack.keys().0).status, 200);
    stack.backends(&[]);
    assert_eq!(works(&stack), (200, 200));
}

#[test]
fn a_host_name_given_to_backends_is_permitted_while_the_stack_runs() {
    let folder = folder();
    let status = |stack: &Stack, host: &str| {
        let url = stack.back_end("AWS_ENDPOINT_URL_SNS");
        exchange(&url, &format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")).status
    };
    {
        let stack = Stack::start(&folder, &[]);
        assert_eq!(status(&stack, "host.docker.internal:1"), 403);
        let lines = stack.backends(&["--host", "Host.Docker.Internal"]);
        assert!(lines.contains("AWS_ENDPOINT_URL_SNS=http://host.docker.internal:"), "{lines}");
        assert_ne!(status(&stack, "host.docker.internal:1"), 403);
        assert_eq!((status(&stack, "docker.internal"), status(&stack, "evil.example")), (403, 403));
        for host in ["http://evil.example", "a b", "evil.example\nlocalhost", ""] {
            let (success, error) = Stack::run_to_end(&folder, &["backends", "--host", host]);
            assert!(!success && error.contains("names no host"), "{error}");
        }
    }
    let stack = Stack::start(&folder, &[]);
    assert_eq!(status(&stack, "host.docker.internal:1"), 403, "a later start has forgotten it");
    assert_eq!(get(&stack.url, "/health").status, 200);
}
