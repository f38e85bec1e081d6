//! The mistakes that a mail tolerates, and the sentences on them for the template's author.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use crate::error::{Position, Problem};
use crate::filters;
use crate::foreign_syntax;

/// The largest number of mistakes that an author is told: more would not help.
const MAX_MISTAKES: usize = 100;
/// The largest length in bytes of a name that is compared with others.
const MAX_NAME: usize = 32;
/// The least similarity to a known name (from 0 to 1) at which a name is taken for a misspelling.
const MIN_SIMILARITY: f64 = 0.6;

/// All tags except those that end a block.
const TAGS: [&str; 21] = [
    "assign",
    "break",
    "capture",
    "case",
    "comment",
    "continue",
    "cycle",
    "decrement",
    "doc",
    "echo",
    "else",
    "elsif",
    "for",
    "if",
    "ifchanged",
    "increment",
    "liquid",
    "raw",
    "tablerow",
    "unless",
    "when",
];

/// A mistake that a mail tolerates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// There is no filter of this name. A mail passes the value through.
    UnknownFilter(String),
    /// A filter has too few or too many arguments. A mail takes missing ones for null and ignores the others.
    Arguments {
        filter: String,
        given: usize,
        takes: RangeInclusive<usize>,
    },
    /// A filter cannot work with its input or arguments.
    FilterInput {
        filter: &'static str,
        reason: &'static str,
    },
    Other(String),
}

impl Mistake {
    /// The sentence for the author.
    fn message(&self) -> String {
        match self {
            Mistake::UnknownFilter(name) => {
                unknown("filter", name, foreign_syntax::equivalent_filter(name), filters::names())
            }
            Mistake::Arguments { filter, given, takes } => {
                let takes = match (*takes.start(), *takes.end()) {
                    (0, 0) => "none".to_owned(),
                    (from, to) if from == to => from.to_string(),
                    (from, to) => format!("{from} to {to}"),
                };
                let noun = if *given == 1 { "argument" } else { "arguments" };
                format!("The filter \"{filter}\" has {given} {noun} here, but takes {takes}.")
            }
            Mistake::FilterInput { filter, reason } => format!("The filter \"{filter}\": {reason}"),
            Mistake::Other(message) => message.clone(),
        }
    }
}

/// Mistakes by their offsets in the source, one for each offset.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mistakes(BTreeMap<usize, Mistake>);

impl Mistakes {
    /// Adds a mistake unless there is one at its offset or there are too many already.
    pub(crate) fn add(&mut self, offset: usize, mistake: impl FnOnce() -> Mistake) {
        if self.0.len() < MAX_MISTAKES {
            self.0.entry(offset).or_insert_with(mistake);
        }
    }

    /// These mistakes, and the `others` at offsets that have none of these.
    pub(crate) fn and(mut self, others: Mistakes) -> Mistakes {
        for (offset, mistake) in others.0 {
            self.add(offset, || mistake);
        }
        self
    }

    pub(crate) fn problems(&self, source: &str) -> Vec<Problem> {
        let mut position = Position::default();
        let problem = |(offset, mistake): (&usize, &Mistake)| {
            position = position.advance(source, *offset);
            position.problem(mistake.message())
        };
        self.0.iter().map(problem).collect()
    }
}

/// The sentence on an unknown name. `meant` is the name that is known to be meant.
fn unknown<'n>(kind: &str, name: &str, meant: Option<&'n str>, names: impl Iterator<Item = &'n str>) -> String {
    match meant.or_else(|| nearest(name, names, MIN_SIMILARITY)) {
        Some(known) => format!("There is no {kind} \"{name}\": perhaps \"{known}\" is meant."),
        None => format!("There is no {kind} \"{name}\"."),
    }
}

/// The known name that is most similar to `name`, if its similarity (from 0 to 1) is at least `min_similarity`.
pub(crate) fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>, min_similarity: f64) -> Option<&'n str> {
    if name.len() > MAX_NAME {
        return None;
    }
    let lowercase = name.to_lowercase();
    // A name that is much longer or shorter is not similar.
    let is_near = |known: &&str| known.len().abs_diff(name.len()) <= known.len().max(name.len()) * 2 / 5;
    let similarity = |known: &str| strsim::normalized_damerau_levenshtein(&lowercase, known);
    let nearest = names.filter(is_near).map(|known| (similarity(known), known)).max_by(|(a, _), (b, _)| a.total_cmp(b));
    nearest.filter(|(similarity, _)| *similarity >= min_similarity).map(|(_, known)| known)
}

/// The names of all tags except those that end a block.
pub(crate) fn tag_names() -> impl Iterator<Item = &'static str> {
    TAGS.into_iter()
}

/// The sentence on a tag that does not exist, or does not belong to this place. `open` has the line where the innermost open block
/// begins and the tag that ends that block.
pub(crate) fn no_tag(name: &str, open: Option<(usize, &str)>) -> String {
    match open {
        _ if name.is_empty() => "A tag must begin with its name.".to_owned(),
        _ if foreign_syntax::inserts_template(name) => {
            format!("The tag \"{name}\" does not exist here: write out the text that it would insert.")
        }
        Some((line, close)) if name.starts_with("end") => {
            format!("The tag \"{name}\" does not end the block that begins in line {line}: write {{% {close} %}}.")
        }
        _ if name.starts_with("end") || matches!(name, "else" | "elsif" | "when") => {
            format!("The tag \"{name}\" has no block to which it belongs.")
        }
        _ => unknown("tag", name, foreign_syntax::equivalent_tag(name), tag_names()),
    }
}
