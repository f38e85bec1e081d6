//! `docs/costs.md` is held to the price list and to the costs that are measured.

use lambda_http::http::Method;
use posthorn_auth::KeyClass;
use posthorn_routes::Function;
use posthorn_testkit::{backends::TestRequest, capacity::Units, logs::Logs, template};
use serde_json::Value;

use super::*;
use crate::{
    calls::{self, ONE_EVENT, RequestKind, TEN_EVENTS, cost_of_emails},
    world::World,
};

const DOCUMENT: &str = include_str!("../../../docs/costs.md");

/// Holds the document to these lines, or beginnings of lines.
fn check(lines: &[String]) {
    let missing: Vec<&str> =
        lines.iter().map(String::as_str).filter(|line| !DOCUMENT.lines().any(|it| it.starts_with(line))).collect();
    assert!(missing.is_empty(), "docs/costs.md is to say:\n{}", missing.join("\n"));
}

/// A price to the cent, rounded half up.
fn usd(value: f64) -> String {
    format!("{:.2}", (value * 100.0 + 1e-6).round() / 100.0)
}

fn units(units: Units) -> String {
    let count = |count: f64, unit: &str| match count {
        0.0 => None,
        1.0 => Some(format!("1 {unit}")),
        _ => Some(format!("{count} {unit}s")),
    };
    let both: Vec<String> = [count(units.read, "read"), count(units.write, "write")].into_iter().flatten().collect();
    both.join(", ")
}

#[test]
fn the_document_has_the_price_list() {
    check(&[
        format!("| HTTP API | {HTTP_API:.2} a million requests | AWS's price page, as of 2026-09-20 |"),
        format!("| Lambda, arm64 | {LAMBDA:.2} a million requests, {LAMBDA_GB_SECOND} a GB-second | as of May 2026 |"),
        format!(
            "| DynamoDB on demand | {WRITE_UNITS} a million write units (1 KB), {READ_UNITS} a million read units (4 KB, consistent) | AWS's price cut of November 2024 |"
        ),
        format!(
            "| SES | {SES:.2} a thousand without a plan, {SES_ESSENTIALS:.2} on the plan Essentials; 0.12 a GB of attachments without a plan | AWS's price list of 2026-07-22 |"
        ),
        format!("| SNS | {SNS:.2} a million events published; delivery to SQS is free | as of June 2026 |"),
        format!("| SQS | {SQS:.2} a million requests | as of March 2026 |"),
        format!(
            "| CloudWatch | {LOGS:.2} a GB of logs, 0.10 an alarm, 0.30 a metric, 3.00 a dashboard and month | as of June 2026 |"
        ),
    ]);
}

#[test]
fn the_document_states_the_assumptions() {
    check(&[
        format!(
            "* Time: {OWN_MILLISECONDS} ms, and {CALL_MILLISECONDS} for each call in a row; SES takes {SES_EXTRA_MILLISECONDS} longer, a recipient more {RECIPIENT_MILLISECONDS}, ten events"
        ),
        format!("  {TEN_EVENTS_EXTRA_MILLISECONDS} longer than one. Memory: {MEMORY} MB."),
        format!(
            "* Logs: the gateway's line of {GATEWAY_LINE} bytes, the function's of {FUNCTION_LINE}, and of what is counted a line of metrics of {METRICS_LINE}."
        ),
    ]);
}

#[tokio::test]
async fn the_document_has_the_measured_costs() {
    let kinds = Box::pin(calls::kinds()).await;
    let of_kind = |kind: &RequestKind| {
        let Cost { gateway, lambda, table, messages, logs } = kind.cost();
        let cells = [gateway, lambda, table, messages, logs].map(|cost| match usd(cost) {
            cost if cost == "0.00" => " |".to_owned(),
            cost => format!(" {cost} |"),
        });
        let (units, total) = (units(kind.consumption.units), usd(kind.cost().total()));
        format!("| {} | {units} |{} **{total}** |", kind.name, cells.concat())
    };
    let of_month = |(emails_a_month, text, event)| {
        format!("| {text} | {} |", usd(cost_of_emails(&kinds, event) * emails_a_month / 1e6))
    };
    let months = [
        (1e4, "10,000", ONE_EVENT),
        (1e5, "100,000", TEN_EVENTS),
        (1e6, "1,000,000", TEN_EVENTS),
        (1e7, "10,000,000", TEN_EVENTS),
    ];
    let lines: Vec<String> = kinds.iter().map(of_kind).chain(months.map(of_month)).collect();
    check(&lines);
}

/// The bytes that `CloudWatch` counts beside a line's own.
const LINE_OVERHEAD: f64 = 26.0;

/// Holds a line to the assumed length, or up to a tenth less.
fn check_line(line: &str, assumed: f64) {
    let bytes = f64::from(u32::try_from(line.len()).expect("a line")) + LINE_OVERHEAD;
    assert!((0.9 * assumed..=assumed).contains(&bytes), "{bytes} of {assumed}: {line}");
}

