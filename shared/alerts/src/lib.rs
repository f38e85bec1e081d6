//! The alerts topic: what operators are told, by SNS.

mod notices;
mod topic;

pub use notices::{Unfinished, pending, publish_notices};
pub use topic::{NotPublished, Topic};
