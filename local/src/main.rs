//! `cargo run`: starts the local stack.

use std::process::ExitCode;

use clap::Parser;
use posthorn_local::{
    environment,
    options::{Command, Options},
    stack, terminal,
};

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    let done = match &options.command {
        Some(Command::Backends(options)) => environment::show(options).await.map(|lines| terminal::say(&lines)),
        None => {
            terminal::init(options.json);
            stack::run(&options).await
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            terminal::say_error(&error.to_string());
            ExitCode::FAILURE
        }
    }
}
