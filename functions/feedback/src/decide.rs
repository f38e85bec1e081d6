//! What an event means for the email, the contact and the counts: pure.

use posthorn_errors::Code;
use posthorn_mail::feedback::{BounceKind, ComplaintKind, What};
use posthorn_table::{Timestamp, contact::Mark, email::Seen, statistics::Metric};

/// What an event changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Effects {
    /// What the email's record is told.
    pub(crate) seen: Seen,
    /// What the contact is told.
    pub(crate) mark: Option<Mark>,
    /// What it is counted as.
    pub(crate) metric: Option<Metric>,
    /// When it happened.
    pub(crate) at: Timestamp,
}

/// Decides; `None` if the event changes nothing.
pub(crate) fn effects(what: &What) -> Option<Effects> {
    let only = |seen, at| Effects { seen, mark: None, metric: None, at };
    let with = |seen, mark, metric, at| Effects { seen, mark: Some(mark), metric, at };
    Some(match what {
        What::Send { at } => only(Seen::Sent, *at),
        What::Delivery { at } => only(Seen::Delivered, *at),
        What::Open { at } => only(Seen::Opened, *at),
        What::Click { at } => only(Seen::Clicked, *at),
        What::Delay { at } => only(Seen::Delayed, *at),
        What::Reject { at } | What::RenderingFailure { at } => only(Seen::Failed(Code::DeliveryFailed.as_str()), *at),
        What::Bounce(bounce) => match bounce.kind {
            BounceKind::Permanent => with(Seen::Bounced, Mark::Bounced, Some(Metric::Bounce), bounce.at),
            BounceKind::HeldBack => with(Seen::HeldBack, Mark::Bounced, None, bounce.at),
            BounceKind::Passing => only(Seen::BouncedForNow, bounce.at),
        },
        What::Complaint(complaint) => match complaint.kind {
            ComplaintKind::Spam => with(Seen::Complained, Mark::Complained, Some(Metric::Complaint), complaint.at),
            ComplaintKind::NotSpam => with(Seen::NotSpam, Mark::NotSpam, None, complaint.at),
            ComplaintKind::HeldBack => with(Seen::HeldBack, Mark::Complained, None, complaint.at),
        },
        What::Other(_) => return None,
    })
}
