//! The environment variables by which programs beside the stack find its back ends: the functions under `cargo lambda watch` or
//! `sam local`, and the operator's tool.

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
    folder::STATE_FOLDER,
    gate::named_hosts,
    options::BackendsOptions,
};

/// The file with one variable a line.
const ENV_FILE: &str = "backends.env";
/// The file for SAM's option `--env-vars`. SAM sets only the variables that the template names.
const SAM_FILE: &str = "backends.json";

/// The files with the environment of a function that uses the stack. They exist while the stack runs.
pub(crate) struct EnvironmentFiles {
    folder: PathBuf,
}

impl EnvironmentFiles {
    /// Writes the variables, names and values, into a folder's files.
    ///
    /// # Errors
    /// The files cannot be written.
    pub(crate) fn write(folder: &Path, variables: &[(&'static str, String)]) -> io::Result<Self> {
        let lines: Vec<String> = variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let lines = lines.join("\n") + "\n";
        // A stack that was killed leaves the host names that it was asked to permit.
        let _ = fs::remove_file(named_hosts(folder));
        files::replace(&folder.join(SAM_FILE), sam_json(&lines).as_bytes())?;
        files::replace(&folder.join(ENV_FILE), lines.as_bytes())?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// The command that runs the operator's tool against this stack.
    pub(crate) fn tool(&self) -> String {
        format!("cargo posthorn --state {}", self.folder.display())
    }
}

impl Drop for EnvironmentFiles {
    fn drop(&mut self) {
        // A file that stays names ports where nobody listens, which the tool finds out.
        for file in [self.folder.join(ENV_FILE), self.folder.join(SAM_FILE), named_hosts(&self.folder)] {
            let _ = fs::remove_file(file);
        }
    }
}

/// The command `backends`: the environment of the running stack, one variable a line. A user asks for it to give the functions the
/// files of `events/`, so the keys in these files work from then on, until the stack starts again. With `--host`, the name of this
/// machine seen from a container, the lines and SAM's file have that name, and the stack answers under it.
///
/// # Errors
/// No stack runs there, or `--host` is no name of a host. The text says how to mend it.
pub async fn show(options: &BackendsOptions) -> io::Result<String> {
    let folder = options.state.clone().unwrap_or_else(|| PathBuf::from(STATE_FOLDER));
    let lines = files::read_own(&folder.join(ENV_FILE)).map_err(|error| {
        let message = format!("no local stack runs in {}/ ({error}): start one with `cargo run`", folder.display());
        io::Error::new(error.kind(), message)
    })?;
    let database = database_url(&folder, &lines)?;
    let host = options.host.as_deref().map(host_name).transpose()?;
    let table = Table::new(aws_sdk_dynamodb::Client::new(&sdk_config(&database)), TABLE);
    demo::import_event_keys(&table, &Env::system()).await?;
    let Some(host) = host else { return Ok(lines.trim_end().to_owned()) };
    let lines = lines.replace("//127.0.0.1:", &format!("//{host}:"));
    files::replace(&named_hosts(&folder), format!("{host}\n").as_bytes())?;
    files::replace(&folder.join(SAM_FILE), sam_json(&lines).as_bytes())?;
    Ok(lines.trim_end().to_owned())
}

/// The URL of the DynamoDB engine, after a connection to it on this machine succeeded.
fn database_url(folder: &Path, lines: &str) -> io::Result<String> {
    let url = lines.lines().find_map(|line| line.strip_prefix("AWS_ENDPOINT_URL_DYNAMODB="));
    let is_here = |url: &&str| host_of_url(url).is_some_and(is_loopback);
    let accepts = |url: &&str| url.strip_prefix("http://").is_some_and(|address| TcpStream::connect(address).is_ok());
    url.filter(is_here).filter(accepts).map(str::to_owned).ok_or_else(|| {
        let message = format!("the local stack of {}/ has stopped: start one with `cargo run`", folder.display());
        io::Error::new(io::ErrorKind::NotConnected, message)
    })
}

/// A host's name or address in lower case, as the header `Host` has it.
fn host_name(host: &str) -> io::Result<String> {
    if host_of_authority(host) == Some(host) {
        return Ok(host.to_ascii_lowercase());
    }
    let message = format!("--host {host} names no host: write it as host.docker.internal, 172.17.0.1 or [fd00::1]");
    Err(io::Error::new(io::ErrorKind::InvalidInput, message))
}

fn sam_json(lines: &str) -> String {
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
        let text = sam_json("TABLE_NAME=posthorn\nAWS_ENDPOINT_URL_SNS=http://127.0.0.1:1\n");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), expected);
    }
}
