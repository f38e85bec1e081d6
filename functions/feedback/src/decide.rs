//! Decides the effects of an event on the email, the contact and the counts. Pure.

use posthorn_errors::Code;
use posthorn_mail::feedback::{BounceKind, ComplaintKind, EventKind};
use posthorn_table::{Timestamp, contact::Mark, email::ReportedStatus, statistics::FeedbackMetric};

/// The effects of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Effects {
    /// The report that the email's record keeps.
    pub(crate) report: ReportedStatus,
    /// The mark that the contact gets.
    pub(crate) mark: Option<Mark>,
    /// The metric that counts it.
    pub(crate) metric: Option<FeedbackMetric>,
    /// The moment it happened.
    pub(crate) at: Timestamp,
}

/// Decides; `None` if the event changes nothing.
pub(crate) fn effects(kind: &EventKind) -> Option<Effects> {
    let only = |report, at| Effects { report, mark: None, metric: None, at };
    let with = |report, mark, metric, at| Effects { report, mark: Some(mark), metric, at };
    Some(match kind {
        EventKind::Send { at } => only(ReportedStatus::Sent, *at),
        EventKind::Delivery { at } => only(ReportedStatus::Delivered, *at),
        EventKind::Open { at } => only(ReportedStatus::Opened, *at),
        EventKind::Click { at } => only(ReportedStatus::Clicked, *at),
        EventKind::Delay { at } => only(ReportedStatus::Delayed, *at),
        EventKind::Reject { at } | EventKind::RenderingFailure { at } => {
            only(ReportedStatus::Failed(Code::DeliveryFailed.as_str()), *at)
        }
        EventKind::Bounce(bounce) => match bounce.kind {
            BounceKind::Permanent => {
                with(ReportedStatus::Bounced, Mark::Bounced, Some(FeedbackMetric::Bounce), bounce.at)
            }
            BounceKind::Suppressed => with(ReportedStatus::HeldBack, Mark::Bounced, None, bounce.at),
            BounceKind::Transient => only(ReportedStatus::BouncedForNow, bounce.at),
        },
        EventKind::Complaint(complaint) => match complaint.kind {
            ComplaintKind::Spam => {
                with(ReportedStatus::Complained, Mark::Complained, Some(FeedbackMetric::Complaint), complaint.at)
            }
            ComplaintKind::NotSpam => with(ReportedStatus::NotSpam, Mark::NotSpam, None, complaint.at),
            ComplaintKind::Suppressed => with(ReportedStatus::HeldBack, Mark::Complained, None, complaint.at),
        },
        EventKind::Other(_) => return None,
    })
}
