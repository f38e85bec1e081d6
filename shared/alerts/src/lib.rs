//! The alerts topic: announcements to the operators, by SNS.

mod notices;
mod topic;

pub use notices::{NoticeError, pending, publish_notices};
pub use topic::{Topic, TopicError};
