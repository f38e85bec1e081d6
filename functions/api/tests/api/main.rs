//! The function `api` as callers see it: the real handler behind the gateway, a real DynamoDB engine. `common` walks every
//! route of the API; each noun adds what is its own.

mod budget;
mod common;
mod events;
mod permissions;
mod projects;
mod support;
