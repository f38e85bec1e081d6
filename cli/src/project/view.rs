//! A project as one JSON object.

use posthorn_lambda::env::rfc3339;
use posthorn_table::project::{Project, ProjectKey};
use serde_json::{Value, json};

/// A project for programs.
pub(super) fn project_json(project: &Project) -> Value {
    let Project { facts, keys, created_at, updated_at, disabled, .. } = project;
    json!({
        "id": facts.id,
        "name": facts.name,
        "status": facts.status.as_str(),
        "disabled": disabled.as_ref().map(|why| json!({"at": rfc3339(why.at), "reason": why.reason})),
        "domains": facts.domains,
        "sender": facts.default_sender,
        "monthlyLimit": facts.monthly_limit,
        "keys": {
            "live": keys.iter().filter(|key| key.is_live()).count(),
            "retiring": keys.iter().filter_map(|key| key.retires_at).map(rfc3339).collect::<Vec<_>>(),
            "list": keys.iter().map(key_json).collect::<Vec<_>>(),
        },
        "createdAt": rfc3339(*created_at),
        "updatedAt": rfc3339(*updated_at),
    })
}

/// A key by the short id that the log names it by.
fn key_json(key: &ProjectKey) -> Value {
    json!({"id": key.short_id(), "class": key.class, "retiresAt": key.retires_at.map(rfc3339)})
}
