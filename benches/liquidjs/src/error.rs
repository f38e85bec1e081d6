//! The error of a comparison.

use std::error::Error;

/// Any error of Node, npm or a template.
pub type BoxError = Box<dyn Error + Send + Sync>;
