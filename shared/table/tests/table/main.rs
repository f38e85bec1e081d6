//! The table on the engine: every kind of item, how it is kept, listed, brought up to date and removed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed, in its helpers too")]

mod pagination;
mod project_deletion;
mod rival_write;
mod sample_project;
mod table_upgrade;
mod timestamps;
