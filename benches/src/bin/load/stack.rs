//! The local stack in this process, with links between its functions and their back ends.

use std::{
    collections::HashMap,
    env, fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use clap::Parser;
use posthorn_local::{
    options::Options,
    stack::{Endpoints, run_behind},
};
use tokio::{sync::oneshot, task::JoinHandle, time::sleep};

use crate::link::Link;

/// A running stack.
pub(crate) struct Stack {
    /// The API's address.
    pub(crate) url: String,
    /// The engine's address, past the link.
    pub(crate) dynamodb: String,
    /// The table's name.
    pub(crate) table: String,
    /// The demo project's secret key.
    pub(crate) secret: String,
    /// The demo project's public key.
    pub(crate) public: String,
    /// The link between the functions and the engine.
    pub(crate) database: Link,
    /// The link between the functions and SES.
    pub(crate) mail: Link,
    /// The folder of this run.
    pub(crate) folder: PathBuf,
    running: JoinHandle<io::Result<()>>,
}

impl Stack {
    /// Starts a stack in a folder of its own, which becomes the working directory.
    pub(crate) async fn start() -> io::Result<Self> {
        let folder = env::temp_dir().join(format!("posthorn-load-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        env::set_current_dir(&folder)?;
        let (sender, links) = oneshot::channel();
        let options = Options::parse_from(["posthorn-local", "--port", "0"]);
        let running = tokio::spawn(async move {
            run_behind(&options, async move |endpoints| {
                let (database, dynamodb) = Link::to(&endpoints.dynamodb).await?;
                let (mail, ses) = Link::to(&endpoints.ses).await?;
                let _ = sender.send((database, mail));
                Ok(Endpoints { dynamodb, ses })
            })
            .await
        });
        let (database, mail) = links.await.map_err(|_| io::Error::other("the stack did not start"))?;
        let state = folder.join(".posthorn");
        let environment = lines(&state.join("backends.env")).await?;
        let keys = lines(&state.join("demo.env")).await?;
        Ok(Self {
            url: value(&environment, "POSTHORN_URL")?,
            dynamodb: value(&environment, "AWS_ENDPOINT_URL_DYNAMODB")?,
            table: value(&environment, "TABLE_NAME")?,
            secret: value(&keys, "POSTHORN_SECRET_KEY")?,
            public: value(&keys, "POSTHORN_PUBLIC_KEY")?,
            database,
            mail,
            folder,
            running,
        })
    }

    /// Ends the stack, and removes its folder unless it is kept.
    pub(crate) fn end(self, is_kept: bool) {
        self.running.abort();
        if !is_kept {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// The names and values of a file, once it is there.
async fn lines(file: &Path) -> io::Result<HashMap<String, String>> {
    for _ in 0..300 {
        if let Ok(text) = fs::read_to_string(file) {
            let pair = |line: &str| line.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
            return Ok(text.lines().filter_map(pair).collect());
        }
        sleep(Duration::from_millis(100)).await;
    }
    Err(io::Error::other("the stack did not start within 30 s"))
}

fn value(values: &HashMap<String, String>, name: &str) -> io::Result<String> {
    values.get(name).cloned().ok_or_else(|| io::Error::other(format!("the stack names no {name}")))
}
