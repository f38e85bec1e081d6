//! The clients that every step works with.

use aws_sdk_sesv2::Client;
use posthorn_table::{Table, Timestamp};

/// The table and SES, for one step.
#[derive(Debug, Clone, Copy)]
pub struct Domains<'a> {
    /// The table with the claims and the projects.
    pub table: &'a Table,
    /// SES, in the account and region that mail is sent from.
    pub ses: &'a Client,
    /// The time of the step.
    pub now: Timestamp,
    /// Any random number, for the pauses before a call is tried again.
    pub jitter: u32,
}
