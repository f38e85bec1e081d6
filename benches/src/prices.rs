//! The one price list, and what a million of a kind costs by it. us-east-1, USD, free tiers left out. A test holds
//! `docs/costs.md` to both.

use crate::{calls::Kind, report::Report, world::Measured};

/// A million requests to an HTTP API, among a month's first 300 million. AWS's price page, as of 2026-09-20.
const HTTP_API: f64 = 1.00;
/// A million requests to Lambda. As of May 2026.
const LAMBDA: f64 = 0.20;
/// A GB-second of Lambda on arm64. As of May 2026.
const LAMBDA_GB_SECOND: f64 = 0.000_013_333_4;
/// A million write units of 1 KB, on demand. AWS's price cut of November 2024.
const WRITE_UNITS: f64 = 0.625;
/// A million read units of 4 KB, consistent, on demand. AWS's price cut of November 2024.
const READ_UNITS: f64 = 0.125;
/// A million events published to SNS; their delivery to SQS is free. As of June 2026.
const SNS: f64 = 0.50;
/// A million requests to SQS. As of March 2026.
const SQS: f64 = 0.40;
/// A GB of logs that `CloudWatch` takes in. As of June 2026.
const LOGS: f64 = 0.50;
/// A thousand emails of an account without a plan. AWS's price list of 2026-07-22.
const SES: f64 = 0.10;
/// A thousand emails on the plan Essentials. AWS's price list of 2026-07-22.
const SES_ESSENTIALS: f64 = 0.16;

/// Memory of every function in MB, as `template.yaml` sets it.
const MEMORY: f64 = 128.0;

/// Milliseconds that a function takes by itself. Assumed.
const OWN: f64 = 10.0;
/// Milliseconds for each call to AWS in a row. Assumed.
const A_CALL: f64 = 5.0;
/// Milliseconds that SES takes longer than other calls. Assumed.
const SES_LONGER: f64 = 120.0;
/// Milliseconds for a recipient more. Assumed: eight are handed over at once.
const RECIPIENT: f64 = 100.0;
/// Milliseconds that ten events take longer than one. Assumed.
const TEN_LONGER: f64 = 15.0;

/// Bytes of the gateway's line in the log, with the 26 that `CloudWatch` adds to each (its API reference, `PutLogEvents`).
const GATEWAY_LINE: f64 = 230.0;
/// Bytes of a function's line in the log, with the 26 that `CloudWatch` adds to each (its API reference, `PutLogEvents`).
const FUNCTION_LINE: f64 = 300.0;
/// Bytes of a line of metrics in the log, with the 26 that `CloudWatch` adds to each (its API reference, `PutLogEvents`).
const METRICS_LINE: f64 = 210.0;

/// What one of a kind takes beside its calls to AWS. Of what comes in a batch, its share.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Way {
    gateway: f64,
    invocations: f64,
    milliseconds: f64,
    published: f64,
    queue: f64,
    log_bytes: f64,
}

/// A request to a function.
pub(crate) const REQUEST: Way = Way {
    gateway: 1.0,
    invocations: 1.0,
    milliseconds: OWN,
    published: 0.0,
    queue: 0.0,
    log_bytes: GATEWAY_LINE + FUNCTION_LINE,
};
/// A request to `send` that reaches SES.
pub(crate) const SEND: Way =
    Way { milliseconds: OWN + SES_LONGER, log_bytes: REQUEST.log_bytes + METRICS_LINE, ..REQUEST };
/// A recipient more in a request to `send`.
pub(crate) const ANOTHER: Way = Way { gateway: 0.0, invocations: 0.0, milliseconds: RECIPIENT, log_bytes: 0.0, ..SEND };
/// A rotation, which is announced.
pub(crate) const ROTATION: Way = Way { published: 1.0, ..REQUEST };
/// An event of SES: published, written to the queue, read from it, removed from it.
pub(crate) const EVENT: Way = Way { gateway: 0.0, published: 1.0, queue: 3.0, log_bytes: 0.0, ..REQUEST };
/// One that is counted.
pub(crate) const COUNTED: Way = Way { log_bytes: METRICS_LINE, ..EVENT };
/// One of ten that come together.
pub(crate) const TENTH: Way =
    Way { invocations: 0.1, milliseconds: (OWN + TEN_LONGER) / 10.0, queue: 1.0 + 2.0 / 10.0, ..EVENT };

