//! The description of this repository.

use std::fs;

use posthorn_description::{COMMAND, DESCRIPTION, bundle, root};

#[test]
fn the_committed_description_is_what_its_fragments_give() {
    let bundled = bundle(root()).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let committed = fs::read_to_string(root().join(DESCRIPTION)).unwrap();
    assert!(committed == bundled, "{DESCRIPTION} is not what its fragments give: run `{COMMAND}`");
}
