//! Mail: addresses, messages, sending them through SES, and the events that SES reports.

pub mod address;
pub mod attachment;
pub mod characters;
pub mod feedback;
pub mod fields;
pub mod header;
pub mod mailbox;
pub mod ses;
