//! The inbox of the local stack: every mail that its SES endpoint accepts, as a folder of `.eml` files and as a page at
//! `/_local/inbox`.
//!
//! The content of a mail is untrusted. The page inserts text as text; a mail's HTML is shown in a sandboxed frame from a URL of its
//! own, whose content security policy runs no script. Remote images are loaded over https alone, so that a mail looks as it will
//! look for its recipient; everything else remote is blocked. The router answers `GET` alone.

mod eml;
mod list;
mod mail_folder;
mod memory;
mod routes;
mod store;
mod summary;
#[cfg(test)]
mod tests;

pub use routes::router;
pub use store::Inbox;
