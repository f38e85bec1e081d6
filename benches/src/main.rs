//! What Posthorn costs: time, processor, memory, bytes, calls, capacity units, USD. Prints a table for each section that it is
//! asked for (all, if none), leaves them as JSON, and with `gate` holds what does not depend on the machine to its record. See
//! README.md beside it.

mod answers;
mod bare;
mod calls;
mod cold;
mod cost;
mod gate;
mod growth;
mod handlers;
mod html;
mod instructions;
mod liquid;
mod memory;
mod prices;
mod replay;
mod report;
mod sandbox;
mod share;
mod size;
mod stack;
mod tls;
mod warm;
mod world;

use std::{env, process::ExitCode};

use report::Report;

const SECTIONS: [&str; 13] = [
    "size", "cold", "tls", "warm", "memory", "handlers", "html", "liquid", "liquidjs", "calls", "growth", "share",
    "stack",
];

#[tokio::main]
async fn main() -> ExitCode {
    let asked: Vec<String> = env::args().skip(1).collect();
    if asked == ["gate"] {
        return gate::check().await;
    }
    if asked.first().is_some_and(|asked| asked == "memory-gate") {
        let of = asked.get(1).map_or("", String::as_str);
        return if memory::check(of).await { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    if asked == ["record"] {
        return gate::record().await;
    }
    if let [repeat, what, who, times] = asked.as_slice()
        && repeat == "repeat"
    {
        handlers::repeat(what, who, times);
        return ExitCode::SUCCESS;
    }
    if let Some(unknown) = asked.iter().find(|asked| !SECTIONS.contains(&asked.as_str())) {
        print(&format!("no section {unknown}: there are {}, gate and record", SECTIONS.join(", ")));
        return ExitCode::FAILURE;
    }
    let mut report = Report::new();
    print(&report.heading());
    for section in SECTIONS.into_iter().filter(|section| asked.is_empty() || asked.iter().any(|asked| asked == section))
    {
        match section {
            "size" => size::measure(&mut report),
            "cold" => cold::measure(&mut report).await,
            "tls" => cold::measure_tls(&mut report).await,
            "warm" => warm::measure(&mut report).await,
            "memory" => memory::measure(&mut report).await,
            "handlers" => handlers::measure(&mut report),
            "html" => html::measure(&mut report),
            "liquid" => liquid::measure(&mut report),
            "liquidjs" => liquid::compare(&mut report),
            "calls" => calls::measure(&mut report).await,
            "growth" => growth::measure(&mut report).await,
            "share" => share::measure(&mut report).await,
            _ => stack::measure(&mut report),
        }
        // At once: a tool that a later section misses does not cost these figures.
        print(&report.news());
        report.write(&sandbox::scratch().join("report.json"));
    }
    ExitCode::SUCCESS
}

#[expect(clippy::print_stdout, reason = "the table is what this program is for")]
fn print(line: &str) {
    println!("{line}");
}
