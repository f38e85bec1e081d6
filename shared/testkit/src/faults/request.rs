//! A request to AWS, and the name of the call that it belongs to.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

/// A service that functions call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Service {
    DynamoDb,
    Ses,
    Sns,
}

/// A call, as [`Faults::names`](super::Faults::names) lists it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NamedCall {
    /// The name that [`Faults::strike`](super::Faults::strike) takes.
    pub name: String,
    /// True for a write that takes a condition.
    pub is_conditional: bool,
    /// True for a write to the table.
    pub is_write: bool,
}

/// One attempt of a call, as it is on the wire.
#[derive(Debug)]
pub(super) struct ObservedRequest {
    pub(super) service: Service,
    /// The operation, such as `PutItem`.
    pub(super) operation: String,
    pub(super) body: String,
    /// The SDK's id of the call that this is an attempt of.
    pub(super) invocation: String,
    /// False for the SDK's retries.
    pub(super) is_first: bool,
}

impl ObservedRequest {
    pub(super) fn of(request: &HttpRequest) -> Self {
        let header = |name: &str| request.headers().get(name).unwrap_or_default().to_owned();
        let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
        let target = header("x-amz-target");
        let (service, operation) = if let Some((_, operation)) = target.split_once('.') {
            (Service::DynamoDb, operation.to_owned())
        } else if let Some(action) = body.strip_prefix("Action=") {
            (Service::Sns, action.split('&').next().unwrap_or_default().to_owned())
        } else if request.method() == "POST" {
            (Service::Ses, "SendEmail".to_owned())
        } else {
            (Service::Ses, "Probe".to_owned())
        };
        let is_first = header("amz-sdk-request").starts_with("attempt=1");
        Self { service, operation, body, invocation: header("amz-sdk-invocation-id"), is_first }
    }

    /// The operation and the kinds of item that it names, such as `PutItem EMAIL`.
    pub(super) fn name(&self) -> String {
        if self.service != Service::DynamoDb {
            return self.operation.clone();
        }
        let values = self.body.split("\"S\":\"").skip(1);
        let kinds = values.filter_map(|value| value.split_once('#').map(|(kind, _)| kind));
        let mut kinds: Vec<_> =
            kinds.filter(|kind| !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_uppercase())).collect();
        kinds.sort_unstable();
        kinds.dedup();
        format!("{} {}", self.operation, kinds.join("+")).trim_end().to_owned()
    }

    pub(super) fn named(&self, name: String) -> NamedCall {
        NamedCall { name, is_conditional: self.body.contains("\"ConditionExpression\""), is_write: self.is_write() }
    }

    pub(super) fn is_transaction(&self) -> bool {
        self.operation == "TransactWriteItems"
    }

    fn is_write(&self) -> bool {
        self.service == Service::DynamoDb && !["GetItem", "BatchGetItem", "Query"].contains(&self.operation.as_str())
    }

    /// The body that a rival would send to create the same item; `None` where the request creates none with a nonce.
    pub(super) fn with_another_nonce(&self) -> Option<String> {
        const BEFORE: &str = "\"nonce\":{\"S\":\"";
        let at = self.body.find(BEFORE).filter(|_| self.operation == "PutItem")? + BEFORE.len();
        let end = at + self.body[at..].find('"')?;
        Some(format!("{}{}{}", &self.body[..at], "f".repeat(end - at), &self.body[end..]))
    }
}
