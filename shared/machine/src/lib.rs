//! Shared code of the programs that a person runs on their own machine, the local stack and the operator's tool: text that is safe
//! to show on a terminal, private files, and addresses of this machine.

pub mod address;
pub mod files;
pub mod terminal;
