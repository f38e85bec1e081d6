//! Prints what a TLS handshake costs, alone: for trying optimisation levels, without building anything else.

use posthorn_handshake::{Failed, providers};

#[expect(clippy::print_stdout, reason = "the figures are what this program is for")]
fn main() -> Result<(), Failed> {
    for (provider, milliseconds) in providers()? {
        println!("{provider}: {milliseconds:.3} ms");
    }
    Ok(())
}
