//! A second of a project that sends 1,000 emails: what each partition is asked for, against what it can give.

use std::collections::BTreeMap;

use futures_util::{StreamExt, stream};
use posthorn_testkit::capacity::Units;

use crate::{report::Report, world::World};

const SECTION: &str = "A second with 1,000 sends";
const SENDS: usize = 1_000;
/// One of so many bounces: what SES puts an account under review for.
const BOUNCES: usize = 20;
/// Requests under way at once.
const AT_ONCE: usize = 16;
/// What a partition gives in a second (developer guide, "DynamoDB burst and adaptive capacity").
const MAX: Units = Units::new(3_000.0, 1_000.0);

/// What the partitions of a kind were asked for.
#[derive(Debug, Default)]
struct Share {
    partitions: usize,
    hottest: Units,
}

/// Adds what the hottest partition of each kind is asked for.
pub(crate) async fn measure(report: &mut Report) {
    for (kind, Share { partitions, hottest }) in second(SENDS).await {
        for (figure, unit, most) in [(hottest.read, "read units", MAX.read), (hottest.write, "write units", MAX.write)]
        {
            if figure > 0.0 {
                report.row(SECTION, format!("hottest of {partitions} partitions {kind}#"), figure, unit, Some(most));
            }
        }
    }
}

/// So many sends, each to another contact under a key of its own, in a project with a monthly limit; their deliveries or
/// bounces, ten at a time.
async fn second(sends: usize) -> BTreeMap<String, Share> {
    let world = World::start(Some(1_000_000)).await;
    let _before = world.backends.capacity.take();
    let send = async |number: usize| world.send(&[&format!("c{number}@example.org")], Some(&number.to_string())).await;
    let emails: Vec<String> =
        stream::iter(0..sends).map(send).buffer_unordered(AT_ONCE).flat_map(stream::iter).collect().await;
    let event = |(number, email): (usize, &String)| {
        if number.is_multiple_of(BOUNCES) { world.bounce(email) } else { world.delivery(email) }
    };
    let events: Vec<_> = emails.iter().enumerate().map(event).collect();
    stream::iter(events.chunks(10)).for_each_concurrent(AT_ONCE, async |batch| world.feed(batch).await).await;

    let mut shares = BTreeMap::<String, Share>::new();
    for (partition, units) in world.backends.capacity.take_by_partition() {
        let kind = partition.split('#').next().unwrap_or_default();
        let share = shares.entry(kind.to_owned()).or_default();
        share.partitions += 1;
        share.hottest = Units::new(share.hottest.read.max(units.read), share.hottest.write.max(units.write));
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEW: usize = 100;

    /// Each send reads the key's item, which leaves two thirds of a partition's reads; of writes, only the counter of a
    /// monthly limit takes one from each.
    #[tokio::test]
    async fn no_partition_takes_a_write_of_every_send_but_the_counter_of_a_monthly_limit() {
        for (kind, Share { hottest, .. }) in second(FEW).await {
            let all = f64::from(u32::try_from(FEW).unwrap());
            let most = match kind.as_str() {
                "KEY" => Units::new(all, 0.0),
                "USAGE" => Units::new(0.0, all),
                // Its share of the sends, and of each bounce two writes, eight days of the window.
                "STATS" => Units::new(8.0 * all / 20.0, all / 2.0),
                "PROJECT" => Units::new(2.0 * all / 20.0, 0.0),
                _ => Units::new(1.0, 8.0),
            };
            assert!(hottest.read <= most.read && hottest.write <= most.write, "{kind}: {hottest:?}");
        }
    }
}
