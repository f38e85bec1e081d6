//! `GET /projects`: the key's own project.

use posthorn_auth::Caller;
use posthorn_errors::Result;
use posthorn_lambda::http::{Call, Reply};

use super::view::show;
use crate::App;

pub(crate) async fn list(app: &App, caller: &Caller, call: &Call) -> Result<Reply> {
    show(app, caller, call).await
}
