//! The one price list, and the cost of a million of a kind of request by it, in us-east-1 and USD, without free tiers. A test
//! holds `docs/costs.md` to both.

#[cfg(test)]
mod document;

use crate::world::Consumption;

/// A million requests to an HTTP API, among a month's first 300 million (AWS's price page, as of 2026-09-20).
const HTTP_API: f64 = 1.00;
/// A million requests to Lambda, as of May 2026.
const LAMBDA: f64 = 0.20;
/// A GB-second of Lambda on arm64, as of May 2026.
const LAMBDA_GB_SECOND: f64 = 0.000_013_333_4;
/// A million write units of 1 KB, on demand (AWS's price cut of November 2024).
const WRITE_UNITS: f64 = 0.625;
/// A million read units of 4 KB, consistent, on demand (AWS's price cut of November 2024).
const READ_UNITS: f64 = 0.125;
/// A million events published to SNS; their delivery to SQS is free, as of June 2026.
const SNS: f64 = 0.50;
/// A million requests to SQS, as of March 2026.
const SQS: f64 = 0.40;
/// A GB of logs that `CloudWatch` takes in, as of June 2026.
const LOGS: f64 = 0.50;
/// A thousand emails of an account without a plan (AWS's price list of 2026-07-22).
pub(crate) const SES: f64 = 0.10;
/// A thousand emails on the plan Essentials (AWS's price list of 2026-07-22).
pub(crate) const SES_ESSENTIALS: f64 = 0.16;

/// Memory of every function in MB, as `template.yaml` sets it.
const MEMORY: f64 = 128.0;

/// Milliseconds that a function takes by itself. This is an assumption.
const OWN_MILLISECONDS: f64 = 10.0;
/// Milliseconds for each call to AWS in a row. This is an assumption.
const CALL_MILLISECONDS: f64 = 5.0;
/// Milliseconds that SES takes longer than other calls. This is an assumption.
const SES_EXTRA_MILLISECONDS: f64 = 120.0;
/// Milliseconds for one more recipient. This is an assumption: eight are handed over at once.
const RECIPIENT_MILLISECONDS: f64 = 100.0;
/// Milliseconds that ten events take longer than one. This is an assumption.
const TEN_EVENTS_EXTRA_MILLISECONDS: f64 = 15.0;

/// Bytes of the gateway's line in the log, with the 26 that `CloudWatch` adds to each (its API reference, `PutLogEvents`).
const GATEWAY_LINE: f64 = 230.0;
/// Bytes of a function's line in the log, with the 26 that `CloudWatch` adds to each (its API reference, `PutLogEvents`).
const FUNCTION_LINE: f64 = 300.0;
/// Bytes of a line of metrics in the log, with the 26 that `CloudWatch` adds to each (its API reference, `PutLogEvents`).
const METRICS_LINE: f64 = 210.0;

/// The consumption of one request or event beside its calls to AWS. One that comes in a batch has its share of the batch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Overhead {
    /// Requests to the gateway.
    gateway: f64,
    /// Invocations of a function.
    invocations: f64,
    /// Milliseconds of a function, without its calls to AWS.
    milliseconds: f64,
    /// Events published to SNS.
    published: f64,
    /// Requests to SQS.
    queue: f64,
    log_bytes: f64,
}

/// A request to a function.
pub(crate) const REQUEST: Overhead = Overhead {
    gateway: 1.0,
    invocations: 1.0,
    milliseconds: OWN_MILLISECONDS,
    published: 0.0,
    queue: 0.0,
    log_bytes: GATEWAY_LINE + FUNCTION_LINE,
};
/// A request to `send` that reaches SES.
pub(crate) const SEND: Overhead = Overhead {
    milliseconds: OWN_MILLISECONDS + SES_EXTRA_MILLISECONDS,
    log_bytes: REQUEST.log_bytes + METRICS_LINE,
    ..REQUEST
};
/// One more recipient in a request to `send`.
pub(crate) const ADDITIONAL_RECIPIENT: Overhead =
    Overhead { gateway: 0.0, invocations: 0.0, milliseconds: RECIPIENT_MILLISECONDS, log_bytes: 0.0, ..SEND };
/// A rotation, which is announced.
pub(crate) const ROTATION: Overhead = Overhead { published: 1.0, ..REQUEST };
/// An event of SES, which is published, written to the queue, read from it and removed from it.
pub(crate) const EVENT: Overhead = Overhead { gateway: 0.0, published: 1.0, queue: 3.0, log_bytes: 0.0, ..REQUEST };
/// An event of SES that is counted.
pub(crate) const COUNTED_EVENT: Overhead = Overhead { log_bytes: METRICS_LINE, ..EVENT };
/// An event of SES in a batch of ten.
pub(crate) const EVENT_IN_BATCH: Overhead = Overhead {
    invocations: 0.1,
    milliseconds: (OWN_MILLISECONDS + TEN_EVENTS_EXTRA_MILLISECONDS) / 10.0,
    queue: 1.0 + 2.0 / 10.0,
    ..EVENT
};

/// The cost of a million in USD, by service.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    gateway: f64,
    lambda: f64,
    table: f64,
    messages: f64,
    logs: f64,
}

impl Cost {
    /// The cost of a million with this overhead and these calls.
    pub(crate) fn of(overhead: &Overhead, consumption: &Consumption) -> Self {
        // A million times a millisecond is a thousand seconds.
        let seconds = 1_000.0 * (overhead.milliseconds + CALL_MILLISECONDS * consumption.in_a_row);
        Self {
            gateway: HTTP_API * overhead.gateway,
            lambda: LAMBDA * overhead.invocations + LAMBDA_GB_SECOND * MEMORY / 1024.0 * seconds,
            table: READ_UNITS * consumption.units.read + WRITE_UNITS * consumption.units.write,
            messages: SNS * overhead.published + SQS * overhead.queue,
            // A million times a byte is a thousandth of a GB.
            logs: LOGS * overhead.log_bytes / 1_000.0,
        }
    }

    /// The cost of all services.
    pub(crate) fn total(&self) -> f64 {
        self.gateway + self.lambda + self.table + self.messages + self.logs
    }
}
