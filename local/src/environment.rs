//! Where the parts listen, for whoever runs beside the stack: the functions under `cargo lambda watch` or `sam local`, the
//! operator's tool.

use std::{
    fs, io,
    net::TcpStream,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value, json};

use crate::{options::BackendsOptions, stack::FOLDER};

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
        fs::create_dir_all(folder)?;
        fs::write(folder.join(OF_SAM), of_sam(&lines))?;
        fs::write(folder.join(LINES), &lines)?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// How the operator's tool is called to find it.
    pub(crate) fn tool(&self) -> String {
        format!("cargo posthorn --state {}", self.folder.display())
    }
}

impl Drop for Environment {
    fn drop(&mut self) {
        // One that stays says where nobody listens any more, which the tool finds out. A folder that was made for it
        // alone is empty then.
        let _ = fs::remove_file(self.folder.join(LINES));
        let _ = fs::remove_file(self.folder.join(OF_SAM));
        let _ = fs::remove_dir(&self.folder);
    }
}

/// `backends`: the environment of the running stack, as lines. Seen from a container the stack is at `--host`; SAM's file
/// then says so too.
///
/// # Errors
/// No stack runs there, in words that say what to do.
pub fn show(options: &BackendsOptions) -> io::Result<String> {
    let folder = options.state.clone().unwrap_or_else(|| PathBuf::from(FOLDER));
    let lines = fs::read_to_string(folder.join(LINES)).map_err(|error| {
        let what = format!("no local stack runs in {}/ ({error}): start one with `cargo run`", folder.display());
        io::Error::new(error.kind(), what)
    })?;
    let database = lines.lines().find_map(|line| line.strip_prefix("AWS_ENDPOINT_URL_DYNAMODB=http://"));
    if database.is_none_or(|address| TcpStream::connect(address).is_err()) {
        let what =
            format!("the local stack of {}/ does not run any more: start one with `cargo run`", folder.display());
        return Err(io::Error::new(io::ErrorKind::NotConnected, what));
    }
    let Some(host) = &options.host else { return Ok(lines.trim_end().to_owned()) };
    let lines = lines.replace("//127.0.0.1:", &format!("//{host}:"));
    fs::write(folder.join(OF_SAM), of_sam(&lines))?;
    Ok(lines.trim_end().to_owned())
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
