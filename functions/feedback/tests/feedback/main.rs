//! The function `feedback` on the real SDK, against the engine and an SNS endpoint in process.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

mod budget;
mod concurrent;
mod effects;
mod events;
mod faults;
mod guard;
mod heartbeat;
mod order;
mod permissions;
mod support;
