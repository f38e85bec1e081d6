//! Every route of the API, in one table. The gateway's template, `cargo lambda watch`, the local stack, the description, the
//! tests of refusals and leaks, and the fuzz targets are walked from it or held to it.

mod function;
mod resolve;
mod route;
mod suggestion;
mod table;

pub use function::Function;
pub use resolve::{Match, Path, Resolved, paths, resolve, route};
pub use route::{Effect, Operation, RequiredKey, Route};
pub use suggestion::nearest;
pub use table::{MAX_EVENT_BYTES, ROUTES};
