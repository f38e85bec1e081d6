//! The description of small repositories of a test's own, and of this one.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bundling;
mod committed_description;
mod refused;
mod repository;
