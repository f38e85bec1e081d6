//! `openapi.yaml` describes the functions as they are: routes, codes, limits and answers.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod answers;
mod cases;
mod described_limits;
mod description;
mod examples;
mod files;
mod limits;
mod schema;
mod world;
