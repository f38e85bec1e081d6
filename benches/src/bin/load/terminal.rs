//! The program's output, and the failures that it ends with.

use std::io::{self, Write};

/// The requirements that did not hold, in words.
pub(crate) type Failures = Vec<String>;

pub(crate) fn print(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}
