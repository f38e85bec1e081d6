//! LiquidJS in a process of Node, which reads and writes lines of JSON.

use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde_json::{Value, json};

use crate::{cases::Case, error::BoxError};

/// The files of the process, copied below the target folder, so that the repository stays as it is.
const FILES: [&str; 4] = [".npmrc", "package.json", "package-lock.json", "render.mjs"];

/// The process, which is killed when the value is dropped.
pub(crate) struct LiquidJs {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl LiquidJs {
    /// Installs LiquidJS and starts the process.
    pub(crate) fn start() -> Result<LiquidJs, BoxError> {
        let folder = install()?;
        let mut node = Command::new("node");
        node.arg("render.mjs").current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = node.spawn().map_err(|error| format!("node is needed: {error}"))?;
        let input = child.stdin.take().ok_or("no input")?;
        let output = BufReader::new(child.stdout.take().ok_or("no output")?);
        Ok(LiquidJs { child, input, output })
    }

    /// Passes the template that is measured next, and returns its output.
    pub(crate) fn prepare(&mut self, case: &Case) -> Result<String, BoxError> {
        let answer = self.ask(&json!({"source": case.source, "data": case.data}))?;
        Ok(answer["output"].as_str().ok_or("no output")?.to_owned())
    }

    /// The microseconds of one rendering, by the time of `times` renderings.
    pub(crate) fn microseconds(&mut self, times: u32, parse: bool) -> Result<f64, BoxError> {
        let answer = self.ask(&json!({"times": times, "parse": parse}))?;
        Ok(answer["nanoseconds"].as_f64().ok_or("no time")? / 1e3 / f64::from(times))
    }

    fn ask(&mut self, request: &Value) -> Result<Value, BoxError> {
        writeln!(self.input, "{request}")?;
        let mut answer = String::new();
        self.output.read_line(&mut answer)?;
        serde_json::from_str(&answer).map_err(|_| "node ended: it says why above".into())
    }
}

impl Drop for LiquidJs {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn install() -> Result<PathBuf, BoxError> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = env::current_exe()?.ancestors().nth(2).ok_or("no target folder")?.join("liquidjs");
    fs::create_dir_all(&folder)?;
    for file in FILES {
        fs::copy(here.join(file), folder.join(file))?;
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--silent", "--prefer-offline"]).current_dir(&folder);
    let status = npm.status().map_err(|error| format!("npm is needed: {error}"))?;
    if status.success() { Ok(folder) } else { Err("npm could not install LiquidJS".into()) }
}
