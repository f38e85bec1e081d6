//! For the programs that a person runs on their own machine, the local stack and the operator's tool: text that a terminal
//! may show, files that are the person's alone, and addresses that lead nowhere else.

pub mod address;
pub mod files;
pub mod terminal;
