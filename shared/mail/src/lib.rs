//! Mail: addresses, messages, and the hand-over to SES.

pub mod address;
pub mod attachment;
pub mod characters;
pub mod feedback;
pub mod fields;
pub mod header;
pub mod mailbox;
pub mod ses;
