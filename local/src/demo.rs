//! The demo project: made on the first start, its keys kept in a file that only its owner may read. The one place
//! where keys are in plain text, for the one project that holds nothing worth stealing.

use std::{fs, io, path::PathBuf, sync::Arc};

use posthorn_auth::{KeyClass, KeyDigest, NewProject, PlainKey, import, new_project};
use posthorn_lambda::Edge;
use posthorn_table::{
    Table, Uuid,
    project::{Project, ProjectKey},
};
use posthorn_testkit::events;
use serde_json::Value;

/// The domain that the demo project, and the local SES endpoint, have verified.
pub const DOMAIN: &str = "example.com";
/// The demo project's default sender.
pub const SENDER: &str = "hello@example.com";

/// The demo project's keys in plain text.
#[derive(Clone)]
pub struct Keys {
    /// `sk_…`
    pub secret: String,
    /// `pk_…`
    pub public: String,
}

/// The demo project. A cheap clone.
#[derive(Clone)]
pub struct Demo {
    /// Its id: always the same, so that the files in `events/` can name it.
    pub id: Uuid,
    /// Its keys, if this start made them.
    pub fresh_keys: Option<Keys>,
    file: Option<Arc<PathBuf>>,
}

impl Demo {
    /// Finds the demo project, or makes it. `file` is where its keys are kept, if anywhere; keys that no longer
    /// work, because a start was cut short, are replaced.
    ///
    /// # Errors
    /// What the table or the file system answers.
    pub async fn prepare(table: &Table, edge: &Edge, file: Option<PathBuf>) -> io::Result<Self> {
        let id: Uuid = events::PROJECT.parse().map_err(io::Error::other)?;
        let stored = table.project(id).await.map_err(io::Error::other)?;
        let kept = file.as_ref().and_then(|file| read(file).ok());
        let mut demo = Self { id, fresh_keys: None, file: file.map(Arc::new) };
        if let (Some(project), Some(kept)) = (&stored, &kept)
            && works(project, &kept.secret)
            && works(project, &kept.public)
        {
            claim(table, id, edge).await?;
            return Ok(demo);
        }
        let (next, keys) = with_new_keys(stored.as_ref(), id, edge)?;
        table.change_project(stored.as_ref(), &next, None).await.map_err(io::Error::other)?;
        claim(table, id, edge).await?;
        demo.keep(&keys)?;
        demo.fresh_keys = Some(keys);
        Ok(demo)
    }

    /// Where the keys are kept, if anywhere.
    #[must_use]
    pub fn file(&self) -> Option<&PathBuf> {
        self.file.as_deref()
    }

    /// Keeps the keys that a rotation of the demo project answered with. A key that was not replaced stays.
    ///
    /// # Errors
    /// What the file system answers.
    pub fn rotated(&self, answer: &Value) -> io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let kept = read(file)?;
        let new = |name: &str, old: String| answer[name].as_str().map_or(old, str::to_owned);
        self.keep(&Keys { secret: new("secret", kept.secret), public: new("public", kept.public) })
    }

    /// Writes the file whole, readable by its owner alone.
    fn keep(&self, keys: &Keys) -> io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let text = format!(
            "POSTHORN_PROJECT_ID={}\nPOSTHORN_SECRET_KEY={}\nPOSTHORN_PUBLIC_KEY={}\n",
            self.id, keys.secret, keys.public
        );
        let draft = file.with_extension("env.new");
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut out = options.open(&draft)?;
        io::Write::write_all(&mut out, text.as_bytes())?;
        out.sync_all()?;
        fs::rename(&draft, &**file)
    }
}

/// Claims the demo project's domain, so that it is nobody else's.
async fn claim(table: &Table, id: Uuid, edge: &Edge) -> io::Result<()> {
    table.claim_domain(DOMAIN, id, edge.now()).await.map_err(io::Error::other)?;
    Ok(())
}

fn read(file: &PathBuf) -> io::Result<Keys> {
    let text = fs::read_to_string(file)?;
    let value = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        line.map(str::to_owned).ok_or_else(|| io::Error::other(format!("{} has no {name}", file.display())))
    };
    Ok(Keys { secret: value("POSTHORN_SECRET_KEY")?, public: value("POSTHORN_PUBLIC_KEY")? })
}

fn works(project: &Project, key: &str) -> bool {
    let digest = KeyDigest::of(key);
    project.keys.iter().any(|key| key.is_live() && key.digest == digest.as_str())
}

/// The project with a new pair beside the keys of the files in `events/`.
fn with_new_keys(stored: Option<&Project>, id: Uuid, edge: &Edge) -> io::Result<(Project, Keys)> {
    let fill = &mut |buffer: &mut [u8]| edge.fill(buffer);
    let (mut next, [secret, public]) = match stored {
        None => new_project(demo(), edge.now(), fill).map_err(io::Error::other)?,
        Some(project) => {
            let keys = [KeyClass::Secret, KeyClass::Public].map(|class| PlainKey::mint(class, fill));
            (
                Project { version: project.version + 1, updated_at: edge.now(), keys: Vec::new(), ..project.clone() },
                keys,
            )
        }
    };
    if next.keys.is_empty() {
        next.keys = [&secret, &public].map(live).into();
    }
    next.facts.id = id;
    for key in [events::SECRET_KEY, events::PUBLIC_KEY] {
        let version = next.version;
        next = Project { version, ..import(&next, key, edge.now()).map_err(io::Error::other)? };
    }
    Ok((next, Keys { secret: secret.expose().to_owned(), public: public.expose().to_owned() }))
}

fn live(key: &PlainKey) -> ProjectKey {
    ProjectKey { digest: key.digest().as_str().to_owned(), class: key.class(), retires_at: None }
}

fn demo() -> NewProject {
    NewProject {
        name: "demo".to_owned(),
        domains: vec![DOMAIN.to_owned()],
        default_sender: Some(SENDER.to_owned()),
        monthly_limit: None,
    }
}
