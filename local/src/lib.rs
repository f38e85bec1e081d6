//! The local stack: the functions' own handlers behind the gateway's routes on one port; a DynamoDB engine and endpoints of SES, SNS
//! and SQS in process; an inbox, a health page and the page of the API; and a demo project. Its state is kept in `.posthorn/`.

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
