//! The auth library: the format of keys, the callers who present them, and how keys and projects are made and replaced.

mod caller;
mod change;
pub mod guard;
mod key;
mod presented;
mod project;
pub mod reputation;
mod rotation;

pub use caller::{Caller, authenticate, permits};
pub use change::{ChangeOutcome, change};
pub use key::{KeyDigest, PlainKey};
pub use posthorn_table::api_key::KeyClass;
pub use presented::PresentedKey;
pub use project::{
    ImportSummary, NewProject, ProjectError, add_domain, import, import_all, new_project, remove_domain,
    set_default_sender, set_monthly_limit,
};
pub use rotation::{KeySelection, Rotation, replace_keys, rotate};
