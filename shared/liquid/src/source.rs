//! The inside of a tag or output while it is read, and its place in the source.

use crate::cursor::Cursor;
use crate::error::Fault;
use crate::expression::{self, Blanks, Expression, NoExpression};
use crate::habits::{self, Place};
use crate::mail_part::MailPart;
use crate::mistake::{Mistake, Notices};

/// The inside of a tag or output.
pub(crate) struct Markup<'m> {
    /// The whole inside, its character references resolved.
    whole: &'m str,
    /// The offset in the source at which it begins.
    start: usize,
    /// True if it is as long as in the source, so that places in it are places there.
    is_literal: bool,
    pub(crate) part: MailPart,
    /// The place in it that is being read.
    pub(crate) place: Place,
    notices: &'m mut Notices,
}

impl<'m> Markup<'m> {
    pub(crate) fn new(
        whole: &'m str,
        start: usize,
        is_literal: bool,
        part: MailPart,
        notices: &'m mut Notices,
    ) -> Markup<'m> {
        Markup { whole, start, is_literal, part, place: Place::Other, notices }
    }

    /// The offset in the source at which `place`, a part of the inside, begins.
    pub(crate) fn offset(&self, place: &str) -> usize {
        let within = place.as_ptr().addr().saturating_sub(self.whole.as_ptr().addr());
        if self.is_literal && within <= self.whole.len() { self.start + within } else { self.start }
    }

    /// The mistake for which the source is no Liquid.
    pub(crate) fn fault(&self, place: &str, message: impl Into<String>) -> Fault {
        Fault::syntax(self.offset(place), message)
    }

    /// Notes a mistake that a mail tolerates.
    pub(crate) fn notice(&mut self, place: &str, mistake: Mistake) {
        self.notice_with(place, || mistake);
    }

    /// Notes a mistake that a mail tolerates and that costs something to make: there may be too many already.
    pub(crate) fn notice_with(&mut self, place: &str, mistake: impl FnOnce() -> Mistake) {
        let offset = self.offset(place);
        self.notices.add(offset, mistake);
    }

    /// Reads the expression that comes next. The author is told of a name with blanks.
    pub(crate) fn expression(&mut self, cursor: &mut Cursor) -> Result<Expression, Fault> {
        let start = cursor.rest();
        let (expression, has_blanks) = self.read(cursor, Blanks::Told)?;
        if has_blanks {
            self.notice(start, Mistake::Other(habits::name_with_blanks(&between(start, cursor))));
        }
        Ok(expression)
    }

    /// Reads the expression that comes next, whose names may have blanks. The author is told of one that looks like a tag.
    pub(crate) fn expression_with_blanks(&mut self, cursor: &mut Cursor) -> Result<Expression, Fault> {
        let start = cursor.rest();
        let (expression, has_blanks) = self.read(cursor, Blanks::Free)?;
        // Only `else`, `endif` and their like are tags of one word.
        if (has_blanks || start.starts_with('e'))
            && let Some(message) = habits::name_in_output(&between(start, cursor))
        {
            self.notice(start, Mistake::Other(message));
        }
        Ok(expression)
    }

    fn read(&self, cursor: &mut Cursor, blanks: Blanks) -> Result<(Expression, bool), Fault> {
        let start = cursor.rest();
        let (mut expression, has_blanks) = self.read_unplaced(cursor, blanks)?;
        if let Expression::Path(path) = &mut expression {
            path.offset = self.offset(start);
        }
        Ok((expression, has_blanks))
    }

    fn read_unplaced(&self, cursor: &mut Cursor, blanks: Blanks) -> Result<(Expression, bool), Fault> {
        let start = cursor.rest();
        expression::read(cursor, blanks).map_err(|error| {
            let message = match error {
                NoExpression::Limit(limit) => return Fault::limit(self.offset(start), limit),
                NoExpression::Value if cursor.is_at_end() => "A value is missing here.".to_owned(),
                NoExpression::Value => self.no_value(cursor),
                NoExpression::Step => "A name must follow the dot.".to_owned(),
                NoExpression::Bracket => "The bracket [ is never closed: write ] behind it.".to_owned(),
                NoExpression::Range => habits::instead_of_parentheses(self.place).to_owned(),
            };
            self.fault(cursor.rest(), message)
        })
    }

    fn no_value(&self, cursor: &Cursor) -> String {
        match habits::instead_of_value(self.place, cursor.rest()) {
            Some(hint) => format!("`{}` is no value here. {hint}", cursor.shown()),
            None => format!("A value must stand here, but there is `{}`.", cursor.shown()),
        }
    }

    /// Checks that nothing follows.
    pub(crate) fn end(&self, cursor: &Cursor) -> Result<(), Fault> {
        if cursor.is_at_end() {
            return Ok(());
        }
        let message = format!("`{}` cannot stand here.", cursor.shown());
        let hint = habits::behind_value(self.place, cursor.rest());
        Err(self.fault(cursor.rest(), hint.map_or_else(|| message.clone(), |hint| format!("{message} {hint}"))))
    }
}

/// The text from `start` to the cursor, with one blank for each run of white space.
fn between(start: &str, cursor: &Cursor) -> String {
    let text = start.strip_suffix(cursor.rest()).unwrap_or(start);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
