//! Bounds the memory that the most expensive templates occupy while they are parsed and rendered. There is one test only, since the
//! allocator counts for the whole process.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]
#![expect(clippy::print_stdout, reason = "the figures are for whoever runs it")]

use std::{fs, path::Path};

use peak_alloc::PeakAlloc;
use posthorn_cost::liquid_of;
use posthorn_liquid::{MailPart, Template, Variables};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// The bytes that a rendering may occupy with its result, beside twice the size of the template.
const MAX_LIVE: usize = 10 * 1024 * 1024;
/// A size in bytes beyond that of any template with its data.
const MAX_RECIPE: usize = 2_000_000;

/// The recipes of the fuzz target `liquid_cost`, each with its name.
fn recipes() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/liquid_cost");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let named = files.map(|file| {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        (name, fs::read_to_string(&file).unwrap())
    });
    let mut recipes: Vec<_> = named.collect();
    recipes.sort();
    recipes
}

#[test]
fn no_template_takes_more_than_ten_megabytes() {
    for (name, recipe) in recipes() {
        let liquid = liquid_of(&recipe, MAX_RECIPE);
        let variables = liquid.variables().unwrap_or_else(|| panic!("{name}: the data are no object"));
        // A subject is rendered like a text, but may write less.
        for part in [MailPart::Html, MailPart::Text] {
            is_bounded(&name, &liquid.source, part, &variables);
        }
    }
}

fn is_bounded(name: &str, source: &str, part: MailPart, variables: &Variables) {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let preview = Template::parse(source, part).preview(variables);
    let peak = ALLOCATOR.peak_usage() - before;
    let text = preview.text.map_or_else(|error| error.to_string(), |text| format!("{} KB of text", text.len() / 1024));
    println!("{name}, {part:?}: {} KB, {} problems, {text}", peak / 1024, preview.problems.len());
    assert!(peak <= MAX_LIVE + 2 * source.len(), "{name}, {part:?}: {peak} bytes");
}
