//! What a request to AWS is, read from the request.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

use super::Named;

/// A service that functions call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Service {
    DynamoDb,
    Ses,
    Sns,
}

/// One attempt of a call.
#[derive(Debug)]
pub(super) struct ObservedRequest {
    pub(super) service: Service,
    /// Such as `PutItem`.
    pub(super) operation: String,
    pub(super) body: String,
    /// The call that it is an attempt of: the SDK's own id.
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

    /// Operation and kinds of item, such as `PutItem EMAIL`.
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

    pub(super) fn named(&self, name: String) -> Named {
        Named { name, is_conditional: self.body.contains("\"ConditionExpression\""), is_write: self.is_write() }
    }

    pub(super) fn is_transaction(&self) -> bool {
        self.operation == "TransactWriteItems"
    }

    fn is_write(&self) -> bool {
        self.service == Service::DynamoDb && !["GetItem", "BatchGetItem", "Query"].contains(&self.operation.as_str())
    }

    /// The body as a rival would write it who creates the same item.
    pub(super) fn with_another_nonce(&self) -> Option<String> {
        const BEFORE: &str = "\"nonce\":{\"S\":\"";
        let at = self.body.find(BEFORE).filter(|_| self.operation == "PutItem")? + BEFORE.len();
        let end = at + self.body[at..].find('"')?;
        Some(format!("{}{}{}", &self.body[..at], "f".repeat(end - at), &self.body[end..]))
    }
}
