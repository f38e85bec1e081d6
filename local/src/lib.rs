//! The local stack: the functions' own handlers behind the gateway's routes on one port, a DynamoDB engine and an
//! SES endpoint in process, an inbox, a health page and the API's description, and a demo project. State is kept below
//! `.posthorn/`.

pub mod announcements;
pub mod api;
mod backends;
pub mod demo;
pub mod docs;
pub mod environment;
mod folder;
mod gate;
mod headers;
pub mod health;
mod html;
pub mod inbox;
pub mod options;
pub mod stack;
pub mod terminal;
