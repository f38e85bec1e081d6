//! Where the parts listen, for whoever runs beside the stack: the functions under `cargo lambda watch` or `sam local`, the
//! operator's tool.

use std::{
    fs, io,
    net::TcpStream,
    path::{Path, PathBuf},
};

use posthorn_lambda::Env;
use posthorn_machine::{
    address::{host_of_authority, host_of_url, is_loopback},
    files,
};
use posthorn_table::Table;
use serde_json::{Map, Value, json};

use crate::{
    backends::{TABLE, sdk_config},
    demo,
    folder::FOLDER,
    gate::named_hosts,
    options::BackendsOptions,
};

/// The environment as lines, and as SAM takes it (`--env-vars`), which sets only what the template names.
const LINES: &str = "backends.env";
const OF_SAM: &str = "backends.json";

/// The environment of a function that is to use the stack: files that are there while it runs.
pub(crate) struct Environment {
    folder: PathBuf,
}

impl Environment {
    /// Writes the variables into a folder's files.
    ///
    /// # Errors
    /// What the file system answers.
    pub(crate) fn write(folder: &Path, variables: &[(&'static str, String)]) -> io::Result<Self> {
        let lines: Vec<String> = variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let lines = lines.join("\n") + "\n";
        // A stack that was killed left the names that it was asked to permit.
        let _ = fs::remove_file(named_hosts(folder));
        files::replace(&folder.join(OF_SAM), of_sam(&lines).as_bytes())?;
        files::replace(&folder.join(LINES), lines.as_bytes())?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// How the operator's tool is called to find it.
    pub(crate) fn tool(&self) -> String {
        format!("cargo posthorn --state {}", self.folder.display())
    }
}

impl Drop for Environment {
    fn drop(&mut self) {
        // One that stays says where nobody listens any more, which the tool finds out.
        for file in [self.folder.join(LINES), self.folder.join(OF_SAM), named_hosts(&self.folder)] {
            let _ = fs::remove_file(file);
        }
    }
}

/// `backends`: the environment of the running stack, as lines. Whoever asks for it means to give the functions the files of
/// `events/`, so from then on the keys in them work, until the stack starts again. Seen from a container the stack is at
/// `--host`; SAM's file then says so too, and the stack answers under that name.
///
/// # Errors
/// No stack runs there, or `--host` is no name of a host, in words that say what to do.
pub async fn show(options: &BackendsOptions) -> io::Result<String> {
    let folder = options.state.clone().unwrap_or_else(|| PathBuf::from(FOLDER));
    let lines = files::read_own(&folder.join(LINES)).map_err(|error| {
        let what = format!("no local stack runs in {}/ ({error}): start one with `cargo run`", folder.display());
        io::Error::new(error.kind(), what)
    })?;
    let database = running(&folder, &lines)?;
    let host = options.host.as_deref().map(host_name).transpose()?;
    let table = Table::new(aws_sdk_dynamodb::Client::new(&sdk_config(&database)), TABLE);
    demo::import_event_keys(&table, &Env::system()).await?;
    let Some(host) = host else { return Ok(lines.trim_end().to_owned()) };
    let lines = lines.replace("//127.0.0.1:", &format!("//{host}:"));
    files::replace(&named_hosts(&folder), format!("{host}\n").as_bytes())?;
    files::replace(&folder.join(OF_SAM), of_sam(&lines).as_bytes())?;
    Ok(lines.trim_end().to_owned())
}

/// The URL of the engine, which somebody on this machine answers at.
fn running(folder: &Path, lines: &str) -> io::Result<String> {
    let url = lines.lines().find_map(|line| line.strip_prefix("AWS_ENDPOINT_URL_DYNAMODB="));
    let is_here = |url: &&str| host_of_url(url).is_some_and(is_loopback);
    let answers = |url: &&str| url.strip_prefix("http://").is_some_and(|address| TcpStream::connect(address).is_ok());
    url.filter(is_here).filter(answers).map(str::to_owned).ok_or_else(|| {
        let what =
            format!("the local stack of {}/ does not run any more: start one with `cargo run`", folder.display());
        io::Error::new(io::ErrorKind::NotConnected, what)
    })
}

/// A host's name or address, as the header `Host` has it.
fn host_name(host: &str) -> io::Result<String> {
    if host_of_authority(host) == Some(host) {
        return Ok(host.to_ascii_lowercase());
    }
    let what = format!("--host {host} names no host: write it as host.docker.internal, 172.17.0.1 or [fd00::1]");
    Err(io::Error::new(io::ErrorKind::InvalidInput, what))
}

fn of_sam(lines: &str) -> String {
    let variables: Map<String, Value> = lines
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    format!("{:#}\n", json!({"Parameters": variables}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sam_gets_the_same_variables() {
        let expected = json!({"Parameters": {"TABLE_NAME": "posthorn", "AWS_ENDPOINT_URL_SNS": "http://127.0.0.1:1"}});
        let text = of_sam("TABLE_NAME=posthorn\nAWS_ENDPOINT_URL_SNS=http://127.0.0.1:1\n");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), expected);
    }
}
