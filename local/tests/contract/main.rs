//! `openapi.yaml` and the functions say the same: routes, codes, limits, and what is really answered.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod answers;
mod description;
mod examples;
mod files;
mod limits;
mod schema;
mod world;
