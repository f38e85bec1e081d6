//! The mails that the endpoint accepted.

use std::collections::VecDeque;
use std::sync::Arc;

use super::mail::Mail;

/// The most mails kept where a sink takes them.
const MAX_COUNT: usize = 1_000;
/// The most bytes of bodies and attachments kept where a sink takes them.
const MAX_SIZE: usize = 16 * 1024 * 1024;

/// Accepted mails, oldest first.
#[derive(Debug, Default)]
pub(super) struct AcceptedMails {
    mails: VecDeque<Arc<Mail>>,
    size: usize,
    count: usize,
}

impl AcceptedMails {
    /// Keeps one more. `is_bounded` drops the oldest ones beyond the limits, and never the newest.
    pub(super) fn push(&mut self, mail: Arc<Mail>, is_bounded: bool) {
        self.size += mail.size();
        self.count += 1;
        self.mails.push_back(mail);
        while is_bounded && self.mails.len() > 1 && (self.mails.len() > MAX_COUNT || self.size > MAX_SIZE) {
            self.size -= self.mails.pop_front().map_or(0, |dropped| dropped.size());
        }
    }

    /// The number of mails so far, those that were dropped included.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// The mails that are kept, oldest first.
    pub(super) fn all(&self) -> Vec<Arc<Mail>> {
        self.mails.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(id: usize, bytes: usize) -> Arc<Mail> {
        Arc::new(Mail { message_id: id.to_string(), text: Some("x".repeat(bytes)), ..Mail::default() })
    }

    #[test]
    fn with_a_sink_only_the_newest_thousand_are_kept() {
        let mut accepted = AcceptedMails::default();
        (0..1_500).for_each(|id| accepted.push(mail(id, 10), true));
        assert_eq!(accepted.all().len(), MAX_COUNT);
        assert_eq!(accepted.all()[0].message_id, "500");
        assert_eq!(accepted.size, MAX_COUNT * 10);
    }

    #[test]
    fn with_a_sink_large_mails_are_dropped_by_their_bytes() {
        let mut accepted = AcceptedMails::default();
        (0..5).for_each(|id| accepted.push(mail(id, 6 * 1024 * 1024), true));
        assert_eq!(accepted.all().len(), 2);
        accepted.push(mail(5, 2 * MAX_SIZE), true);
        assert_eq!(accepted.all().len(), 1);
    }

    #[test]
    fn without_a_sink_every_mail_is_kept() {
        let mut accepted = AcceptedMails::default();
        (0..1_500).for_each(|id| accepted.push(mail(id, 10), false));
        assert_eq!(accepted.all().len(), 1_500);
    }
}
