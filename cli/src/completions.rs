//! Scripts with which a shell completes commands and options.

use clap::CommandFactory;
use clap_complete::{Shell, generate};
use serde_json::json;

use crate::{options::Options, report::Report};

pub(crate) fn script(shell: Shell) -> Report {
    let mut script = Vec::new();
    generate(shell, &mut Options::command(), "posthorn", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    let json = json!({"shell": shell.to_string(), "script": script});
    Report::done(script, json)
}
