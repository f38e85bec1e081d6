//! The cost of a request beside a history: many events of its contact, and many emails, contacts and events of its project.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use posthorn_table::statistics::SHARDS;
use posthorn_testkit::{backends::Item, capacity::Units};

use crate::{
    report::Report,
    world::{ADA, Consumption, World},
};

const SECTION: &str = "Growth";
/// The number of times that each kind of request is measured. The median time counts.
const RUNS: usize = 15;
/// The number of items that the engine gets at once.
const CHUNK: usize = 10_000;

/// Adds the cost of requests beside 0, 10,000 and 1,000,000 items.
pub(crate) async fn measure(report: &mut Report) {
    for items in [0, 10_000, 1_000_000] {
        for (kind, consumption, time) in costs_beside(items).await {
            let row = |report: &mut Report, quantity, figure, unit| {
                report.row(SECTION, format!("{kind} beside {items} items: {quantity}"), figure, unit, None);
            };
            row(report, "calls", consumption.in_all, "");
            row(report, "read units", consumption.units.read, "");
            row(report, "write units", consumption.units.write, "");
            row(report, "median with the engine", time.as_secs_f64() * 1e6, "us");
        }
    }
    let (send, bounce) = in_the_last_hour().await;
    report.row(
        SECTION,
        "send in a day's last hour, all hours with bounces and complaints: write units",
        send.write,
        "",
        None,
    );
    report.row(SECTION, "bounce in such an hour: write units", bounce.write, "", None);
}

/// The consumption and the time of each kind of request beside this number of events of the contact, and as many emails,
/// contacts and events of others in the project.
async fn costs_beside(items: usize) -> Vec<(&'static str, Consumption, Duration)> {
    let world = World::start(None).await;
    world.track(ADA, None).await;
    fill(&world, items).await;

    let (mut tracked, mut sent, mut bounced, mut emails) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        tracked.push(world.measure(world.track(ADA, None)).await);
        sent.push(world.measure(async { emails.extend(world.send(&[ADA], None).await) }).await);
    }
    for email in &emails {
        bounced.push(world.measure(world.feed(&[world.bounce(email)])).await);
    }
    let rotated = vec![world.measure(world.rotate(&world.project)).await];
    [("track", tracked), ("send", sent), ("bounce", bounced), ("rotation", rotated)].map(median).into()
}

/// The run whose time is the median.
fn median((kind, mut runs): (&'static str, Vec<(Consumption, Duration)>)) -> (&'static str, Consumption, Duration) {
    runs.sort_by_key(|(_, time)| *time);
    let (consumption, time) = runs[runs.len() / 2];
    (kind, consumption, time)
}

/// Stores copies of the items that a track and a send left, under other keys.
async fn fill(world: &World, items: usize) {
    let stored = world.backends.items().await;
    let pattern = |is: fn(&str) -> bool| stored.iter().find(|(key, _)| is(key)).expect("an item of each kind").1;
    let event = pattern(|key| key.contains(" EVENT#"));
    let contact = pattern(|key| key.ends_with(" CONTACT"));
    let email = pattern(|key| key.starts_with("EMAIL#"));
    let copy_in_project = |number| match number % 3 {
        0 => with_key(event, "pk", format!("CONTACT#{number:036}")),
        1 => with_key(contact, "pk", format!("CONTACT#{number:036}")),
        _ => with_key(email, "pk", format!("EMAIL#{number:036}")),
    };
    for begin in (0..items).step_by(CHUNK) {
        let numbers = begin..items.min(begin + CHUNK);
        world.backends.fill(numbers.clone().map(|number| with_key(event, "sk", format!("EVENT#{number:026}"))));
        world.backends.fill(numbers.map(copy_in_project));
    }
}

/// The units of a send and a bounce whose day's statistics hold every metric of every hour, which is more than 1 KB a shard.
async fn in_the_last_hour() -> (Units, Units) {
    let world = World::start(None).await;
    let stored = world.backends.items().await;
    let (key, pattern) = stored.iter().find(|(key, _)| key.starts_with("STATS#")).expect("a day");
    let (partition, _) = key.split_once(' ').expect("a key in two parts");
    let counts = (0..24).flat_map(|hour| {
        [("sent", "900000"), ("bounced", "9000"), ("complained", "90")]
            .map(|(metric, count)| (format!("0:{hour:02}:{metric}"), AttributeValue::N(count.to_owned())))
    });
    let full: Item = pattern.clone().into_iter().chain(counts).collect();
    let shards = (0..SHARDS).map(|shard| format!("{}{shard}", partition.trim_end_matches(char::is_numeric)));
    world.backends.fill(shards.map(|partition| with_key(&full, "pk", partition)));

    let mut emails = Vec::new();
    let (send, _) = world.measure(async { emails.extend(world.send(&[ADA], None).await) }).await;
    let (bounce, _) = world.measure(world.feed(&[world.bounce(&emails[0])])).await;
    (send.units, bounce.units)
}

/// The item under another key.
fn with_key(item: &Item, attribute: &str, name: String) -> Item {
    let mut item = item.clone();
    item.insert(attribute.to_owned(), AttributeValue::S(name));
    item
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn no_request_costs_more_beside_a_history() {
        let costs =
            async |items| costs_beside(items).await.into_iter().map(|(kind, it, _)| (kind, it.in_all, it.units));
        let (none, some): (Vec<_>, Vec<_>) = (costs(0).await.collect(), costs(600).await.collect());
        assert_eq!(none, some);
    }
}
