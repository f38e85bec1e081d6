//! Explores the protocols on which Posthorn's promises rest: every order of steps, within the bounds of each model. The models
//! decide with the functions of the handlers, and write in memory by DynamoDB's conditions, which `tests/in_memory.rs` compares
//! with the engine.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed, in its helpers too")]

mod contact_data;
mod notices;
mod rotation;
mod send;
mod support;
