//! What the tests and the local stack run on instead of AWS: a DynamoDB engine in process, SES, SNS and SQS endpoints, what
//! SES tells about a mail and the queue that brings it, the gateway's events, a clock and ids that repeat, and a record
//! of the calls that a request makes.

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
pub mod ses;
pub mod sns;
pub mod sqs;
pub mod template;
mod yaml;
