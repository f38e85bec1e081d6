//! `cargo run`: starts the local stack.

use std::process::ExitCode;

use clap::Parser;
use posthorn_local::{options::Options, stack, terminal};

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    terminal::init(options.json);
    match stack::run(&options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            terminal::say_error(&error.to_string());
            ExitCode::FAILURE
        }
    }
}
