//! The list of the newest mails, and the changes in it since a page last asked.

use std::collections::VecDeque;

use jiff::Timestamp;
use serde::Serialize;

use super::summary::MailSummary;

/// The list has so many mails at most.
pub(super) const MAX_LISTED: usize = 500;

/// The newest mails of an inbox, within a bound.
#[derive(Debug)]
pub(super) struct MailList {
    /// Marks the cursors of this run of the stack.
    run: i64,
    /// Oldest first.
    summaries: VecDeque<MailSummary>,
    /// The number of mails that this run has listed, with those that have left the list.
    listed: usize,
    /// The number of older mails, which this run never listed.
    before: usize,
}

/// The changes in a list since a cursor.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct ListChanges {
    /// The cursor for the next request.
    pub(super) cursor: String,
    /// The number of all mails, listed or not.
    pub(super) total: usize,
    /// True if `mails` is the whole list, false if the mails come on top of the list that the page has.
    pub(super) whole: bool,
    /// Newest first.
    pub(super) mails: Vec<MailSummary>,
}

impl MailList {
    /// A list of these mails, oldest first, of `total` mails in all.
    pub(super) fn new(newest: Vec<MailSummary>, total: usize) -> Self {
        let before = total.saturating_sub(newest.len());
        Self { run: now(), listed: newest.len(), before, summaries: newest.into() }
    }

    /// Adds a mail, and drops the oldest where there are too many.
    pub(super) fn push(&mut self, summary: MailSummary) {
        self.listed += 1;
        self.summaries.push_back(summary);
        if self.summaries.len() > MAX_LISTED {
            self.summaries.pop_front();
        }
    }

    /// The mails that came after a cursor; the whole list without a cursor, or with one of another run.
    pub(super) fn changes_since(&self, cursor: Option<&str>) -> ListChanges {
        let count_after = self.count_after(cursor);
        let count = count_after.unwrap_or(self.summaries.len());
        ListChanges {
            cursor: format!("{}.{}", self.run, self.listed),
            total: self.before + self.listed,
            whole: count_after.is_none(),
            mails: self.summaries.iter().rev().take(count).cloned().collect(),
        }
    }

    /// The number of mails that came after the cursor, if the list that the page has still begins behind them.
    fn count_after(&self, cursor: Option<&str>) -> Option<usize> {
        let (run, listed) = cursor?.split_once('.')?;
        let count = self.listed.checked_sub(listed.parse().ok()?)?;
        (run == self.run.to_string() && count < MAX_LISTED).then_some(count)
    }
}

#[expect(clippy::disallowed_methods, reason = "only tells two runs of the local stack apart")]
fn now() -> i64 {
    Timestamp::now().as_microsecond()
}

#[cfg(test)]
mod tests {
    use posthorn_testkit::ses::Mail;

    use super::*;

    fn summary(n: usize) -> MailSummary {
        MailSummary::of(&Mail { message_id: n.to_string(), ..Mail::default() })
    }

    fn list(range: std::ops::Range<usize>) -> MailList {
        let mut list = MailList::new(Vec::new(), 0);
        range.for_each(|n| list.push(summary(n)));
        list
    }

    #[test]
    fn the_changes_are_the_mails_after_the_cursor() {
        let mut list = list(0..3);
        let first = list.changes_since(None);
        assert_eq!((first.whole, first.mails.len(), first.total), (true, 3, 3));
        assert_eq!(first.mails[0], summary(2));
        list.push(summary(3));
        let second = list.changes_since(Some(&first.cursor));
        assert_eq!((second.whole, second.mails), (false, vec![summary(3)]));
        assert!(list.changes_since(Some(&second.cursor)).mails.is_empty());
    }

    #[test]
    fn a_cursor_that_is_none_or_of_another_run_gets_the_whole_list() {
        let list = list(0..3);
        for cursor in ["1.2", "", "x", "1.", &format!("{}.9", list.run)] {
            let changes = list.changes_since(Some(cursor));
            assert_eq!((changes.whole, changes.mails.len()), (true, 3), "{cursor}");
        }
    }

    #[test]
    fn the_list_is_bounded_and_counts_all_mails() {
        let mut list = list(0..2_000);
        let changes = list.changes_since(None);
        assert_eq!((changes.mails.len(), changes.total), (MAX_LISTED, 2_000));
        (0..700).for_each(|n| list.push(summary(n)));
        assert!(list.changes_since(Some(&changes.cursor)).whole);
    }
}
