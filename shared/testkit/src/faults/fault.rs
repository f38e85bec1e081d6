//! The ways in which a call can fail.

/// The failure of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// No connection is made.
    NeverArrives,
    /// The call is throttled, and has no effect.
    Throttled,
    /// The call has no effect, and its answer is a 500.
    Breaks,
    /// The call takes effect, and its answer is a 500.
    LosesAnswer,
    /// The call has no effect, and its time runs out.
    TimesOut,
    /// The call takes effect, and its time runs out before the answer.
    TimesOutAfter,
    /// The call takes effect, and the connection is reset before the answer.
    Resets,
    /// The call takes effect, and its answer is cut off.
    Garbles,
    /// A rival came first, and the condition does not hold any more. This is for writes with a condition.
    Overtaken,
    /// The call has no effect, because a rival's transaction is under way on one of its items. This is for writes to the
    /// table.
    Conflicts,
    /// The call takes effect, or its condition fails, and then the answer lacks the item that is there. This is for single
    /// writes.
    OmitsItem,
    /// The call has no effect, for its condition fails on an item that is gone again before anybody looks at it. This is for
    /// writes with a condition.
    FailsCondition,
    /// The call finds nothing, as if the items were written just after it. This is for batched reads.
    OverlooksItems,
    /// The call reads nothing, and names every key as one that was left. This is for batched reads.
    LeavesUnread,
    /// The process dies just before the call.
    Dies,
    /// The call takes effect, and the process dies before the answer.
    DiesAfter,
}
