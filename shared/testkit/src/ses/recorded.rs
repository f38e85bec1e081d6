//! The mails that the endpoint remembers.

use std::collections::VecDeque;
use std::sync::Arc;

use super::mail::Mail;

/// The most mails kept where a sink takes them.
const COUNT_MAX: usize = 1_000;
/// The most bytes of bodies and attachments kept where a sink takes them.
const WEIGHT_MAX: usize = 16 * 1024 * 1024;

/// Accepted mails, oldest first.
#[derive(Debug, Default)]
pub(super) struct Recorded {
    mails: VecDeque<Arc<Mail>>,
    weight: usize,
    count: usize,
}

impl Recorded {
    /// Keeps one more; `bounded` lets the oldest go, the newest always stays.
    pub(super) fn push(&mut self, mail: Arc<Mail>, bounded: bool) {
        self.weight += mail.weight();
        self.count += 1;
        self.mails.push_back(mail);
        while bounded && self.mails.len() > 1 && (self.mails.len() > COUNT_MAX || self.weight > WEIGHT_MAX) {
            self.weight -= self.mails.pop_front().map_or(0, |gone| gone.weight());
        }
    }

    /// How many there were, those let go included.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// All of them, oldest first.
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
    fn beside_a_sink_only_the_newest_thousand_are_kept() {
        let mut recorded = Recorded::default();
        (0..1_500).for_each(|id| recorded.push(mail(id, 10), true));
        assert_eq!(recorded.all().len(), COUNT_MAX);
        assert_eq!(recorded.all()[0].message_id, "500");
        assert_eq!(recorded.weight, COUNT_MAX * 10);
    }

    #[test]
    fn beside_a_sink_large_mails_are_let_go_by_their_bytes() {
        let mut recorded = Recorded::default();
        (0..5).for_each(|id| recorded.push(mail(id, 6 * 1024 * 1024), true));
        assert_eq!(recorded.all().len(), 2);
        recorded.push(mail(5, 2 * WEIGHT_MAX), true);
        assert_eq!(recorded.all().len(), 1);
    }

    #[test]
    fn without_a_sink_every_mail_is_kept() {
        let mut recorded = Recorded::default();
        (0..1_500).for_each(|id| recorded.push(mail(id, 10), false));
        assert_eq!(recorded.all().len(), 1_500);
    }
}
