//! The inside of a tag or output with its place in the source, while it is read.

use crate::cursor::Cursor;
use crate::error::ParseError;
use crate::expression::{self, Blanks, Expression, ExpressionError};
use crate::foreign_syntax::{self, MarkupPlace};
use crate::mail_part::MailPart;
use crate::mistake::{Mistake, Mistakes};

/// The inside of a tag or output, and the mistakes found in it.
pub(crate) struct Markup<'m> {
    /// The whole inside with its character references resolved.
    whole: &'m str,
    /// The offset of the inside in the source.
    start: usize,
    /// True if the inside has its length of the source, so that offsets in it are offsets in the source.
    is_literal: bool,
    pub(crate) part: MailPart,
    /// The part of the inside that is being read, for the hints of a mistake.
    pub(crate) place: MarkupPlace,
    mistakes: &'m mut Mistakes,
}

impl<'m> Markup<'m> {
    pub(crate) fn new(
        whole: &'m str,
        start: usize,
        is_literal: bool,
        part: MailPart,
        mistakes: &'m mut Mistakes,
    ) -> Markup<'m> {
        Markup { whole, start, is_literal, part, place: MarkupPlace::Other, mistakes }
    }

    /// The offset in the source of `place`, which is a part of the inside.
    pub(crate) fn offset(&self, place: &str) -> usize {
        let within = place.as_ptr().addr().saturating_sub(self.whole.as_ptr().addr());
        if self.is_literal && within <= self.whole.len() { self.start + within } else { self.start }
    }

    /// The error at `place`, a part of the inside.
    pub(crate) fn error(&self, place: &str, message: impl Into<String>) -> ParseError {
        ParseError::syntax(self.offset(place), message)
    }

    /// Reports a mistake at `place` that a mail tolerates.
    pub(crate) fn report(&mut self, place: &str, mistake: Mistake) {
        self.report_with(place, || mistake);
    }

    /// Reports a mistake at `place` that a mail tolerates. `mistake` is called only if the mistake is kept, for there may be too
    /// many already.
    pub(crate) fn report_with(&mut self, place: &str, mistake: impl FnOnce() -> Mistake) {
        let offset = self.offset(place);
        self.mistakes.add(offset, mistake);
    }

    /// Reads the expression that comes next. A name with blanks is reported to the author.
    pub(crate) fn expression(&mut self, cursor: &mut Cursor) -> Result<Expression, ParseError> {
        let start = cursor.rest();
        let (expression, has_blanks) = self.read(cursor, Blanks::Reported)?;
        if has_blanks {
            self.report(start, Mistake::Other(foreign_syntax::name_with_blanks(&between(start, cursor))));
        }
        Ok(expression)
    }

    /// Reads the expression that comes next, whose names may have blanks. A name that looks like a tag is reported to the author.
    pub(crate) fn expression_with_blanks(&mut self, cursor: &mut Cursor) -> Result<Expression, ParseError> {
        let start = cursor.rest();
        let (expression, has_blanks) = self.read(cursor, Blanks::Allowed)?;
        // Of the tags, only `else`, `endif` and other ends of blocks are single words.
        if (has_blanks || start.starts_with('e'))
            && let Some(message) = foreign_syntax::name_in_output(&between(start, cursor))
        {
            self.report(start, Mistake::Other(message));
        }
        Ok(expression)
    }

    fn read(&self, cursor: &mut Cursor, blanks: Blanks) -> Result<(Expression, bool), ParseError> {
        let start = cursor.rest();
        let (mut expression, has_blanks) = self.read_unplaced(cursor, blanks)?;
        if let Expression::Path(path) = &mut expression {
            path.offset = self.offset(start);
        }
        Ok((expression, has_blanks))
    }

    fn read_unplaced(&self, cursor: &mut Cursor, blanks: Blanks) -> Result<(Expression, bool), ParseError> {
        let start = cursor.rest();
        expression::read(cursor, blanks).map_err(|error| {
            let message = match error {
                ExpressionError::Limit(limit) => return ParseError::limit(self.offset(start), limit),
                ExpressionError::NoValue if cursor.is_at_end() => "A value is missing here.".to_owned(),
                ExpressionError::NoValue => self.no_value(cursor),
                ExpressionError::NoName => "A name must follow the dot.".to_owned(),
                ExpressionError::OpenBracket => "The bracket [ is never closed: write ] behind it.".to_owned(),
                ExpressionError::NoRange => foreign_syntax::hint_on_parentheses(self.place).to_owned(),
            };
            self.error(cursor.rest(), message)
        })
    }

    fn no_value(&self, cursor: &Cursor) -> String {
        match foreign_syntax::hint_instead_of_value(self.place, cursor.rest()) {
            Some(hint) => format!("`{}` is no value here. {hint}", cursor.shown()),
            None => format!("A value must stand here, but there is `{}`.", cursor.shown()),
        }
    }

    /// Checks that nothing follows the cursor.
    pub(crate) fn end(&self, cursor: &Cursor) -> Result<(), ParseError> {
        if cursor.is_at_end() {
            return Ok(());
        }
        let message = format!("`{}` cannot stand here.", cursor.shown());
        let hint = foreign_syntax::hint_behind_value(self.place, cursor.rest());
        Err(self.error(cursor.rest(), hint.map_or_else(|| message.clone(), |hint| format!("{message} {hint}"))))
    }
}

/// The words from `start` up to the cursor, joined by single blanks.
fn between(start: &str, cursor: &Cursor) -> String {
    let text = start.strip_suffix(cursor.rest()).unwrap_or(start);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
