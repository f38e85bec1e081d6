//! The protocols on which Posthorn's promises rest, explored exhaustively: every order of steps, within each model's
//! bounds. The models decide with the functions that the handlers decide with, and write in memory by DynamoDB's
//! conditions, which `tests/in_memory` holds to the engine.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed, in its helpers too")]

mod contact_data;
mod notices;
mod rotation;
mod send;
mod support;
