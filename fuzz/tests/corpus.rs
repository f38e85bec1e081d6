//! Every kept input passes its target.

use std::{collections::BTreeSet, fs, panic::catch_unwind, path::PathBuf};

use posthorn_fuzz::TARGETS;

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
fn targets_libfuzzer_binaries_and_corpora_have_the_same_names() {
    let targets: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let names = |folder: PathBuf| -> BTreeSet<String> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect()
    };
    assert_eq!(names(folder("../libfuzzer/fuzz_targets")), targets);
    assert_eq!(names(folder("")), targets);
}
