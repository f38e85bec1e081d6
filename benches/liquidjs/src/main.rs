//! Prints the speed of templates beside LiquidJS's, without building anything else.

use posthorn_liquidjs::{BoxError, compare};

#[expect(clippy::print_stdout, reason = "the figures are what this program is for")]
fn main() -> Result<(), BoxError> {
    for speed in compare()? {
        let (whole, rendering) = (speed.whole, speed.rendering);
        println!("{}, {} bytes of output, the same from both", speed.name, speed.bytes);
        println!(
            "  parsed and rendered: {:.1} us, LiquidJS {:.1} us: {:.1} times as fast",
            whole.ours,
            whole.theirs,
            whole.ratio()
        );
        println!(
            "  rendered: {:.1} us, LiquidJS {:.1} us: {:.1} times as fast",
            rendering.ours,
            rendering.theirs,
            rendering.ratio()
        );
    }
    Ok(())
}
