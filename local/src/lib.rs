//! The local stack: the functions' own handlers behind the gateway's routes on one port, a DynamoDB engine and an
//! SES endpoint in process, an inbox and a health page, and a demo project. State is kept below `.posthorn/`.

pub mod announcements;
pub mod api;
mod backends;
pub mod demo;
pub mod environment;
pub mod health;
pub mod inbox;
pub mod options;
pub mod stack;
pub mod terminal;
mod visitors;
