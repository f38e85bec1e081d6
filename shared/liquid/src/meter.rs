//! The budget of a rendering: work, counted in units of about a nanosecond, and bytes of output.

use std::cell::Cell;

use crate::mail_part::MailPart;

/// Units of work per rendering: 8 million keep the worst template under 400 million instructions, which is some 100 ms
/// (`posthorn-benches gate`).
pub const MAX_FUEL: u64 = 8_000_000;
/// Units for one node, one lookup or one iteration.
const STEP: u64 = 40;
/// The steps that a rendering may take if it does nothing else.
pub(crate) const MAX_STEPS: u64 = MAX_FUEL / STEP;
/// Bytes a rendering may produce, captures included: what holds them may be there twice while it grows, which is most of the
/// 10 MB that a rendering may take.
pub(crate) const MAX_OUTPUT: usize = 4 * 1024 * 1024;
/// Bytes always left for values beside the template's own text.
const MAX_VALUES: usize = 1024 * 1024;
/// The same two for a subject, which is one line.
const MAX_SUBJECT: usize = 8 * 1024;
const MAX_SUBJECT_VALUES: usize = 4 * 1024;

/// The share of the work that a quick rendering may take: a few milliseconds, and with a fraction of a processor a few dozen.
const QUICK_SHARE: u64 = 40;
/// Bytes of values that a quick rendering may write.
const MAX_QUICK_VALUES: usize = 64 * 1024;

/// The limit that stopped a rendering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    /// Too many steps, or too many bytes read and made by filters.
    Work,
    /// Too many bytes written.
    Output,
}

/// The bytes that a template of `source` bytes may write: its own text always fits.
pub(crate) fn max_output(source: usize, part: MailPart) -> usize {
    let (output, values) =
        if part == MailPart::Subject { (MAX_SUBJECT, MAX_SUBJECT_VALUES) } else { (MAX_OUTPUT, MAX_VALUES) };
    output.max(source.saturating_add(values))
}

/// The budget of one rendering. Once spent it stays spent.
pub(crate) struct Meter {
    fuel: Cell<u64>,
    room: Cell<usize>,
}

impl Meter {
    /// A full budget for a template of `source` bytes.
    pub(crate) fn new(source: usize, part: MailPart) -> Meter {
        Meter { fuel: Cell::new(MAX_FUEL), room: Cell::new(max_output(source, part)) }
    }

    /// The budget of a rendering that is to be over soon.
    pub(crate) fn quick(source: usize, part: MailPart) -> Meter {
        let room = max_output(source, part).min(source.saturating_add(MAX_QUICK_VALUES));
        Meter { fuel: Cell::new(MAX_FUEL / QUICK_SHARE), room: Cell::new(room) }
    }

    /// The work that was spent.
    pub(crate) fn spent(&self) -> u64 {
        MAX_FUEL - self.fuel.get()
    }

    /// Takes `units` of work.
    pub(crate) fn spend(&self, units: u64) -> Result<(), Limit> {
        let left = self.fuel.get().checked_sub(units);
        self.fuel.set(left.unwrap_or(0));
        left.map(drop).ok_or(Limit::Work)
    }

    /// Takes the work of handling `bytes` bytes.
    pub(crate) fn spend_bytes(&self, bytes: usize) -> Result<(), Limit> {
        self.spend(u64::try_from(bytes).unwrap_or(u64::MAX))
    }

    /// Takes the work of one step.
    pub(crate) fn step(&self) -> Result<(), Limit> {
        self.spend(STEP)
    }

    /// Appends `text` to `out` if there is room for it.
    pub(crate) fn write(&self, out: &mut String, text: &str) -> Result<(), Limit> {
        let left = self.room.get().checked_sub(text.len()).ok_or(Limit::Output)?;
        self.room.set(left);
        self.push(out, text, 0);
        Ok(())
    }

    /// Appends `text`, whatever room there is; `more` bytes beside what there is room for may follow. A string that grows
    /// doubles, but not beyond what may come.
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
        assert_eq!(meter.spend(2), Err(Limit::Work));
        assert_eq!(meter.step(), Err(Limit::Work));
    }

    #[test]
    fn the_text_of_a_template_of_any_size_fits() {
        let source = "x".repeat(2 * MAX_OUTPUT);
        let mut out = String::new();
        let meter = Meter::new(source.len(), MailPart::Html);
        assert_eq!(meter.write(&mut out, &source), Ok(()));
        assert_eq!(meter.write(&mut out, &source), Err(Limit::Output));
        assert_eq!(out.len(), source.len(), "a refused write leaves nothing behind");
    }
}
