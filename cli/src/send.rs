//! A test mail through the API, as any caller sends one.

use std::path::Path;

use anstyle::AnsiColor;
use posthorn_lambda::Env;
use posthorn_machine::address::{host_of_url, is_loopback};
use serde_json::{Value, json};

use crate::{
    error::CliError,
    http,
    options::{SendOptions, TargetOptions},
    report::{Outcome, Report},
    resolve::{self, ApiAddress},
    terminal::{escaped, painted},
};

pub(crate) async fn send(options: SendOptions, target: &TargetOptions) -> Result<Report, CliError> {
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let secret_key = given(options.secret_key);
    let api = match given(options.url) {
        Some(url) => ApiAddress::Given(url),
        None => resolve::api_address(target).await?,
    };
    let (url, key) = match api {
        ApiAddress::Given(url) => (api_url(&url)?, secret_key.ok_or(CliError::NoSecretKey)?),
        ApiAddress::Found { url, demo_key, state } => {
            let url = api_url(&url)?;
            let key = key_for_found(&url, &state, secret_key, demo_key)?;
            (url, key)
        }
    };
    let mut body = json!({"to": options.to, "subject": options.subject, "body": options.body});
    if let Some(from) = options.from {
        body["from"] = from.into();
    }
    let bearer = format!("Bearer {}", key.trim());
    let headers = [("authorization", bearer), ("idempotency-key", idempotency_key())];
    let answer = http::post(&format!("{url}/v1/send"), headers, &body).await.map_err(|error| error.for_mail(&url))?;
    report(&url, answer.status, &answer.body)
}

/// The key for an address that was found in `state` and not given: the demo project's. A key that is given
/// goes to no such address.
fn key_for_found(url: &str, state: &Path, given: Option<String>, demo: Option<String>) -> Result<String, CliError> {
    match (given, demo) {
        (None, Some(demo)) => Ok(demo),
        (None, None) => Err(CliError::NoDemoKey(url.to_owned(), state.to_owned())),
        (Some(given), Some(demo)) if given.trim() == demo => Ok(demo),
        (Some(_), _) => Err(CliError::ApiUrlNotGiven(url.to_owned(), state.to_owned())),
    }
}

/// The address without what would double a slash. The key goes with the request: in plain text to this machine alone.
fn api_url(url: &str) -> Result<String, CliError> {
    let url = url.trim().trim_end_matches('/');
    let bad = || CliError::InvalidApiUrl(url.to_owned());
    let host = host_of_url(url).ok_or_else(bad)?;
    let is_safe = url.starts_with("https://") || is_loopback(host);
    if is_safe && !url.contains(['@', '?', '#', ' ']) { Ok(url.to_owned()) } else { Err(bad()) }
}

/// A new idempotency key for each mail: two commands are two mails.
fn idempotency_key() -> String {
    let random: [u8; 16] = Env::system().random();
    format!("posthorn-cli-{:032x}", u128::from_be_bytes(random))
}

fn report(url: &str, status: u16, body: &[u8]) -> Result<Report, CliError> {
    // An answer that is not the API's may have come after the mail had gone, unless it refuses.
    let foreign = || match status {
        300..500 => CliError::NotTheApi(url.to_owned(), status),
        _ => CliError::MailOutcomeUnknown(url.to_owned(), format!("answered {status}, and not as Posthorn does")),
    };
    let answer: Value = serde_json::from_slice(body).map_err(|_| foreign())?;
    if let Some(error) = answer["error"].as_object() {
        let text = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        return Err(CliError::ApiError {
            code: text("code"),
            message: with_fields(&text("message"), &error.get("errors").cloned().unwrap_or_default()),
            suggestion: error.get("suggestion").and_then(Value::as_str).map(str::to_owned),
            request: text("requestId"),
        });
    }
    let emails = answer["data"]["emails"].as_array().ok_or_else(foreign)?;
    let is_sent = |email: &Value| email["status"] == "SENT";
    let outcome = if emails.iter().all(is_sent) { Outcome::Done } else { Outcome::Incomplete };
    let text = emails.iter().map(email_line).collect::<Vec<_>>().join("\n");
    Ok(Report { outcome, ..Report::done(text, answer) })
}

/// The message of an error, with each wrong field.
fn with_fields(message: &str, errors: &Value) -> String {
    let fields = errors.as_array().into_iter().flatten().map(|error| {
        let text = |name: &str| error[name].as_str().unwrap_or_default();
        format!(" {}: {}", text("field"), text("message"))
    });
    message.to_owned() + &fields.collect::<String>()
}

fn email_line(email: &Value) -> String {
    let text = |value: &Value| escaped(value.as_str().unwrap_or_default());
    let (status, to) = (text(&email["status"]), text(&email["contact"]["email"]));
    let (color, more) = match status.as_str() {
        "SENT" => (AnsiColor::Green, String::new()),
        "SUPPRESSED" => (AnsiColor::Yellow, "  it bounced or complained before: nothing was sent".to_owned()),
        _ => (AnsiColor::Red, format!("  {} ({})", text(&email["error"]["message"]), text(&email["error"]["code"]))),
    };
    format!("{}  {to}  email {}{more}", painted(&status, color), text(&email["email"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_goes_in_plain_text_to_this_machine_alone() {
        for (url, expected) in [
            ("https://api.example.com/", "https://api.example.com"),
            ("https://api.example.com/prod", "https://api.example.com/prod"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://[::1]:3000", "http://[::1]:3000"),
        ] {
            assert_eq!(api_url(url).ok().as_deref(), Some(expected));
        }
        for url in
            ["http://api.example.com", "http://localhost@evil.example", "ftp://localhost", "localhost:3000", "https://"]
        {
            assert!(api_url(url).is_err(), "{url}");
        }
    }

    #[test]
    fn an_answer_that_cannot_be_read_is_a_refusal_only_if_its_status_is() {
        let code = |status: u16, body: &[u8]| report("https://x.co", status, body).err().unwrap().code().to_owned();
        for body in
            [&b"<html>"[..], b"", br#"{"success": true, "data": {"emai"#, br#"{"message": "x"}"#, b"[]", b"\xff"]
        {
            for status in [200, 201, 500, 502, 503, 504] {
                assert_eq!(code(status, body), "IN_DOUBT", "{status}");
            }
            for status in [301, 400, 403, 404, 429] {
                assert_eq!(code(status, body), "NOT_THE_API", "{status}");
            }
        }
    }

    #[test]
    fn mail_that_is_not_sent_is_incomplete() {
        let body = |status: &str| json!({"data": {"emails": [{"contact": {"email": "a@x.co"}, "email": "1", "status": status}]}});
        for (status, outcome) in
            [("SENT", Outcome::Done), ("SUPPRESSED", Outcome::Incomplete), ("UNKNOWN", Outcome::Incomplete)]
        {
            let report = report("https://x.co", 200, body(status).to_string().as_bytes()).unwrap();
            assert_eq!(report.outcome, outcome, "{status}");
        }
    }
}