#[tokio::test]
async fn the_lines_are_as_long_as_assumed() {
    let world = World::start(None).await;
    let logs = Logs::listen();
    world.send(&["grace@example.org"], None).await;
    check_line(&logs.request().to_string(), FUNCTION_LINE);
    let template = template::read();
    let format = template::properties(&template, "Api")["AccessLogSettings"]["Format"].as_str().expect("a format");
    let values = [
        ("requestId", "JKJaXmPLvHcESHA="),
        ("requestTimeEpoch", "1764498600000"),
        ("routeKey", "POST /v1/send"),
        ("status", "200"),
        ("responseLatency", "152"),
        ("integrationLatency", "150"),
        ("responseLength", "312"),
        ("error.responseType", "-"),
        ("integrationErrorMessage", "-"),
    ];
    let fill = |line: String, (name, value): (&str, &str)| line.replace(&format!("$context.{name}"), value);
    check_line(&values.into_iter().fold(format.to_owned(), fill), GATEWAY_LINE);
}

/// The routes of a throttle, each of which has a count of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Routes {
    /// The routes whose own throttle is this parameter.
    Own(&'static str),
    /// `$default`, which has the general throttle.
    Default,
    /// The other routes with the general throttle.
    Others,
}

impl Routes {
    /// The parameter that sets the requests a second of each route.
    fn parameter(self) -> &'static str {
        match self {
            Self::Own(parameter) => parameter,
            Self::Default | Self::Others => "ThrottleRate",
        }
    }

    fn count(self, template: &Value) -> usize {
        let settings = template::properties(template, "Api")["RouteSettings"].as_object().expect("settings");
        let functions = template::of_type(template, "AWS::Serverless::Function");
        let events = functions.iter().filter_map(|name| template::properties(template, name)["Events"].as_object());
        let events = events.flat_map(|events| events.values()).filter(|event| event["Type"] == "HttpApi");
        let (with_path, default): (Vec<_>, Vec<_>) = events.partition(|event| event["Properties"]["Path"].is_string());
        match self {
            Self::Own(parameter) => {
                settings.values().filter(|it| it["ThrottlingRateLimit"]["Ref"] == parameter).count()
            }
            Self::Default => default.len(),
            Self::Others => with_path.len() - settings.len(),
        }
    }

    /// The requests a second that all of these routes let through at the throttle's default.
    fn rate(self, template: &Value) -> f64 {
        let rate = template["Parameters"][self.parameter()]["Default"].as_f64().expect("a rate");
        rate * f64::from(u32::try_from(self.count(template)).expect("few routes"))
    }
}

/// The price of an hour of `a_second` requests a second, of which a million costs `a_million`.
fn an_hour(a_second: f64, a_million: f64) -> String {
    usd(a_second * 3_600.0 / 1e6 * a_million)
}

/// A whole number with its thousands set off.
fn thousands(count: f64) -> String {
    let digits = format!("{count}");
    let head = digits.len().saturating_sub(3);
    if head == 0 { digits } else { format!("{},{}", &digits[..head], &digits[head..]) }
}

/// The price of a million of a request, which must be answered with this status.
async fn a_million(world: &World, function: Function, request: TestRequest, status: u16) -> f64 {
    let (consumption, _) =
        world.measure(async { assert_eq!(world.call(function, request).await.status, status, "{function:?}") }).await;
    Cost::of(&REQUEST, &consumption).total()
}

/// The price of an hour of all routes of a kind at their throttles' defaults.
#[tokio::test]
async fn the_document_states_the_cost_of_a_flood() {
    let (kinds, template) = (Box::pin(calls::kinds()).await, template::read());
    let row = |routes: Routes, a_million: f64, text: &str| {
        let a_second = routes.rate(&template);
        format!("| {} {text} | {} |", thousands(a_second), an_hour(a_second, a_million))
    };
    let of_kind = |name: &str| kinds.iter().find(|it| it.name == name).expect("a kind").cost().total();
    let unknown_key = of_kind("request with a key that is nobody's");
    let world = World::start(None).await;
    let authorization = format!("Bearer {}", world.unknown_key(KeyClass::Secret).expose());
    let list = TestRequest::new(Method::GET, "/projects").header("authorization", &authorization);
    let default = a_million(&world, Function::DEFAULT, list, 401).await;
    let health = a_million(&world, Function::Track, TestRequest::new(Method::GET, "/health"), 200).await;
    let preflight = a_million(&world, Function::Track, TestRequest::new(Method::OPTIONS, "/v1/track"), 204).await;
    let units = |count: f64, text: &str| {
        format!("| {} write units a second, {text} | {} |", thousands(count), an_hour(count, WRITE_UNITS))
    };
    let track = Routes::Own("TrackThrottleRate");
    check(&[
        row(track, of_kind("tracked event"), "tracked events a second"),
        row(track, of_kind(calls::TRACK_FULL), "tracked events a second of contacts that are full of data"),
        row(track, unknown_key, "requests a second to `track` with a key that is nobody's"),
        row(Routes::Own("SendThrottleRate"), unknown_key, "requests a second to `send` with a key that is nobody's"),
        row(
            Routes::Own("RotationThrottleRate"),
            of_kind("rotation of both keys"),
            "rotations a second, by whoever has a secret key",
        ),
        row(
            Routes::Default,
            default,
            "requests a second through `$default`, such as `GET /projects` with a key that is nobody's",
        ),
        row(Routes::Others, f64::max(health, preflight), "preflights and requests to `/health` a second"),
        units(40_000.0, "DynamoDB's quota for a table unless you ask for more"),
        units(1_000.0, "as `TableMaxWriteUnits` bounds them if it is set so"),
    ]);
}

#[test]
fn the_memory_is_the_templates() {
    let template = template::read();
    for function in Function::ALL {
        let set = template::properties(&template, function.logical_id())["MemorySize"].as_f64();
        assert_eq!(set, Some(MEMORY), "{function:?}");
    }
}
