//! The state of the guard's model.

use std::collections::BTreeMap;

use posthorn_table::{
    in_memory::{Notices, Stored},
    notice::Notice,
    project::Project,
};

/// The actors, and the email that each record of the queue is about.
pub(super) const RECORDS: [(&str, Option<usize>); 4] = [
    ("the operator", None),
    ("first record", Some(0)),
    ("second record", Some(1)),
    ("second record's duplicate", Some(1)),
];
pub(super) const OPERATOR: usize = 0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mutation {
    None,
    /// A worker publishes a notice without its lease.
    Lease,
    /// A notice is recorded over another one of its name.
    Name,
    /// A project is changed whatever its version, and whatever notice is recorded.
    Version,
    /// A duplicate does not evaluate the rule.
    LookAgain,
    /// The rule is evaluated before the count.
    CountFirst,
    /// A notice is marked as published before it is.
    PublishFirst,
}

#[derive(Debug)]
pub(super) struct GuardModel {
    /// The number of records: two, or three with the duplicate.
    pub(super) records: usize,
    pub(super) operator: bool,
    pub(super) faults: u8,
    pub(super) mutation: Mutation,
}

#[derive(Clone, Hash)]
pub(super) struct World {
    /// The number of leases that have ended.
    pub(super) now: u8,
    pub(super) faults: u8,
    pub(super) stored: Stored,
    pub(super) notices: Notices,
    pub(super) counted: [bool; 2],
    pub(super) copies: BTreeMap<String, u8>,
    pub(super) workers: Vec<Phase>,
    pub(super) disabled: u8,
}

#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum Phase {
    Waiting,
    Counting(Option<Bounces>),
    Looking,
    Window(Project),
    Warning(Project, Bounces),
    Recording(Project, Bounces, Notice),
    Changing(Project, Option<Bounces>),
    /// A change whose response is lost. A read finds its result.
    Settling(Project, Project),
    Listing,
    Publishing(Vec<Notice>, Round),
    Done,
}

/// The number of emails that bounced, of two that were sent.
pub(super) type Bounces = u64;

/// The stage of a round of publishing with its first notice, and its results so far.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Round {
    pub(super) stage: Stage,
    pub(super) leased_elsewhere: bool,
    pub(super) has_failed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Stage {
    Lease,
    Publish,
    Mark,
    Release,
}
