//! No code. Everything that runs on a developer's machine depends on this, which switches on what any part of the workspace
//! asks of the crates that the AWS SDKs and the engine stand on. So `cargo run`, `cargo posthorn` and `cargo test` build
//! them once, not once each; `.ci/run` sees that it stays so. The functions do not depend on it.
