//! The contract as files: `events/<function>/accepted/*.json` and `events/<function>/refused/<code>.json`, each an
//! event of an HTTP API as `sam local invoke -e` takes it.

use std::{fs, path::PathBuf};

use base64::{Engine, engine::general_purpose::STANDARD};
use posthorn_auth::import;
use posthorn_routes::{Function, Route, resolve};
use posthorn_table::{
    api_key::KeyScope,
    contact,
    email::{Email, Status as EmailStatus},
    project::{Project, Status},
};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    backends::{Backends, TestProject},
    request::TestRequest,
};

/// The project that the files name. The local stack's demo project has this id.
pub const PROJECT: &str = "00000000-0000-4000-8000-00000000de30";
/// The secret key in the files, of Plunk's form so that it can be imported into any project.
pub const SECRET_KEY: &str = "sk_5ec0de5ec0de5ec0de5ec0de5ec0de5ec0de5ec0de5ec0de";
/// The public key in the files, of Plunk's form too.
pub const PUBLIC_KEY: &str = "pk_90b11c90b11c90b11c90b11c90b11c90b11c90b11c90b11c";
/// The email that the files of `feedback` are about.
pub const EMAIL: Uuid = Uuid::from_u128(0x4000_8000_0000_000e_3a11);

/// A file of an event.
#[derive(Debug)]
pub struct EventFile {
    /// The file's folder below `events/`.
    pub folder: String,
    /// The file's name without its extension, which for a refusal is the expected code.
    pub name: String,
    /// The event's JSON text.
    pub event: String,
}

/// The accepted file of a route: the first that has its method.
///
/// # Panics
/// If there is none, as for a route that is new.
#[must_use]
pub fn accepted(route: &Route) -> EventFile {
    let folder = format!("{}/accepted", route.function.name());
    let is_of_route = |file: &EventFile| {
        let request = file.request();
        *request.method() == route.method && resolve(request.method(), request.path()).route() == Some(route)
    };
    let found = in_folder(&folder).into_iter().find(is_of_route);
    found.unwrap_or_else(|| panic!("events/{folder} has no file of {}", route.label()))
}