/// What a million cost, by service.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    gateway: f64,
    lambda: f64,
    table: f64,
    messages: f64,
    logs: f64,
}

impl Cost {
    /// Of what takes this way and these calls.
    pub(crate) fn of(way: &Way, measured: &Measured) -> Self {
        // A million of a millisecond are a thousand seconds.
        let seconds = 1_000.0 * (way.milliseconds + A_CALL * measured.in_a_row);
        Self {
            gateway: HTTP_API * way.gateway,
            lambda: LAMBDA * way.invocations + LAMBDA_GB_SECOND * MEMORY / 1024.0 * seconds,
            table: READ_UNITS * measured.units.read + WRITE_UNITS * measured.units.write,
            messages: SNS * way.published + SQS * way.queue,
            // A million of a byte are a thousandth of a GB.
            logs: LOGS * way.log_bytes / 1_000.0,
        }
    }

    /// All of it.
    pub(crate) fn together(&self) -> f64 {
        self.gateway + self.lambda + self.table + self.messages + self.logs
    }
}

/// What a million emails cost without SES: the send under an idempotency key, and two events, each in a batch or alone.
fn emails(kinds: &[Kind], event: &str) -> f64 {
    let cost = |what: &str| kinds.iter().find(|kind| kind.what == what).map_or(f64::NAN, |kind| kind.cost().together());
    cost(crate::calls::SEND_ONCE) + 2.0 * cost(event)
}

/// Adds what a million emails cost.
pub(crate) fn measure(report: &mut Report, kinds: &[Kind]) {
    let posthorn = emails(kinds, crate::calls::TEN_EVENTS);
    for (what, ses) in [("", 0.0), (" and SES without a plan", SES), (" and SES Essentials", SES_ESSENTIALS)] {
        let what = format!("emails sent once, each with two events, ten at a time{what}");
        report.row("USD a million", what, posthorn + ses * 1_000.0, "USD", None);
    }
}

#[cfg(test)]
mod tests {
    use posthorn_testkit::{capacity::Units, logs::Logs, template};
    use serde_json::Value;

    use super::*;
    use crate::{
        calls::{self, ONE_EVENT, TEN_EVENTS},
        world::World,
    };

    const DOCUMENT: &str = include_str!("../../docs/costs.md");

    /// Holds the document to these lines, or beginnings of lines.
    fn check(lines: &[String]) {
        let missing: Vec<&str> =
            lines.iter().map(String::as_str).filter(|line| !DOCUMENT.lines().any(|it| it.starts_with(line))).collect();
        assert!(missing.is_empty(), "docs/costs.md is to say:\n{}", missing.join("\n"));
    }

    /// In cents, half a cent upwards.
    fn usd(value: f64) -> String {
        format!("{:.2}", (value * 100.0 + 1e-6).round() / 100.0)
    }

    fn units(units: Units) -> String {
        let count = |count: f64, what: &str| match count {
            0.0 => None,
            1.0 => Some(format!("1 {what}")),
            _ => Some(format!("{count} {what}s")),
        };
        let both: Vec<String> =
            [count(units.read, "read"), count(units.write, "write")].into_iter().flatten().collect();
        both.join(", ")
    }

