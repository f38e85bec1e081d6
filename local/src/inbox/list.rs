//! The newest mails, and what is new since a page last asked.

use std::collections::VecDeque;

use jiff::Timestamp;
use serde::Serialize;

use super::summary::Summary;

/// How many mails are listed at most.
pub(super) const LISTED: usize = 500;

/// The newest mails of a mailbox, bounded.
#[derive(Debug)]
pub(super) struct List {
    /// Tells this run's cursors from an earlier one's.
    run: i64,
    /// Oldest first.
    summaries: VecDeque<Summary>,
    /// How many mails this run has listed, those that have left the list included.
    listed: usize,
    /// How many mails there were before.
    before: usize,
}

/// What is new.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct News {
    /// What to ask with next time.
    pub(super) cursor: String,
    /// How many mails there are or were, listed or not.
    pub(super) total: usize,
    /// Whether `mails` is the whole list rather than what comes on top of it.
    pub(super) whole: bool,
    /// Newest first.
    pub(super) mails: Vec<Summary>,
}

impl List {
    /// A list of these, oldest first, of `total` in all.
    pub(super) fn new(newest: Vec<Summary>, total: usize) -> Self {
        let before = total.saturating_sub(newest.len());
        Self { run: now(), listed: newest.len(), before, summaries: newest.into() }
    }

    /// Lists one more; the oldest goes where there are too many.
    pub(super) fn push(&mut self, summary: Summary) {
        self.listed += 1;
        self.summaries.push_back(summary);
        if self.summaries.len() > LISTED {
            self.summaries.pop_front();
        }
    }

    /// What is new since a cursor; everything where there is none or it is of another run.
    pub(super) fn since(&self, cursor: Option<&str>) -> News {
        let fresh = self.fresh(cursor);
        let count = fresh.unwrap_or(self.summaries.len());
        News {
            cursor: format!("{}.{}", self.run, self.listed),
            total: self.before + self.listed,
            whole: fresh.is_none(),
            mails: self.summaries.iter().rev().take(count).cloned().collect(),
        }
    }

    /// How many of the list came after the cursor, if those before them are still what the page has.
    fn fresh(&self, cursor: Option<&str>) -> Option<usize> {
        let (run, seen) = cursor?.split_once('.')?;
        let fresh = self.listed.checked_sub(seen.parse().ok()?)?;
        (run == self.run.to_string() && fresh < LISTED).then_some(fresh)
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

    fn summary(n: usize) -> Summary {
        Summary::of(&Mail { message_id: n.to_string(), ..Mail::default() })
    }

    fn list(range: std::ops::Range<usize>) -> List {
        let mut list = List::new(Vec::new(), 0);
        range.for_each(|n| list.push(summary(n)));
        list
    }

    #[test]
    fn only_what_came_after_the_cursor_is_new() {
        let mut list = list(0..3);
        let first = list.since(None);
        assert_eq!((first.whole, first.mails.len(), first.total), (true, 3, 3));
        assert_eq!(first.mails[0], summary(2));
        list.push(summary(3));
        let second = list.since(Some(&first.cursor));
        assert_eq!((second.whole, second.mails), (false, vec![summary(3)]));
        assert!(list.since(Some(&second.cursor)).mails.is_empty());
    }

    #[test]
    fn a_cursor_of_another_run_or_of_nonsense_gets_the_whole_list() {
        let list = list(0..3);
        for cursor in ["1.2", "", "x", "1.", &format!("{}.9", list.run)] {
            let news = list.since(Some(cursor));
            assert_eq!((news.whole, news.mails.len()), (true, 3), "{cursor}");
        }
    }

    #[test]
    fn the_list_is_bounded_and_counts_on() {
        let mut list = list(0..2_000);
        let news = list.since(None);
        assert_eq!((news.mails.len(), news.total), (LISTED, 2_000));
        (0..700).for_each(|n| list.push(summary(n)));
        assert!(list.since(Some(&news.cursor)).whole);
    }
}
