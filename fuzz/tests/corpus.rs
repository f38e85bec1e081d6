//! Every kept input passes its target.

use std::{collections::BTreeSet, fs, panic::catch_unwind, path::PathBuf};

use posthorn_fuzz::TARGETS;
use posthorn_routes::{ROUTES, resolve};
use serde_json::Value;

fn folder(target: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target)
}

#[test]
fn every_kept_input_passes_its_target() {
    for (name, target) in TARGETS {
        let mut files: Vec<PathBuf> = fs::read_dir(folder(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        assert!(!files.is_empty(), "{name} has no corpus");
        for file in files {
            let bytes = fs::read(&file).unwrap();
            assert!(catch_unwind(|| target(&bytes)).is_ok(), "{}", file.display());
        }
    }
}

#[test]
fn every_route_has_a_kept_event() {
    let read = |entry: std::io::Result<fs::DirEntry>| serde_json::from_slice(&fs::read(entry.unwrap().path()).unwrap());
    let events: Vec<Value> = fs::read_dir(folder("event")).unwrap().filter_map(|entry| read(entry).ok()).collect();
    let resolved: Vec<_> = events
        .iter()
        .filter_map(|event| {
            let method = event["requestContext"]["http"]["method"].as_str()?.parse().ok()?;
            resolve(&method, event["rawPath"].as_str()?).route()
        })
        .collect();
    for route in ROUTES {
        assert!(resolved.contains(&route), "corpus/event has no event of {}", route.label());
    }
}

#[test]
fn targets_libfuzzer_binaries_and_corpora_have_the_same_names() {
    let targets: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let names = |folder: PathBuf| -> BTreeSet<String> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect()
    };
    assert_eq!(names(folder("../libfuzzer/fuzz_targets")), targets);
    assert_eq!(names(folder("")), targets);
}
