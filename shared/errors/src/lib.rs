//! The one list of error codes, and the shape of a failure.
//!
//! Every refusal and every fault of every function is a [`Failure`]: a [`Code`], what the caller sees, and
//! apart from it what the log sees. How it becomes an HTTP response is `posthorn-lambda`'s business.

mod code;
mod failure;
mod field;
pub mod json;
mod object;

pub use code::Code;
pub use failure::{Failure, Result};
pub use field::{FieldCode, FieldError, FieldErrors};
pub use object::{Object, Text};
