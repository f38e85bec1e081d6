//! A project as answers show it.

use posthorn_auth::Caller;
use posthorn_errors::{Code, Result, entity_tag, has_version};
use posthorn_lambda::{
    env::rfc3339,
    http::{Call, Reply},
};
use posthorn_table::{Uuid, project::Project};
use serde::Serialize;

use crate::App;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View<'a> {
    id: Uuid,
    name: &'a str,
    /// The domain of the default sender, if there is one.
    default_sender_domain: Option<&'a str>,
    created_at: String,
}

impl<'a> View<'a> {
    fn of(project: &'a Project) -> Self {
        let facts = &project.facts;
        let sender = facts.default_sender.as_deref().and_then(|sender| sender.rsplit_once('@'));
        Self {
            id: facts.id,
            name: &facts.name,
            default_sender_domain: sender.map(|(_, domain)| domain),
            created_at: rfc3339(project.created_at),
        }
    }
}

/// The caller's project; 304 if the caller has this version of it.
pub(super) async fn show(app: &App, caller: &Caller, call: &Call) -> Result<Reply> {
    // A key without its project is one of a project that was deleted in this moment.
    let project = app.table.project(caller.project.id).await?.ok_or(Code::InvalidApiKey)?;
    let etag = entity_tag(project.version);
    if has_version(call.header_values("if-none-match"), project.version) {
        return Ok(Reply::not_modified(etag));
    }
    Ok(Reply::data(&View::of(&project)).with_etag(etag))
}
