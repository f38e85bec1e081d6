//! Every kept input, through its target.

use std::{collections::BTreeSet, fs, panic::catch_unwind, path::PathBuf};

use posthorn_fuzz::TARGETS;

fn folder(target: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target)
}

#[test]
fn what_must_hold_holds_for_every_kept_input() {
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
fn every_target_is_one_of_libfuzzers_and_every_corpus_a_targets() {
    let targets: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let names = |folder: PathBuf| -> BTreeSet<String> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect()
    };
    assert_eq!(names(folder("../libfuzzer/fuzz_targets")), targets);
    assert_eq!(names(folder("")), targets);
}
