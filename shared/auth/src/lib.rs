//! The auth library: what a key looks like, who presents one, and how keys and projects are made and replaced.

mod caller;
pub mod guard;
mod key;
mod presented;
mod project;
pub mod reputation;
mod rotation;

pub use caller::{Access, Caller, authenticate};
pub use key::{KeyDigest, PlainKey};
pub use posthorn_table::api_key::KeyClass;
pub use presented::Presented;
pub use project::{NewProject, ProjectError, import, new_project};
pub use rotation::{Rotation, Which, rotate};
