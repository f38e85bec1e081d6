//! The one list of error codes, the shape of a failure, and the readers of what a request gives.
//!
//! Every refusal and every fault of every function is a [`Failure`]: a [`Code`], what the caller sees, and
//! apart from it what the log sees. How it becomes an HTTP response is `posthorn-lambda`'s business.
//!
//! The readers ([`Object`] of a body, [`Query`] of a query) collect every wrong field in [`FieldErrors`] instead of stopping at
//! the first.

mod change;
mod code;
mod failure;
mod field;
mod field_errors;
mod field_type;
pub mod json;
mod limit;
mod object;
mod precondition;
mod query;

pub use change::Change;
pub use code::Code;
pub use failure::{Failure, Result};
pub use field::{FieldCode, FieldError};
pub use field_errors::FieldErrors;
pub use field_type::{
    Boolean, Choice, Enumeration, FieldType, Id, JsonArray, JsonObject, ParameterType, Text, Time, ValueError,
    WholeNumber,
};
pub use limit::{Limit, Unit};
pub use object::Object;
pub use precondition::{IfMatch, entity_tag, has_version};
pub use query::{PageSize, Query, read_parameter, read_query};
