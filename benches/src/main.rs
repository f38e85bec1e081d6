//! The cost of Posthorn: time, processor, memory, bytes, calls, capacity units, USD. The program prints a table for each section
//! that it is asked for, or for all, and writes the figures as JSON. With `gate` it holds the figures that do not depend on the
//! machine to their limits. See README.md beside it.

mod calls;
mod cold;
mod functions;
mod gate;
mod growth;
mod handlers;
mod html_cost;
mod instructions;
mod load;
mod memory;
mod partitions;
mod prices;
mod recipes;
mod replay;
mod report;
mod sandbox;
mod sdk_calls;
mod sdk_stub;
mod size;
mod template_cost;
mod terminal;
mod tls;
mod toolchain;
mod warm;
mod world;

use std::{env, process::ExitCode};

use report::Report;
use terminal::print;

const SECTIONS: [&str; 13] = [
    "size",
    "cold",
    "tls",
    "warm",
    "memory",
    "handlers",
    "html",
    "liquid",
    "liquidjs",
    "calls",
    "growth",
    "partitions",
    "load",
];

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if arguments == ["gate"] {
        return gate::check().await;
    }
    if arguments.first().is_some_and(|first| first == "memory-gate") {
        let prefix = arguments.get(1).map_or("", String::as_str);
        return if memory::check(prefix).await { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    if arguments == ["record"] {
        return gate::record().await;
    }
    if let [repeat, handler, implementation, times] = arguments.as_slice()
        && repeat == "repeat"
    {
        handlers::repeat(handler, implementation, times);
        return ExitCode::SUCCESS;
    }
    if let Some(unknown) = arguments.iter().find(|argument| !SECTIONS.contains(&argument.as_str())) {
        print(&format!("no section {unknown}: there are {}, gate and record", SECTIONS.join(", ")));
        return ExitCode::FAILURE;
    }
    let mut report = Report::new();
    print(&report.heading());
    let is_asked = |section: &&str| arguments.is_empty() || arguments.iter().any(|argument| argument == section);
    for section in SECTIONS.into_iter().filter(is_asked) {
        match section {
            "size" => size::measure(&mut report),
            "cold" => cold::measure(&mut report).await,
            "tls" => cold::measure_tls(&mut report).await,
            "warm" => warm::measure(&mut report).await,
            "memory" => memory::measure(&mut report).await,
            "handlers" => handlers::measure(&mut report),
            "html" => html_cost::measure(&mut report),
            "liquid" => template_cost::measure(&mut report),
            "liquidjs" => template_cost::compare(&mut report),
            "calls" => calls::measure(&mut report).await,
            "growth" => growth::measure(&mut report).await,
            "partitions" => partitions::measure(&mut report).await,
            _ => load::measure(&mut report),
        }
        // The figures are kept at once, so that a later section that misses a tool does not lose them.
        print(&report.take_markdown());
        report.write(&sandbox::scratch().join("report.json"));
    }
    ExitCode::SUCCESS
}
