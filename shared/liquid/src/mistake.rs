//! Mistakes that a mail tolerates, for the template's author.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use crate::error::{Position, Problem};
use crate::filters;
use crate::habits;

/// The mistakes of a template that its author is told: more would not help.
const MAX_NOTICES: usize = 100;
/// Bytes of a name that is compared with others.
const MAX_NAME: usize = 32;
/// How alike a name must be to one that exists (from 0 to 1) to be taken for a slip.
const ALIKE: f64 = 0.6;

/// The tags that there are, but for those that end a block.
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
    /// There is no filter of this name: it passes its value through.
    UnknownFilter(String),
    /// A filter has too few or too many arguments: they are missing or left out.
    Arguments {
        filter: String,
        given: usize,
        takes: RangeInclusive<usize>,
    },
    /// A filter can do nothing with its input or arguments.
    Unfit {
        filter: &'static str,
        reason: &'static str,
    },
    Other(String),
}

impl Mistake {
    /// The sentence for the author.
    fn message(&self) -> String {
        match self {
            Mistake::UnknownFilter(name) => unknown("filter", name, habits::filter_meant(name), filters::names()),
            Mistake::Arguments { filter, given, takes } => {
                let takes = match (*takes.start(), *takes.end()) {
                    (0, 0) => "none".to_owned(),
                    (from, to) if from == to => from.to_string(),
                    (from, to) => format!("{from} to {to}"),
                };
                let noun = if *given == 1 { "argument" } else { "arguments" };
                format!("The filter \"{filter}\" has {given} {noun} here, but takes {takes}.")
            }
            Mistake::Unfit { filter, reason } => format!("The filter \"{filter}\": {reason}"),
            Mistake::Other(message) => message.clone(),
        }
    }
}

/// Mistakes by their offsets in the source, one for each.
#[derive(Debug, Clone, Default)]
pub(crate) struct Notices(BTreeMap<usize, Mistake>);

impl Notices {
    /// Notes a mistake, if there is none at its place yet and they are not too many.
    pub(crate) fn add(&mut self, offset: usize, mistake: impl FnOnce() -> Mistake) {
        if self.0.len() < MAX_NOTICES {
            self.0.entry(offset).or_insert_with(mistake);
        }
    }

    /// These, and others where there are none of these.
    pub(crate) fn and(mut self, others: Notices) -> Notices {
        for (offset, mistake) in others.0 {
            self.add(offset, || mistake);
        }
        self
    }

    pub(crate) fn problems(&self, source: &str) -> Vec<Problem> {
        let mut position = Position::default();
        let problem = |(offset, mistake): (&usize, &Mistake)| {
            position = position.go_on(source, *offset);
            position.problem(mistake.message())
        };
        self.0.iter().map(problem).collect()
    }
}

/// The sentence for a name that there is not. `meant` is the one that is known to be meant.
fn unknown<'n>(kind: &str, name: &str, meant: Option<&'n str>, names: impl Iterator<Item = &'n str>) -> String {
    match meant.or_else(|| nearest(name, names, ALIKE)) {
        Some(known) => format!("There is no {kind} \"{name}\": perhaps \"{known}\" is meant."),
        None => format!("There is no {kind} \"{name}\"."),
    }
}

/// The name that is so much alike (from 0 to 1) that it may be meant.
pub(crate) fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>, alike: f64) -> Option<&'n str> {
    if name.len() > MAX_NAME {
        return None;
    }
    let lowercase = name.to_lowercase();
    // No name is alike that is much longer or shorter.
    let is_near = |known: &&str| known.len().abs_diff(name.len()) <= known.len().max(name.len()) * 2 / 5;
    let likeness = |known: &str| strsim::normalized_damerau_levenshtein(&lowercase, known);
    let nearest = names.filter(is_near).map(|known| (likeness(known), known)).max_by(|(a, _), (b, _)| a.total_cmp(b));
    nearest.filter(|(likeness, _)| *likeness >= alike).map(|(_, known)| known)
}

/// The names of all tags but those that end a block.
pub(crate) fn tag_names() -> impl Iterator<Item = &'static str> {
    TAGS.into_iter()
}

/// The sentence for a tag of a name that there is not, or not here. `open` are the line where the innermost block begins and the
/// tag that ends it.
pub(crate) fn no_tag(name: &str, open: Option<(usize, &str)>) -> String {
    match open {
        _ if name.is_empty() => "A tag must begin with its name.".to_owned(),
        _ if habits::inserts(name) => {
            format!("The tag \"{name}\" does not exist here: write out the text that it would insert.")
        }
        Some((line, close)) if name.starts_with("end") => {
            format!("The tag \"{name}\" does not end the block that begins in line {line}: write {{% {close} %}}.")
        }
        _ if name.starts_with("end") || matches!(name, "else" | "elsif" | "when") => {
            format!("The tag \"{name}\" has no block to which it belongs.")
        }
        _ => unknown("tag", name, habits::tag_meant(name), tag_names()),
    }
}
