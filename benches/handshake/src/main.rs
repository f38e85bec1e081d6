//! Prints the cost of a TLS handshake, for trying optimisation levels without building anything else.

use posthorn_handshake::{BoxError, providers};

#[expect(clippy::print_stdout, reason = "the figures are what this program is for")]
fn main() -> Result<(), BoxError> {
    for (provider, milliseconds) in providers()? {
        println!("{provider}: {milliseconds:.3} ms");
    }
    Ok(())
}
