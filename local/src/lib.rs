//! The local stack: the functions' own handlers behind the gateway's routes on one port, a DynamoDB engine and an
//! SES endpoint in process, an inbox page, and a demo project. State is kept below `.posthorn/`.

pub mod api;
pub mod demo;
pub mod inbox;
pub mod options;
pub mod stack;
pub mod terminal;
