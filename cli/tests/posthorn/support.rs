//! A local stack of parts in process, and the program.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    sync::atomic::{AtomicU32, Ordering},
};

use posthorn_testkit::{
    backends::{ALERTS, Backends, TABLE},
    sqs::Sqs,
};
use serde_json::Value;
use tokio::{io::AsyncWriteExt, process::Command};

use crate::{gate::Gate, serve::serve};

const PROGRAM: &str = env!("CARGO_BIN_EXE_posthorn");
pub(crate) const EVENTS: &str = "arn:aws:sns:us-east-1:000000000000:posthorn-feedback";
pub(crate) const QUEUE: &str = "arn:aws:sqs:us-east-1:000000000000:posthorn-feedback";
pub(crate) const DEAD: &str = "arn:aws:sqs:us-east-1:000000000000:posthorn-dead";

/// A folder that is removed with its owner.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("cli-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::SeqCst));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The exit code and the outputs of the program.
#[derive(Debug)]
pub(crate) struct ToolOutput {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl ToolOutput {
    /// The one JSON document on standard output.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// It ended with exit code 0 and nothing on standard error.
    #[track_caller]
    pub(crate) fn done(self) -> Self {
        assert_eq!((self.code, self.err.as_str()), (0, ""), "{self:?}");
        self
    }

    /// It was refused in one line that has these words, and printed nothing else.
    #[track_caller]
    pub(crate) fn refused(&self, code: i32, words: &str) {
        assert_eq!((self.code, self.out.as_str()), (code, ""), "{self:?}");
        assert!(self.err.starts_with("error: ") && self.err.contains(words), "{self:?}");
        assert_eq!(self.err.lines().count(), 1, "{self:?}");
    }
}

/// Runs the program in a folder, with these variables and nothing of this test's own environment.
pub(crate) async fn posthorn(folder: &Path, variables: &[(&str, &str)], arguments: &[&str], input: &str) -> ToolOutput {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).current_dir(folder).env_clear();
    command.env("HOME", folder).env("AWS_EC2_METADATA_DISABLED", "true").envs(variables.iter().copied());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().unwrap();
    // A program that reads nothing may have ended before this is written.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes()).await;
    let output = child.wait_with_output().await.unwrap();
    ToolOutput {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A local stack.
pub(crate) struct LocalStack {
    pub(crate) backends: Backends,
    pub(crate) sqs: Sqs,
    pub(crate) folder: Folder,
}

impl LocalStack {
    pub(crate) async fn start() -> Self {
        let backends = Backends::start().await;
        let sqs = Sqs::new();
        let queues = serve(sqs.clone().router()).await;
        let stack = Self { backends, sqs, folder: Folder::new() };
        let urls = stack.backends.urls.clone();
        stack.write_environment(&urls.dynamodb, &queues, "http://127.0.0.1:1");
        stack
    }

    /// Puts a gate in front of the table.
    pub(crate) async fn behind_a_gate(&self) -> Gate {
        let (gate, url) = Gate::before(&self.backends.urls.dynamodb, usize::MAX).await;
        self.write_environment(&url, "http://127.0.0.1:1", "http://127.0.0.1:1");
        gate
    }

    /// Says where the parts listen, as the local stack does.
    pub(crate) fn write_environment(&self, dynamodb: &str, sqs: &str, api: &str) {
        let urls = &self.backends.urls;
        let queue = |arn: &str| format!("{sqs}{}", posthorn_testkit::sqs::path(arn));
        let variables = [
            ("TABLE_NAME", TABLE.to_owned()),
            ("ALERTS_TOPIC_ARN", ALERTS.to_owned()),
            ("EVENTS_TOPIC_ARN", EVENTS.to_owned()),
            ("CONFIGURATION_SET", "posthorn".to_owned()),
            ("FEEDBACK_QUEUE_URL", queue(QUEUE)),
            ("DEAD_LETTER_QUEUE_URL", queue(DEAD)),
            ("POSTHORN_URL", api.to_owned()),
            ("AWS_ENDPOINT_URL_DYNAMODB", dynamodb.to_owned()),
            ("AWS_ENDPOINT_URL_SESV2", urls.ses.clone()),
            ("AWS_ENDPOINT_URL_SNS", urls.sns.clone()),
            ("AWS_ENDPOINT_URL_SQS", sqs.to_owned()),
        ];
        let lines = variables.map(|(name, value)| format!("{name}={value}\n")).concat();
        let state = self.folder.0.join(".posthorn");
        fs::create_dir_all(&state).unwrap();
        fs::write(state.join("backends.env"), lines).unwrap();
    }

    /// Runs the program on this stack.
    pub(crate) async fn run(&self, arguments: &[&str]) -> ToolOutput {
        self.run_with(arguments, "").await
    }

    pub(crate) async fn run_with(&self, arguments: &[&str], input: &str) -> ToolOutput {
        posthorn(&self.folder.0, &[], arguments, input).await
    }

    /// A new project, by the program: its id and its keys.
    pub(crate) async fn project(&self, name: &str) -> CreatedProject {
        let created = self.run(&["--json", "project", "create", name]).await.done().json();
        let text = |field: &str| created[field].as_str().unwrap().to_owned();
        CreatedProject { id: text("id"), secret: text("secret"), public: text("public") }
    }
}

pub(crate) struct CreatedProject {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) public: String,
}
