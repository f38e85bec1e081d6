//! Values as a template writes them: literals, paths and ranges.

use std::sync::Arc;

use crate::cursor::Cursor;
use crate::error::SourceLimit;
use crate::value::Value;

/// The depth to which `a[b[c]]` and `((1..2)..3)` may nest: reading and evaluating them recurse.
const MAX_BRACKETS: usize = 8;
/// The largest length of a name in bytes. The keys of a contact's data have at most 128 characters.
const MAX_NAME: usize = 512;
pub(crate) const NAME: SourceLimit = SourceLimit { max: MAX_NAME, of: "bytes in a name" };
const BRACKETS: SourceLimit = SourceLimit { max: MAX_BRACKETS, of: "brackets inside each other" };

/// A value that a template names or writes out.
#[derive(Debug, Clone)]
pub(crate) enum Expression {
    Literal(Value),
    Path(Path),
    /// The two ends of `(1..5)`.
    Range(Box<(Expression, Expression)>),
}

/// A path such as `name.step[index]`.
#[derive(Debug, Clone)]
pub(crate) struct Path {
    /// The offset of the path in the source.
    pub(crate) offset: usize,
    pub(crate) root: Step,
    pub(crate) steps: Vec<Step>,
}

/// A step of a path.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// A step by name: `.name`, `['name']` or `.0`.
    Name(Arc<str>),
    /// A step by a computed value: `[expression]`.
    Computed(Box<Expression>),
}

/// The reason for which a text is no expression.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ExpressionError {
    /// There is no value at the cursor.
    NoValue,
    /// There is no name behind a dot.
    NoName,
    /// A bracket is not closed.
    OpenBracket,
    /// Parentheses hold no range.
    NoRange,
    Limit(SourceLimit),
}

/// The keywords that end a name with blanks in a tag.
const KEYWORDS: [&str; 8] = ["and", "or", "contains", "in", "reversed", "limit", "offset", "cols"];

/// Tells whether the names in an expression may have blanks (`first name`), as in Plunk's first templates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blanks {
    /// The expression stands in an output: the author is not told of such names.
    Allowed,
    /// The expression stands in a tag: a mail tolerates such names, but the author is told, since no other Liquid has them.
    Reported,
}

/// Reads the expression that comes next. The second value is true if the expression has a name with blanks. After an error the
/// cursor is at the mistake.
pub(crate) fn read(cursor: &mut Cursor, blanks: Blanks) -> Result<(Expression, bool), ExpressionError> {
    let mut reader = Reader { depth: 0, blanks, has_blanks: false };
    let expression = reader.expression(cursor)?;
    Ok((expression, reader.has_blanks))
}

struct Reader {
    depth: usize,
    blanks: Blanks,
    has_blanks: bool,
}

impl Reader {
    fn expression(&mut self, cursor: &mut Cursor) -> Result<Expression, ExpressionError> {
        if cursor.starts_with("[") {
            let root = self.bracket(cursor)?;
            return self.path(root, cursor);
        }
        if let Some(name) = cursor.name() {
            let name = self.with_blanks(name, cursor)?;
            let is_word = !cursor.starts_with(".") && !cursor.starts_with("[");
            return match literal(&name).filter(|_| is_word) {
                Some(value) => Ok(Expression::Literal(value)),
                None => self.path(Step::Name(name), cursor),
            };
        }
        if let Some(text) = cursor.string() {
            return Ok(Expression::Literal(Value::text(text)));
        }
        if cursor.starts_with("(") {
            return self.deeper(cursor, Reader::range);
        }
        let number = cursor.number().ok_or(ExpressionError::NoValue)?;
        Ok(Expression::Literal(number_of(number)))
    }

    fn deeper<T>(
        &mut self,
        cursor: &mut Cursor,
        read: impl FnOnce(&mut Reader, &mut Cursor) -> Result<T, ExpressionError>,
    ) -> Result<T, ExpressionError> {
        if self.depth == MAX_BRACKETS {
            return Err(ExpressionError::Limit(BRACKETS));
        }
        let mut inner = Reader { depth: self.depth + 1, blanks: Blanks::Reported, has_blanks: false };
        let read = read(&mut inner, cursor);
        self.has_blanks |= inner.has_blanks;
        read
    }

    /// The name together with the words behind it, joined by single blanks.
    fn with_blanks(&mut self, name: &str, cursor: &mut Cursor) -> Result<Arc<str>, ExpressionError> {
        let Some(second) = self.next_word(cursor) else { return checked(name) };
        self.has_blanks = true;
        let mut words = vec![name, second];
        while let Some(word) = self.next_word(cursor) {
            words.push(word);
        }
        checked(&words.join(" "))
    }

