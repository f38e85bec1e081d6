//! Recipes of large input, which are short enough for a fuzzer to change and for the corpus to keep.
//!
//! Each line of a recipe is a piece of the input, without its line break. `250*<b>` stands for 250 times `<b>`, in which `{}` is
//! the number of the repetition, and `250*(` for 250 times the lines up to a line `)`. In HTML and in a template `\n` is a line break
//! and `\0` the character NUL.

mod liquid;

pub use liquid::{Liquid, liquid_of, variables_of};

/// The HTML of a recipe, of at most `max` bytes.
#[must_use]
pub fn html_of(recipe: &str, max: usize) -> String {
    let lines: Vec<&str> = recipe.lines().collect();
    Expansion { read: unescaped, max }.of(&lines)
}

fn unescaped(piece: &str) -> String {
    piece.replace("\\n", "\n").replace("\\0", "\0")
}

/// The expansion of a recipe's lines: the reading of a piece, and the most bytes.
#[derive(Clone, Copy)]
struct Expansion {
    read: fn(&str) -> String,
    max: usize,
}

impl Expansion {
    /// The input that the lines stand for.
    fn of(self, lines: &[&str]) -> String {
        let (mut text, mut rest) = (String::new(), lines);
        while let [line, after @ ..] = rest {
            rest = after;
            let (count, piece) = repetitions(line);
            if count.is_none() || piece != "(" {
                self.repeat(&mut text, count, &(self.read)(piece));
                continue;
            }
            let length = after.iter().position(|line| *line == ")").unwrap_or(after.len());
            rest = after.get(length + 1..).unwrap_or_default();
            let mut group = String::new();
            for line in &after[..length] {
                let (count, piece) = repetitions(line);
                self.repeat(&mut group, count, &(self.read)(piece));
            }
            self.repeat(&mut text, count, &group);
        }
        text
    }

    fn repeat(self, text: &mut String, count: Option<usize>, piece: &str) {
        let is_numbered = count.is_some() && piece.contains("{}");
        for number in 0..count.unwrap_or(1) {
            let piece = if is_numbered { &piece.replace("{}", &number.to_string()) } else { piece };
            if piece.is_empty() || text.len() + piece.len() > self.max {
                break;
            }
            text.push_str(piece);
        }
    }
}

fn repetitions(line: &str) -> (Option<usize>, &str) {
    let parts = line.split_once('*').and_then(|(count, piece)| Some((Some(count.parse().ok()?), piece)));
    parts.unwrap_or((None, line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_repeated_and_numbered() {
        assert_eq!(html_of("<p {}>\n3*<b a{}>\\n\nx*y\n", 100), "<p {}><b a0>\n<b a1>\n<b a2>\nx*y");
    }

    #[test]
    fn groups_of_lines_are_repeated() {
        assert_eq!(html_of("2*(\n<a{}>\n2*b{}\n)\nc\n2*(\nd", 100), "<a0>b0b1<a1>b0b1cdd");
    }

    #[test]
    fn an_expansion_is_bounded() {
        assert_eq!(html_of("99999*(\n99999*ab\n)", 1_001).len(), 1_000);
        assert_eq!(html_of("99999999999*(\n)", 1_001).len(), 0);
        assert_eq!(html_of("18446744073709551615*ab", 1_001).len(), 1_000);
        assert_eq!(html_of("18446744073709551615*", 100), "");
    }
}