    #[test]
    fn the_document_has_the_price_list() {
        check(&[
            format!("| HTTP API | {HTTP_API:.2} a million requests | AWS's price page, as of 2026-09-20 |"),
            format!(
                "| Lambda, arm64 | {LAMBDA:.2} a million requests, {LAMBDA_GB_SECOND} a GB-second | as of May 2026 |"
            ),
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
    fn the_document_says_what_is_assumed() {
        check(&[
            format!(
                "* Time: {OWN} ms, and {A_CALL} for each call in a row; SES takes {SES_LONGER} longer, a recipient more {RECIPIENT}, ten events"
            ),
            format!("  {TEN_LONGER} longer than one. Memory: {MEMORY} MB."),
            format!(
                "* Logs: the gateway's line of {GATEWAY_LINE} bytes, the function's of {FUNCTION_LINE}, and of what is counted a line of metrics of {METRICS_LINE}."
            ),
        ]);
    }

    #[tokio::test]
    async fn the_document_has_the_costs_of_what_is_measured() {
        let kinds = Box::pin(calls::kinds()).await;
        let of_kind = |kind: &Kind| {
            let Cost { gateway, lambda, table, messages, logs } = kind.cost();
            let cells = [gateway, lambda, table, messages, logs].map(|cost| match usd(cost) {
                cost if cost == "0.00" => " |".to_owned(),
                cost => format!(" {cost} |"),
            });
            let (units, together) = (units(kind.measured.units), usd(kind.cost().together()));
            format!("| {} | {units} |{} **{together}** |", kind.what, cells.concat())
        };
        let of_month = |(emails_a_month, text, event)| {
            format!("| {text} | {} |", usd(emails(&kinds, event) * emails_a_month / 1e6))
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

    /// Bytes that `CloudWatch` counts beside a line's own.
    const OVERHEAD: f64 = 26.0;

    /// As long as assumed, or up to a tenth shorter.
    fn check_line(line: &str, assumed: f64) {
        let bytes = f64::from(u32::try_from(line.len()).expect("a line")) + OVERHEAD;
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

    /// The routes that have a parameter's throttle, each of which has a count of its own.
    fn routes(template: &Value, parameter: &str) -> f64 {
        let settings = template::properties(template, "Api")["RouteSettings"].as_object().expect("settings");
        let limits = settings.values().filter(|it| it["ThrottlingRateLimit"]["Ref"] == parameter).count();
        let functions = template::of_type(template, "AWS::Serverless::Function");
        let events = functions.iter().filter_map(|name| template::properties(template, name)["Events"].as_object());
        let all = events.flat_map(|events| events.values()).filter(|event| event["Type"] == "HttpApi").count();
        let count = if parameter == "ThrottleRate" { all - settings.len() } else { limits };
        f64::from(u32::try_from(count).expect("few routes"))
    }

    /// Of so many a second, for an hour, each at the price of one of a million.
    fn an_hour(a_second: f64, a_million: f64) -> String {
        usd(a_second * 3_600.0 / 1e6 * a_million)
    }

    /// With its thousands set off.
    fn thousands(count: f64) -> String {
        let digits = format!("{count}");
        let head = digits.len().saturating_sub(3);
        if head == 0 { digits } else { format!("{},{}", &digits[..head], &digits[head..]) }
    }

    /// The price of an hour of all routes of a kind at their throttles' defaults.
    #[tokio::test]
    async fn the_document_says_what_a_flood_costs() {
        let (kinds, template) = (Box::pin(calls::kinds()).await, template::read());
        let row = |parameter: &str, a_million: f64, text: &str| {
            let rate = template["Parameters"][parameter]["Default"].as_f64().expect("a rate");
            let a_second = rate * routes(&template, parameter);
            format!("| {} {text} | {} |", thousands(a_second), an_hour(a_second, a_million))
        };
        let of_kind = |what: &str| kinds.iter().find(|it| it.what == what).expect("a kind").cost().together();
        let nobody = of_kind("request with a key that is nobody's");
        let nothing = Measured { in_a_row: 0.0, in_all: 0.0, units: Units::new(0.0, 0.0) };
        let units = |count: f64, text: &str| {
            format!("| {} write units a second, {text} | {} |", thousands(count), an_hour(count, WRITE_UNITS))
        };
        check(&[
            row("TrackThrottleRate", of_kind("tracked event"), "tracked events a second"),
            row(
                "TrackThrottleRate",
                of_kind(calls::TRACK_FULL),
                "tracked events a second of contacts that are full of data",
            ),
            row("TrackThrottleRate", nobody, "requests a second to `track` with a key that is nobody's"),
            row("SendThrottleRate", nobody, "requests a second to `send` with a key that is nobody's"),
            row(
                "RotationThrottleRate",
                of_kind("rotation of both keys"),
                "rotations a second, by whoever has a secret key",
            ),
            row(
                "ThrottleRate",
                Cost::of(&REQUEST, &nothing).together(),
                "preflights, requests to `/health` and requests without a route a second",
            ),
            units(40_000.0, "DynamoDB's quota for a table unless you ask for more"),
            units(1_000.0, "as `TableMaxWriteUnits` bounds them if it is set so"),
        ]);
    }

    #[test]
    fn the_memory_is_the_templates() {
        let template = template::read();
        for function in ["SendFunction", "TrackFunction", "RegenerateKeysFunction", "FeedbackFunction"] {
            let set = template::properties(&template, function)["MemorySize"].as_f64();
            assert_eq!(set, Some(MEMORY), "{function}");
        }
    }
}
