//! `GET /projects/{id}`: the key's own project, by its id.

use posthorn_auth::Caller;
use posthorn_errors::Result;
use posthorn_lambda::http::{Call, Reply};

use super::view::show;
use crate::App;

pub(crate) async fn read(app: &App, caller: &Caller, call: &Call) -> Result<Reply> {
    caller.must_own(call.path("id"))?;
    show(app, caller, call).await
}
