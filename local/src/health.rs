//! The health page of the local stack at `/_local/health`: every project's bounces and complaints beside the guard's thresholds,
//! and the announcements to the operators.
//!
//! The page is rendered here as a whole; its script fetches the changing part again and replaces the elements that differ. All text
//! that comes from data goes through `html::Escaped`. The router answers `GET` alone.

mod announcements;
mod card;
mod chart;
mod data;
mod format;
mod gauge;
mod page;
mod routes;
#[cfg(test)]
mod tests;

pub use data::Health;
pub use routes::router;