/// All files of a function, by folder and name.
///
/// # Panics
/// If the function has no folders below `events/`, one of them is empty, or a file is not JSON.
#[must_use]
pub fn of(function: Function) -> Vec<EventFile> {
    let path = folder_path(function.name());
    let mut folders: Vec<String> = fs::read_dir(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        .map(|entry| entry.expect("a folder that can be read").file_name().to_string_lossy().into_owned())
        .collect();
    folders.sort();
    assert!(!folders.is_empty(), "{} has no folders", path.display());
    folders.iter().flat_map(|folder| in_folder(&format!("{}/{folder}", function.name()))).collect()
}

/// A file of the events that a function accepts.
///
/// # Panics
/// If there is no such file.
#[must_use]
pub fn accepted_file(function: Function, name: &str) -> EventFile {
    let folder = format!("{}/accepted", function.name());
    let file = in_folder(&folder).into_iter().find(|file| file.name == name);
    file.unwrap_or_else(|| panic!("{folder} has no file {name}"))
}

/// The files of one folder below `events/`, by name.
///
/// # Panics
/// If the folder is missing or empty, or a file is not JSON.
#[must_use]
pub fn in_folder(folder: &str) -> Vec<EventFile> {
    let path = folder_path(folder);
    let mut files: Vec<EventFile> = fs::read_dir(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        .map(|entry| read(folder, &entry.expect("a folder that can be read").path()))
        .collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(!files.is_empty(), "{} has no files", path.display());
    files
}

fn folder_path(folder: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../events").join(folder)
}

fn read(folder: &str, path: &std::path::Path) -> EventFile {
    let event = fs::read_to_string(path).expect("a file that can be read");
    let _: Value = serde_json::from_str(&event).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    EventFile { folder: folder.to_owned(), name, event }
}

impl Backends {
    /// Imports the keys of the files in `events/` into a stored project.
    ///
    /// # Panics
    /// If it has them already, or was changed since.
    pub async fn import_event_keys(&self, mut project: Project) -> Project {
        for key in [SECRET_KEY, PUBLIC_KEY] {
            let next = import(&project, key, self.clock.now()).expect("a key that the project does not have");
            self.table.change_project(Some(&project), &next, None).await.expect("a stored project");
            project = next;
        }
        project
    }
}

impl EventFile {
    /// The function that the file is an event of.
    ///
    /// # Panics
    /// If the folder is no function's.
    #[must_use]
    pub fn function(&self) -> Function {
        let name = self.folder.split('/').next();
        let function = Function::ALL.into_iter().find(|function| Some(function.name()) == name);
        function.unwrap_or_else(|| panic!("{} is no function's folder", self.folder))
    }

    /// Stores the items that the file supposes: the project that it names with the keys in it, set up for the refusal that
    /// the file is named for, and for `feedback` the email that it is about.
    ///
    /// # Panics
    /// If an item cannot be stored.
    pub async fn prepare(&self, backends: &Backends) -> TestProject {
        let project = backends.project(|project| {
            project.facts.id = PROJECT.parse().expect("a project's id");
            match self.name.as_str() {
                "PROJECT_DISABLED" => project.facts.status = Status::Disabled,
                "BILLING_LIMIT_EXCEEDED" => project.facts.monthly_limit = Some(1),
                _ => {}
            }
        });
        let mut project = project.await;
        project.project = backends.import_event_keys(project.project).await;
        if self.name == "FORBIDDEN" {
            let narrow = |project: &mut Project| project.keys.iter_mut().for_each(|key| key.scope = KeyScope::Send);
            backends.change(&mut project.project, narrow).await;
        }
        if self.folder.starts_with("feedback/") {
            backends.table.permit_email(&self.email(backends, &project)).await.expect("a stored email");
        }
        project
    }

    /// The file whose event has to go before this one, if there is such a file.
    #[must_use]
    pub fn before(&self) -> Option<Self> {
        let accepted = self.folder.replace("refused", "accepted");
        (self.name == "IDEMPOTENCY_KEY_REUSED")
            .then(|| in_folder(&accepted).into_iter().find(|file| file.name == "idempotency_key"))
            .flatten()
    }

    /// The request of the file's event: method, path, headers and body.
    ///
    /// # Panics
    /// If the event is none of an HTTP API.
    #[must_use]
    pub fn request(&self) -> TestRequest {
        let event: Value = serde_json::from_str(&self.event).expect("JSON");
        let method = event["requestContext"]["http"]["method"].as_str().and_then(|method| method.parse().ok());
        let text = |name: &str| event[name].as_str().unwrap_or_default();
        let query = if text("rawQueryString").is_empty() { "" } else { "?" };
        let path = format!("{}{query}{}", text("rawPath"), text("rawQueryString"));
        let mut request = TestRequest::new(method.expect("a method"), &path);
        for (name, value) in event["headers"].as_object().into_iter().flatten() {
            request = request.with_header(name, value.as_str().expect("text"));
        }
        let body = event["body"].as_str().unwrap_or_default();
        let is_encoded = event["isBase64Encoded"] == true;
        request.body(if is_encoded { STANDARD.decode(body).expect("base64") } else { body.as_bytes().to_vec() })
    }

    fn email(&self, backends: &Backends, project: &TestProject) -> Email {
        Email {
            id: EMAIL,
            project: project.project.facts.id,
            epoch: 0,
            contact: contact::id(project.project.facts.id, &self.recipient()),
            to: self.recipient(),
            status: EmailStatus::Pending,
            error: None,
            message_id: None,
            nonce: "nonce".to_owned(),
            created_at: backends.clock.now(),
        }
    }

    /// The first recipient of the mail that a file of `feedback` is about, or Ada if the file names nobody.
    ///
    /// # Panics
    /// If the file is not one of `feedback`.
    #[must_use]
    pub fn recipient(&self) -> String {
        let event: Value = serde_json::from_str(&self.event).expect("JSON");
        let body = event["Records"][0]["body"].as_str().expect("a record with a body");
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        let message = body["Message"].as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or(body);
        message["mail"]["destination"][0].as_str().unwrap_or("ada@example.org").to_owned()
    }
}
