//! No code. The local stack, the operator's tool and the tests depend on this crate, whose dependencies have every feature that
//! any part of the workspace asks of them. So `cargo run`, `cargo posthorn` and `cargo test` share one build of each third-party
//! crate. The functions do not depend on it.
