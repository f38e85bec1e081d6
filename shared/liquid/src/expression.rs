//! Values as a template writes them: literals, paths and ranges.

use std::sync::Arc;

use crate::cursor::Cursor;
use crate::error::SourceLimit;
use crate::value::Value;

/// How deep `a[b[c]]` and `((1..2)..3)` may nest: reading and evaluating recurse there.
const MAX_BRACKETS: usize = 8;
/// Bytes of a name. The keys of data have at most 128 characters.
const MAX_NAME: usize = 512;
pub(crate) const NAME: SourceLimit = SourceLimit { max: MAX_NAME, of: "bytes in a name" };
const BRACKETS: SourceLimit = SourceLimit { max: MAX_BRACKETS, of: "brackets inside each other" };

/// A value that a template names or spells.
#[derive(Debug, Clone)]
pub(crate) enum Expression {
    Literal(Value),
    Path(Path),
    /// Both ends of `(1..5)`.
    Range(Box<(Expression, Expression)>),
}

/// `name.step[index]`.
#[derive(Debug, Clone)]
pub(crate) struct Path {
    /// Its offset in the source.
    pub(crate) offset: usize,
    pub(crate) root: Step,
    pub(crate) steps: Vec<Step>,
}

/// A step of a path.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// `.name`, also `['name']` and `.0`.
    Name(Arc<str>),
    /// `[expression]`.
    Computed(Box<Expression>),
}

/// The reason for which a text is no expression.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NoExpression {
    /// There is no value at the cursor.
    Value,
    /// There is no name behind a dot.
    Step,
    /// A bracket is not closed.
    Bracket,
    /// Parentheses hold no range.
    Range,
    Limit(SourceLimit),
}

/// Words that end a name with blanks where it is told.
const WORDS: [&str; 8] = ["and", "or", "contains", "in", "reversed", "limit", "offset", "cols"];

/// The places where names may have blanks in them (`first name`), as those of Plunk's first templates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blanks {
    /// In outputs.
    Free,
    /// Elsewhere they are read in a mail, but the author is told, since no other Liquid has them.
    Told,
}

/// Reads the expression that comes next, and tells whether it has a name with blanks. After an error the cursor is where the
/// mistake is.
pub(crate) fn read(cursor: &mut Cursor, blanks: Blanks) -> Result<(Expression, bool), NoExpression> {
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
    fn expression(&mut self, cursor: &mut Cursor) -> Result<Expression, NoExpression> {
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
        let number = cursor.number().ok_or(NoExpression::Value)?;
        Ok(Expression::Literal(number_of(number)))
    }

    fn deeper<T>(
        &mut self,
        cursor: &mut Cursor,
        read: impl FnOnce(&mut Reader, &mut Cursor) -> Result<T, NoExpression>,
    ) -> Result<T, NoExpression> {
        if self.depth == MAX_BRACKETS {
            return Err(NoExpression::Limit(BRACKETS));
        }
        let mut inner = Reader { depth: self.depth + 1, blanks: Blanks::Told, has_blanks: false };
        let read = read(&mut inner, cursor);
        self.has_blanks |= inner.has_blanks;
        read
    }

    /// The name with the words behind it, one blank between each two.
    fn with_blanks(&mut self, name: &str, cursor: &mut Cursor) -> Result<Arc<str>, NoExpression> {
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
        let word = ahead.step().filter(|word| self.blanks == Blanks::Free || !WORDS.contains(word))?;
        *cursor = ahead;
        Some(word)
    }

    fn path(&mut self, root: Step, cursor: &mut Cursor) -> Result<Expression, NoExpression> {
        let mut steps = Vec::new();
        loop {
            if cursor.starts_with("[") {
                steps.push(self.bracket(cursor)?);
            } else if cursor.starts_with(".") && !cursor.starts_with("..") {
                cursor.eat(".");
                let name = cursor.step().ok_or(NoExpression::Step)?;
                steps.push(Step::Name(self.with_blanks(name, cursor)?));
            } else {
                return Ok(Expression::Path(Path { offset: 0, root, steps }));
            }
        }
    }

    fn bracket(&mut self, cursor: &mut Cursor) -> Result<Step, NoExpression> {
        cursor.eat("[");
        let inside = self.deeper(cursor, Reader::expression)?;
        if !cursor.eat("]") {
            return Err(NoExpression::Bracket);
        }
        Ok(match inside {
            Expression::Literal(Value::Text(name)) if name.len() <= MAX_NAME => Step::Name(name),
            computed => Step::Computed(Box::new(computed)),
        })
    }

    fn range(&mut self, cursor: &mut Cursor) -> Result<Expression, NoExpression> {
        cursor.eat("(");
        let from = self.expression(cursor)?;
        if !cursor.eat("..") {
            return Err(NoExpression::Range);
        }
        let to = self.expression(cursor)?;
        if cursor.eat(")") { Ok(Expression::Range(Box::new((from, to)))) } else { Err(NoExpression::Range) }
    }
}

/// The name, if it is not too long.
fn checked(name: &str) -> Result<Arc<str>, NoExpression> {
    if name.len() > MAX_NAME { Err(NoExpression::Limit(NAME)) } else { Ok(Arc::from(name)) }
}

/// The value of a word that is no name.
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

/// The number. One beyond an `i64` or an `f64` is a text, which prints the same.
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

    /// The expression in a form of one way to write each.
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
        let shown = match read(&mut cursor, Blanks::Free) {
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
    fn a_text_that_is_no_expression_is_told_from_one_that_is_too_deep() {
        for text in ["", "@a", "-a", "a..b", "a.", "a[", "a[1", "(1..", "(1)", "'a", ".a", "a.['b']"] {
            let read = read(&mut Cursor::new(text), Blanks::Told);
            assert!(read.is_ok() == (text == "a..b") && !matches!(read, Err(NoExpression::Limit(_))), "{text}");
        }
        check("a..b", "left: ..b");
        check("a[0]b", "left: b");
        let mut cursor = Cursor::new("first name or x");
        assert!(matches!(read(&mut cursor, Blanks::Told), Ok((_, true))) && cursor.rest() == "or x");
        let nested = |depth: usize| format!("a{}1{}", "[a".repeat(depth - 1) + "[", "]".repeat(depth));
        assert!(read(&mut Cursor::new(&nested(8)), Blanks::Told).is_ok());
        assert_eq!(read(&mut Cursor::new(&nested(9)), Blanks::Told).err(), Some(NoExpression::Limit(BRACKETS)));
    }
}
