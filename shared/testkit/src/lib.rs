//! What the tests and the local stack run on instead of AWS: a DynamoDB engine in process, an SES endpoint, the
//! gateway's events, a clock and ids that repeat, and a record of the calls that a request makes.

pub mod backends;
pub mod calls;
pub mod clock;
pub mod database;
pub mod events;
pub mod faults;
pub mod gateway;
pub mod ses;
