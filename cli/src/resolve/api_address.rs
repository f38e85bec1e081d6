//! The address of the API, and how it was learned.

use std::path::PathBuf;

/// The address of the API. The way in which it was learned decides which key may go there.
pub(crate) enum ApiAddress {
    /// An option or the outputs of the named stack in AWS have it.
    Given(String),
    /// The file of a local stack that was found has it. Whoever wrote the file chose the address, so no key goes there but the
    /// one that is kept beside it.
    Found { url: String, demo_key: Option<String>, state: PathBuf },
}
