//! The load of each partition in a second in which a project sends 1,000 emails, against a partition's capacity.

use std::collections::BTreeMap;

use futures_util::{StreamExt, stream};
use posthorn_testkit::capacity::Units;

use crate::{report::Report, world::World};

const SECTION: &str = "A second with 1,000 sends";
const SENDS: usize = 1_000;
/// One email in this many bounces, which is the rate at which SES puts an account under review.
const BOUNCE_EVERY: usize = 20;
/// The number of requests under way at once.
const CONCURRENT_REQUESTS: usize = 16;
/// The units that a partition serves in a second (developer guide, "DynamoDB burst and adaptive capacity").
const MAX: Units = Units::new(3_000.0, 1_000.0);

/// The load of the partitions of a kind.
#[derive(Debug, Default)]
struct PartitionLoad {
    partitions: usize,
    hottest: Units,
}

/// Adds the load of the hottest partition of each kind.
pub(crate) async fn measure(report: &mut Report) {
    for (kind, PartitionLoad { partitions, hottest }) in loads_of_a_second(SENDS).await {
        for (figure, unit, max) in [(hottest.read, "read units", MAX.read), (hottest.write, "write units", MAX.write)] {
            if figure > 0.0 {
                report.row(SECTION, format!("hottest of {partitions} partitions {kind}#"), figure, unit, Some(max));
            }
        }
    }
}

/// The loads of `sends` sends, each to another contact under a key of its own, in a project with a monthly limit, and of their
/// deliveries or bounces, ten at a time.
async fn loads_of_a_second(sends: usize) -> BTreeMap<String, PartitionLoad> {
    let world = World::start(Some(1_000_000)).await;
    let _before = world.backends.capacity.take();
    let send = async |number: usize| world.send(&[&format!("c{number}@example.org")], Some(&number.to_string())).await;
    let emails: Vec<String> =
        stream::iter(0..sends).map(send).buffer_unordered(CONCURRENT_REQUESTS).flat_map(stream::iter).collect().await;
    let event = |(number, email): (usize, &String)| {
        if number.is_multiple_of(BOUNCE_EVERY) { world.bounce(email) } else { world.delivery(email) }
    };
    let events: Vec<_> = emails.iter().enumerate().map(event).collect();
    stream::iter(events.chunks(10))
        .for_each_concurrent(CONCURRENT_REQUESTS, async |batch| world.feed(batch).await)
        .await;

    let mut loads = BTreeMap::<String, PartitionLoad>::new();
    for (partition, units) in world.backends.capacity.take_by_partition() {
        let kind = partition.split('#').next().unwrap_or_default();
        let load = loads.entry(kind.to_owned()).or_default();
        load.partitions += 1;
        load.hottest = Units::new(load.hottest.read.max(units.read), load.hottest.write.max(units.write));
    }
    loads
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEW: usize = 100;

    /// Each send reads the key's item, which leaves two thirds of a partition's reads; of writes, only the counter of a
    /// monthly limit takes one from each.
    #[tokio::test]
    async fn no_partition_takes_a_write_of_every_send_but_the_counter_of_a_monthly_limit() {
        for (kind, PartitionLoad { hottest, .. }) in loads_of_a_second(FEW).await {
            let all = f64::from(u32::try_from(FEW).unwrap());
            let max = match kind.as_str() {
                "KEY" => Units::new(all, 0.0),
                "USAGE" => Units::new(0.0, all),
                // A shard has its part of the sends, and for each bounce two writes and eight days of the window.
                "STATS" => Units::new(8.0 * all / 20.0, all / 2.0),
                "PROJECT" => Units::new(2.0 * all / 20.0, 0.0),
                _ => Units::new(1.0, 8.0),
            };
            assert!(hottest.read <= max.read && hottest.write <= max.write, "{kind}: {hottest:?}");
        }
    }
}
