//! The tests and the local stack run on this crate instead of AWS. It has a DynamoDB engine in process, endpoints of SES, SNS and
//! SQS, the events that SES reports about a mail and the queue that brings them, the gateway's events, a clock and ids that
//! repeat, and a record of the calls that a request makes.

pub mod backends;
pub mod calls;
pub mod capacity;
pub mod clock;
mod contacts;
pub mod database;
pub mod events;
pub mod faults;
pub mod feedback;
pub mod gateway;
pub mod logs;
pub mod matrix;
pub mod openapi;
pub mod permissions;
pub mod queue;
pub mod recording;
mod request;
pub mod server;
pub mod ses;
pub mod sns;
pub mod sqs;
pub mod template;
mod yaml;
