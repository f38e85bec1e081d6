//! The demo project, which the first start creates. Its keys are kept in a file that only its owner may read: nowhere else are keys
//! stored in plain text, and no other project holds so little that is worth stealing.

use std::{error::Error, fs, io, path::PathBuf, sync::Arc};

use posthorn_auth::{ChangeOutcome, KeyClass, KeyDigest, NewProject, PlainKey, change, import_all, new_project};
use posthorn_lambda::Env;
use posthorn_machine::files;
use posthorn_table::{
    Table, Uuid,
    api_key::KeyScope,
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
pub struct DemoKeys {
    /// `sk_…`
    pub secret: String,
    /// `pk_…`
    pub public: String,
}

/// The demo project. Cheap to clone.
#[derive(Clone)]
pub struct Demo {
    /// Its id: always the same, so that the files in `events/` can name it.
    pub id: Uuid,
    /// Its keys, if this start created them.
    pub fresh_keys: Option<DemoKeys>,
    file: Option<Arc<PathBuf>>,
}

impl Demo {
    /// Finds the demo project, or creates it. Its keys are kept in `file`, if there is one; keys that do not work, because a start
    /// was cut short, are replaced. The keys of the files in `events/`, which are known to everybody, do not work until
    /// [`import_event_keys`] is called.
    ///
    /// # Errors
    /// The table or the file cannot be read or written.
    pub async fn prepare(table: &Table, env: &Env, file: Option<PathBuf>) -> io::Result<Self> {
        let id: Uuid = events::PROJECT.parse().map_err(io::Error::other)?;
        let stored = table.project(id).await.map_err(io::Error::other)?;
        let kept = file.as_ref().and_then(|file| read(file).ok());
        let mut demo = Self { id, fresh_keys: None, file: file.map(Arc::new) };
        if let (Some(project), Some(kept)) = (&stored, &kept)
            && is_live_key_of(project, &kept.secret)
            && is_live_key_of(project, &kept.public)
        {
            if let Some(next) = without_event_keys(project, env) {
                table.change_project(Some(project), &next, None).await.map_err(io::Error::other)?;
            }
            claim_domain(table, id, env).await?;
            return Ok(demo);
        }
        let (next, keys) = with_new_keys(stored.as_ref(), id, env)?;
        table.change_project(stored.as_ref(), &next, None).await.map_err(io::Error::other)?;
        claim_domain(table, id, env).await?;
        demo.keep(&keys)?;
        demo.fresh_keys = Some(keys);
        Ok(demo)
    }

    /// The file that keeps the keys, if there is one.
    #[must_use]
    pub fn file(&self) -> Option<&PathBuf> {
        self.file.as_deref()
    }

    /// Keeps the keys of a rotation's response. A key that was not replaced stays.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub fn rotated(&self, response: &Value) -> io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let kept = read(file)?;
        let new = |name: &str, old: String| response[name].as_str().map_or(old, str::to_owned);
        self.keep(&DemoKeys { secret: new("secret", kept.secret), public: new("public", kept.public) })
    }

    fn keep(&self, keys: &DemoKeys) -> io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let text = format!(
            "POSTHORN_PROJECT_ID={}\nPOSTHORN_SECRET_KEY={}\nPOSTHORN_PUBLIC_KEY={}\n",
            self.id, keys.secret, keys.public
        );
        files::replace(file, text.as_bytes())
    }
}

/// Claims the demo project's domain, so that no other project can.
async fn claim_domain(table: &Table, id: Uuid, env: &Env) -> io::Result<()> {
    table.claim_domain(DOMAIN, id, env.now()).await.map_err(io::Error::other)?;
    Ok(())
}

fn read(file: &PathBuf) -> io::Result<DemoKeys> {
    let text = fs::read_to_string(file)?;
    let value = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        line.map(str::to_owned).ok_or_else(|| io::Error::other(format!("{} has no {name}", file.display())))
    };
    Ok(DemoKeys { secret: value("POSTHORN_SECRET_KEY")?, public: value("POSTHORN_PUBLIC_KEY")? })
}

fn is_live_key_of(project: &Project, key: &str) -> bool {
    let digest = KeyDigest::of(key);
    project.keys.iter().any(|key| key.is_live() && key.digest == digest.as_str())
}

/// The keys of the files in `events/`.
const EVENT_KEYS: [&str; 2] = [events::SECRET_KEY, events::PUBLIC_KEY];

/// Makes the keys of the files in `events/` keys of the demo project, until the next start.
///
/// # Errors
/// Any error of the table; the demo project is deleted, or has no room for more keys.
pub async fn import_event_keys(table: &Table, env: &Env) -> io::Result<()> {
    let id: Uuid = events::PROJECT.parse().map_err(io::Error::other)?;
    let jitter = u32::from_be_bytes(env.random());
    let with_event_keys = |project: &Project| {
        let imported = import_all(project, EVENT_KEYS, env.now()).map_err(|(_place, error)| error)?;
        Ok::<_, Box<dyn Error + Send + Sync>>((imported.known < EVENT_KEYS.len()).then_some((imported.next, None)))
    };
    match change(table, id, jitter, with_event_keys).await.map_err(io::Error::other)? {
        ChangeOutcome::Changed(_) | ChangeOutcome::Already(_) => Ok(()),
        ChangeOutcome::NoSuchProject => Err(io::Error::other("the demo project is deleted: start the stack again")),
    }
}

/// The project without the keys of the files in `events/`; `None` if it has none of them.
fn without_event_keys(project: &Project, env: &Env) -> Option<Project> {
    let mut next = Project { version: project.version + 1, updated_at: env.now(), ..project.clone() };
    let digests = EVENT_KEYS.map(KeyDigest::of);
    next.keys.retain(|key| digests.iter().all(|digest| key.digest != digest.as_str()));
    (next.keys.len() < project.keys.len()).then_some(next)
}

/// The project with a new pair of keys and no other keys.
fn with_new_keys(stored: Option<&Project>, id: Uuid, env: &Env) -> io::Result<(Project, DemoKeys)> {
    let fill = &mut |buffer: &mut [u8]| env.fill(buffer);
    let (mut next, [secret, public]) = match stored {
        None => new_project(new_demo_project(), env.now(), fill).map_err(io::Error::other)?,
        Some(project) => {
            let keys = [KeyClass::Secret, KeyClass::Public].map(|class| PlainKey::mint(class, fill));
            (Project { version: project.version + 1, updated_at: env.now(), keys: Vec::new(), ..project.clone() }, keys)
        }
    };
    if next.keys.is_empty() {
        next.keys = [&secret, &public].map(live_key).into();
    }
    next.facts.id = id;
    Ok((next, DemoKeys { secret: secret.expose().to_owned(), public: public.expose().to_owned() }))
}

fn live_key(key: &PlainKey) -> ProjectKey {
    ProjectKey { digest: key.digest().as_str().to_owned(), class: key.class(), scope: KeyScope::Full, retires_at: None }
}

fn new_demo_project() -> NewProject {
    NewProject {
        name: "demo".to_owned(),
        domains: vec![DOMAIN.to_owned()],
        default_sender: Some(SENDER.to_owned()),
        monthly_limit: None,
    }
}
