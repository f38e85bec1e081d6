//! The compiler that the figures depend on.

use std::{env::consts::ARCH, process::Command};

/// The compiler's name and version, as it says itself.
///
/// # Panics
/// If there is no `rustc`.
pub(crate) fn rustc() -> String {
    let output = Command::new("rustc").arg("--version").output().expect("rustc");
    let text = String::from_utf8(output.stdout).expect("text");
    let version: Vec<_> = text.split(' ').take(2).collect();
    version.join(" ")
}

/// The compiler and the processor's architecture, on which instructions depend.
pub(crate) fn compiler() -> String {
    format!("{} on {ARCH}", rustc())
}
