//! The rules that the files keep, and the proof that nothing of them is lost when they are joined.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    path::Path,
};

use saphyr::YamlOwned;

use crate::{
    problem::Problem,
    source::{self, DESCRIPTION, Definition, SourceFile, entries},
};

/// The start of a component's place.
const COMPONENTS: &str = "#/components/";

/// The first definition at each place.
type ByPlace<'a> = BTreeMap<&'a str, &'a Definition<'a>>;

/// Checks the files, of which the first is the base.
///
/// # Errors
/// A key that belongs in the base, a tag that is not listed there, a definition that stands twice, a reference that leads
/// nowhere, a component that nothing uses.
pub(crate) fn sources(files: &[SourceFile]) -> Result<(), Vec<Problem>> {
    let all: Vec<_> = files.iter().flat_map(SourceFile::definitions).collect();
    let mut problems: Vec<_> = files.iter().skip(1).flat_map(keys_of_the_base).collect();
    problems.extend(unlisted_tags(files));
    let mut by_place = ByPlace::new();
    for it in &all {
        match by_place.entry(&it.place) {
            Entry::Vacant(entry) => drop(entry.insert(it)),
            Entry::Occupied(entry) => problems.push(defined_twice(entry.get(), it)),
        }
    }
    problems.extend(dangling_references(&all, &by_place));
    problems.extend(unused(&all, &by_place));
    none_or(problems)
}

/// Checks that the joined text defines everything as the files do.
///
/// # Errors
/// A text that is not YAML, a definition that is not in it.
pub(crate) fn joined(text: &str, files: &[SourceFile]) -> Result<(), Vec<Problem>> {
    let path = Path::new(DESCRIPTION);
    let joined = source::parse(text, path).map_err(|problem| vec![problem])?;
    let joined = source::definitions(&joined, path);
    let joined: BTreeMap<_, _> = joined.iter().map(|it| (it.place.as_str(), it.value)).collect();
    let definitions = files.iter().flat_map(SourceFile::definitions);
    let lost = definitions.filter(|it| joined.get(it.place.as_str()) != Some(&it.value));
    none_or(lost.map(|it| Problem::Lost { file: it.file.into(), place: it.place }).collect())
}

fn none_or(problems: Vec<Problem>) -> Result<(), Vec<Problem>> {
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

fn keys_of_the_base(fragment: &SourceFile) -> impl Iterator<Item = Problem> {
    let definitions = fragment.definitions().into_iter();
    let others = definitions.filter(|it| !it.place.starts_with("#/paths/") && !is_component(it));
    others.map(|it| Problem::BelongsInBase { file: it.file.into(), place: it.place })
}

fn unlisted_tags(files: &[SourceFile]) -> Vec<Problem> {
    let listed: Vec<_> = files.iter().take(1).flat_map(SourceFile::listed_tags).collect();
    let tags = files.iter().flat_map(|file| file.tags().into_iter().map(move |tag| (file, tag)));
    let unlisted = tags.filter(|(_, tag)| !listed.contains(tag));
    unlisted.map(|(file, tag)| Problem::UnlistedTag { file: file.path.clone(), tag: tag.to_owned() }).collect()
}

fn defined_twice(first: &Definition<'_>, second: &Definition<'_>) -> Problem {
    Problem::DefinedTwice { place: first.place.clone(), first: first.file.into(), second: second.file.into() }
}

fn dangling_references(all: &[Definition<'_>], by_place: &ByPlace<'_>) -> Vec<Problem> {
    let references = all.iter().flat_map(|it| references(it).into_iter().map(|to| (it.file, to)));
    let dangling: BTreeSet<_> = references.filter(|(_, to)| !by_place.contains_key(to.as_str())).collect();
    let problem = |(file, reference): (&Path, _)| Problem::DanglingReference { file: file.into(), reference };
    dangling.into_iter().map(problem).collect()
}

/// A component is used if a path or a top-level key refers to it, or another component that is used.
fn unused(all: &[Definition<'_>], by_place: &ByPlace<'_>) -> Vec<Problem> {
    let mut used = BTreeSet::new();
    let mut waiting: Vec<_> = all.iter().filter(|it| !is_component(it)).flat_map(references).collect();
    while let Some(place) = waiting.pop() {
        let definition = by_place.get(place.as_str());
        if used.insert(place) {
            waiting.extend(definition.into_iter().flat_map(|it| references(it)));
        }
    }
    let unused = all.iter().filter(|it| is_component(it) && !used.contains(&it.place));
    unused.map(|it| Problem::Unused { file: it.file.into(), place: it.place.clone() }).collect()
}

fn is_component(definition: &Definition<'_>) -> bool {
    definition.place.starts_with(COMPONENTS)
}

/// The places that a definition refers to, by `$ref` or as a scheme of `security`.
fn references(definition: &Definition<'_>) -> Vec<String> {
    let mut found = Vec::new();
    collect(definition.key, definition.value, &mut found);
    found
}

fn collect(key: &str, value: &YamlOwned, found: &mut Vec<String>) {
    let items = value.as_sequence().into_iter().flatten();
    match key {
        "$ref" => found.extend(value.as_str().map(str::to_owned)),
        "security" => {
            let schemes = items.clone().flat_map(entries).map(|(scheme, _)| scheme);
            found.extend(schemes.map(|scheme| format!("{COMPONENTS}securitySchemes/{scheme}")));
        }
        _ => {}
    }
    entries(value).for_each(|(key, inner)| collect(key, inner, found));
    items.for_each(|inner| collect("", inner, found));
}
