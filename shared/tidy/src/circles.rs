//! The circles of a graph.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

/// One place where a file names an item of another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// The file that names the item.
    pub from: PathBuf,
    /// The file that defines it.
    pub to: PathBuf,
    /// The line in `from`, from 1 on.
    pub line: usize,
    /// The path by which it is named.
    pub path: String,
}

/// Files that import each other, each of them from each other by some way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circle {
    /// The files, in the order of their names.
    pub files: BTreeSet<PathBuf>,
    /// Every edge between two of them.
    pub edges: Vec<Edge>,
}

/// The circles that the edges make: the strongly connected components of more than one file.
pub(crate) fn circles_of(edges: &BTreeSet<Edge>) -> Vec<Circle> {
    let mut next: BTreeMap<&Path, BTreeSet<&Path>> = BTreeMap::new();
    for edge in edges {
        next.entry(&edge.from).or_default().insert(&edge.to);
    }
    let reachable: BTreeMap<&Path, BTreeSet<&Path>> =
        next.keys().map(|file| (*file, reachable_from(file, &next))).collect();
    let reaches = |from: &Path, to: &Path| reachable.get(from).is_some_and(|files| files.contains(to));
    let groups: BTreeSet<BTreeSet<&Path>> = next
        .keys()
        .filter(|file| reaches(file, file))
        .map(|file| next.keys().filter(|other| reaches(file, other) && reaches(other, file)).copied().collect())
        .collect();
    let circle = |group: BTreeSet<&Path>| {
        let is_inside = |edge: &&Edge| group.contains(&*edge.from) && group.contains(&*edge.to);
        let edges = edges.iter().filter(is_inside).cloned().collect();
        Circle { files: group.into_iter().map(Path::to_owned).collect(), edges }
    };
    groups.into_iter().map(circle).collect()
}

/// The files that can be reached from `file` by at least one edge.
fn reachable_from<'g>(file: &Path, next: &BTreeMap<&'g Path, BTreeSet<&'g Path>>) -> BTreeSet<&'g Path> {
    let mut reached = BTreeSet::new();
    let mut waiting = vec![file];
    while let Some(file) = waiting.pop() {
        for to in next.get(file).into_iter().flatten() {
            if reached.insert(*to) {
                waiting.push(to);
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_reach_each_other_are_a_circle() {
        let edge = |(from, to): (&str, &str)| Edge { from: from.into(), to: to.into(), line: 1, path: to.to_owned() };
        let check = |edges: &[(&str, &str)], expected: &[&[&str]]| {
            let circles = circles_of(&edges.iter().copied().map(edge).collect());
            let files: Vec<Vec<_>> =
                circles.iter().map(|circle| circle.files.iter().map(|file| file.to_str()).collect()).collect();
            let expected: Vec<Vec<_>> =
                expected.iter().map(|files| files.iter().map(|file| Some(*file)).collect()).collect();
            assert_eq!(files, expected, "{edges:?}");
            assert!(circles.iter().all(|circle| circle.edges.len() >= circle.files.len()));
        };
        check(&[("a", "b"), ("b", "c"), ("a", "c")], &[]);
        check(&[("a", "b"), ("b", "a"), ("b", "c")], &[&["a", "b"]]);
        check(
            &[("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("e", "d"), ("d", "e")],
            &[&["a", "b", "c"], &["d", "e"]],
        );
    }
}
