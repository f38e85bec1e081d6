//! The program's output.

#[expect(clippy::print_stdout, reason = "the table is what this program is for")]
pub(crate) fn print(line: &str) {
    println!("{line}");
}