    fn next_word<'t>(&self, cursor: &mut Cursor<'t>) -> Option<&'t str> {
        let mut ahead = *cursor;
        let word = ahead.step().filter(|word| self.blanks == Blanks::Allowed || !KEYWORDS.contains(word))?;
        *cursor = ahead;
        Some(word)
    }

    fn path(&mut self, root: Step, cursor: &mut Cursor) -> Result<Expression, ExpressionError> {
        let mut steps = Vec::new();
        loop {
            if cursor.starts_with("[") {
                steps.push(self.bracket(cursor)?);
            } else if cursor.starts_with(".") && !cursor.starts_with("..") {
                cursor.eat(".");
                let name = cursor.step().ok_or(ExpressionError::NoName)?;
                steps.push(Step::Name(self.with_blanks(name, cursor)?));
            } else {
                return Ok(Expression::Path(Path { offset: 0, root, steps }));
            }
        }
    }

    fn bracket(&mut self, cursor: &mut Cursor) -> Result<Step, ExpressionError> {
        cursor.eat("[");
        let inside = self.deeper(cursor, Reader::expression)?;
        if !cursor.eat("]") {
            return Err(ExpressionError::OpenBracket);
        }
        Ok(match inside {
            Expression::Literal(Value::Text(name)) if name.len() <= MAX_NAME => Step::Name(name),
            computed => Step::Computed(Box::new(computed)),
        })
    }

    fn range(&mut self, cursor: &mut Cursor) -> Result<Expression, ExpressionError> {
        cursor.eat("(");
        let from = self.expression(cursor)?;
        if !cursor.eat("..") {
            return Err(ExpressionError::NoRange);
        }
        let to = self.expression(cursor)?;
        if cursor.eat(")") { Ok(Expression::Range(Box::new((from, to)))) } else { Err(ExpressionError::NoRange) }
    }
}

/// The name, or an error if it is longer than [`MAX_NAME`].
fn checked(name: &str) -> Result<Arc<str>, ExpressionError> {
    if name.len() > MAX_NAME { Err(ExpressionError::Limit(NAME)) } else { Ok(Arc::from(name)) }
}

/// The value of a keyword, `None` if the word is a name.
fn literal(word: &str) -> Option<Value> {
    Some(match word {
        "nil" | "null" => Value::Nil,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "empty" => Value::Empty,
        "blank" => Value::Blank,
        _ => return None,
    })
}

/// The value of a number. A number that neither an `i64` nor an `f64` holds becomes a text, which is printed unchanged.
fn number_of(text: &str) -> Value {
    if let Ok(number) = text.parse() {
        return Value::Integer(number);
    }
    let float = text.parse().ok().filter(|float: &f64| text.contains('.') && float.is_finite());
    float.map_or_else(|| Value::text(text), Value::Float)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expression in a notation that has one way to write each expression.
    fn show(expression: &Expression) -> String {
        match expression {
            Expression::Literal(value) => format!("{value:?}"),
            Expression::Range(ends) => format!("({}..{})", show(&ends.0), show(&ends.1)),
            Expression::Path(path) => {
                let step = |step: &Step| match step {
                    Step::Name(name) => format!("<{name}>"),
                    Step::Computed(inside) => format!("[{}]", show(inside)),
                };
                [&path.root].into_iter().chain(&path.steps).map(step).collect()
            }
        }
    }

    fn check(text: &str, expected: &str) {
        let mut cursor = Cursor::new(text);
        let shown = match read(&mut cursor, Blanks::Allowed) {
            Ok((expression, _)) if cursor.is_at_end() => show(&expression),
            Ok(_) => format!("left: {}", cursor.rest()),
            Err(error) => format!("{error:?}"),
        };
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn literals_are_values_and_names_that_begin_like_them_are_names() {
        check("nil", "Nil");
        check("true", "Bool(true)");
        check("empty", "Empty");
        check("empty_cart", "<empty_cart>");
        check("nullable.x", "<nullable><x>");
        check("true.x", "<true><x>");
        check("'a b'", "Text(\"a b\")");
        check("-1.5", "Float(-1.5)");
        check("12", "Integer(12)");
        check("9999999999999999999", "Text(\"9999999999999999999\")");
        let beyond = format!("{}.5", "9".repeat(400));
        check(&beyond, &format!("Text({beyond:?})"));
    }

    #[test]
    fn paths_take_names_numbers_and_expressions() {
        check("a.b[0]['c d'].e", "<a><b>[Integer(0)]<c d><e>");
        check("items.0.2fa", "<items><0><2fa>");
        check("a[b[c]]", "<a>[<b>[<c>]]");
        check("['a b'].c", "<a b><c>");
        check("[a]", "[<a>]");
        check("a. b [ 1 ]", "<a><b>[Integer(1)]");
        check("first name", "<first name>");
        check("user.address line 1", "<user><address line 1>");
        check("a[-1]", "<a>[Integer(-1)]");
    }

    #[test]
    fn ranges_take_expressions() {
        check("(1..5)", "(Integer(1)..Integer(5))");
        check("( a . b .. -2 )", "(<a><b>..Integer(-2))");
        check("(1.5..x)", "(Float(1.5)..<x>)");
    }

    #[test]
    fn a_text_that_is_no_expression_and_one_that_is_too_deep_have_different_errors() {
        for text in ["", "@a", "-a", "a..b", "a.", "a[", "a[1", "(1..", "(1)", "'a", ".a", "a.['b']"] {
            let read = read(&mut Cursor::new(text), Blanks::Reported);
            assert!(read.is_ok() == (text == "a..b") && !matches!(read, Err(ExpressionError::Limit(_))), "{text}");
        }
        check("a..b", "left: ..b");
        check("a[0]b", "left: b");
        let mut cursor = Cursor::new("first name or x");
        assert!(matches!(read(&mut cursor, Blanks::Reported), Ok((_, true))) && cursor.rest() == "or x");
        let nested = |depth: usize| format!("a{}1{}", "[a".repeat(depth - 1) + "[", "]".repeat(depth));
        assert!(read(&mut Cursor::new(&nested(8)), Blanks::Reported).is_ok());
        assert_eq!(read(&mut Cursor::new(&nested(9)), Blanks::Reported).err(), Some(ExpressionError::Limit(BRACKETS)));
    }
}
