//! The partitions that a call touches, which IAM knows as `dynamodb:LeadingKeys`.

use std::collections::BTreeMap;

use aws_smithy_runtime_api::client::interceptors::context::Input;

use crate::database::keys::{named, partitions, text};

/// The actions that IAM asks for, each with every partition that it touches in the call: none where the call is not one
/// on items. A transaction's actions are those of the writes in it (DynamoDB developer guide, "Using IAM with DynamoDB
/// transactions").
pub(super) fn touched(service: &str, operation: &str, input: &Input) -> BTreeMap<String, Vec<String>> {
    let mut actions = BTreeMap::<_, Vec<_>>::new();
    for (operation, attributes) in named(input) {
        let partition = text(attributes, "pk").map(str::to_owned);
        actions.entry(format!("dynamodb:{operation}")).or_default().extend(partition);
    }
    if actions.is_empty() {
        let service = match service {
            "DynamoDB" => "dynamodb",
            "SESv2" => "ses",
            "SNS" => "sns",
            other => other,
        };
        actions.insert(format!("{service}:{operation}"), partitions(input));
    }
    actions
}
