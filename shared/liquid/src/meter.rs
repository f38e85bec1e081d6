//! The budget of a rendering: work, in units of about a nanosecond, and bytes of output.

use std::cell::Cell;

use crate::mail_part::MailPart;

/// The units of work that a rendering may spend. 8 million keep the worst template below 400 million instructions, which take about
/// 100 ms (`posthorn-benches gate`).
pub const MAX_FUEL: u64 = 8_000_000;
/// The units of one node, one lookup or one iteration.
const STEP_COST: u64 = 40;
/// The number of steps that a rendering may take if it does nothing else.
pub(crate) const MAX_STEPS: u64 = MAX_FUEL / STEP_COST;
/// The largest output of a rendering in bytes, captures included. A string may be in memory twice while it grows, so the output
/// takes most of the 10 MB that a rendering may occupy.
pub(crate) const MAX_OUTPUT: usize = 4 * 1024 * 1024;
/// The bytes that are always left for values, whatever the size of the template's own text.
const MAX_VALUES: usize = 1024 * 1024;
/// The largest output of a subject in bytes, for it is one line.
const MAX_SUBJECT: usize = 8 * 1024;
/// The bytes that are always left for values in a subject.
const MAX_SUBJECT_VALUES: usize = 4 * 1024;

/// The part of [`MAX_FUEL`] that a quick rendering may spend is one in so many. It takes a few milliseconds, or a few dozen on a
/// fraction of a processor.
const QUICK_SHARE: u64 = 40;
/// The bytes of values that a quick rendering may write.
const MAX_QUICK_VALUES: usize = 64 * 1024;

/// The limit that stopped a rendering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LimitExceeded {
    /// The rendering spent all its work: on steps, or on bytes that filters read and made.
    Work,
    /// The rendering wrote too many bytes.
    Output,
}

/// The bytes that a template of `source_len` bytes may write. The template's own text always fits.
pub(crate) fn max_output(source_len: usize, part: MailPart) -> usize {
    let (output, values) =
        if part == MailPart::Subject { (MAX_SUBJECT, MAX_SUBJECT_VALUES) } else { (MAX_OUTPUT, MAX_VALUES) };
    output.max(source_len.saturating_add(values))
}

/// The budget of one rendering. A budget that is spent stays spent.
pub(crate) struct Meter {
    fuel: Cell<u64>,
    room: Cell<usize>,
}

impl Meter {
    /// The whole budget for a template of `source_len` bytes.
    pub(crate) fn new(source_len: usize, part: MailPart) -> Meter {
        Meter { fuel: Cell::new(MAX_FUEL), room: Cell::new(max_output(source_len, part)) }
    }

    /// The budget of a quick rendering, which stops early.
    pub(crate) fn quick(source_len: usize, part: MailPart) -> Meter {
        let room = max_output(source_len, part).min(source_len.saturating_add(MAX_QUICK_VALUES));
        Meter { fuel: Cell::new(MAX_FUEL / QUICK_SHARE), room: Cell::new(room) }
    }

    /// The units of work that were spent.
    pub(crate) fn spent(&self) -> u64 {
        MAX_FUEL - self.fuel.get()
    }

    /// Spends `units` of work.
    pub(crate) fn spend(&self, units: u64) -> Result<(), LimitExceeded> {
        let left = self.fuel.get().checked_sub(units);
        self.fuel.set(left.unwrap_or(0));
        left.map(drop).ok_or(LimitExceeded::Work)
    }

    /// Spends the work of handling `bytes` bytes.
    pub(crate) fn spend_bytes(&self, bytes: usize) -> Result<(), LimitExceeded> {
        self.spend(u64::try_from(bytes).unwrap_or(u64::MAX))
    }

    /// Spends the work of one step.
    pub(crate) fn step(&self) -> Result<(), LimitExceeded> {
        self.spend(STEP_COST)
    }

    /// Appends `text` to `out` if there is room for it.
    pub(crate) fn write(&self, out: &mut String, text: &str) -> Result<(), LimitExceeded> {
        let left = self.room.get().checked_sub(text.len()).ok_or(LimitExceeded::Output)?;
        self.room.set(left);
        self.push(out, text, 0);
        Ok(())
    }

    /// Appends `text`, even beyond the room that is left. Up to `more` bytes beside that room may follow it. A string that grows
    /// doubles its size, but not beyond what may follow.
    pub(crate) fn push(&self, out: &mut String, text: &str, more: usize) {
        if out.capacity() - out.len() < text.len() {
            out.reserve_exact(text.len() + out.len().min(self.room.get() + more));
        }
        out.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spent_budget_stays_spent() {
        let meter = Meter::new(0, MailPart::Html);
        assert_eq!(meter.spend(MAX_FUEL - 1), Ok(()));
        assert_eq!(meter.spend(2), Err(LimitExceeded::Work));
        assert_eq!(meter.step(), Err(LimitExceeded::Work));
    }

    #[test]
    fn the_text_of_a_template_of_any_size_fits() {
        let source = "x".repeat(2 * MAX_OUTPUT);
        let mut out = String::new();
        let meter = Meter::new(source.len(), MailPart::Html);
        assert_eq!(meter.write(&mut out, &source), Ok(()));
        assert_eq!(meter.write(&mut out, &source), Err(LimitExceeded::Output));
        assert_eq!(out.len(), source.len(), "a refused write leaves nothing behind");
    }
}
