//! The cost of each kind of request: calls to AWS in a row and in all, `DynamoDB`'s units, USD a million.

use crate::{
    prices::{self, Cost, Overhead},
    report::Report,
    world::{ADA, Consumption, World},
};

/// The number of times that each kind is measured. The least counts, for of two calls at once one may end before the other
/// begins.
const RUNS: usize = 3;
/// The recipients of a request that counts in all of a project's shards.
const SOME_RECIPIENTS: usize = 30;
/// The recipients of the largest request.
const MAX_RECIPIENTS: usize = 50;

/// The kinds of request that an email takes.
pub(crate) const SEND_ONCE: &str = "send with an `Idempotency-Key`";
pub(crate) const ONE_EVENT: &str = "event `Delivery` (as `Send`, `Open`, `Click`)";
pub(crate) const TEN_EVENTS: &str = "event `Delivery`, ten at a time";

/// The most expensive kind of request that a public key may make.
pub(crate) const TRACK_FULL: &str = "tracked event of a contact that is full of data";

/// A kind of request.
pub(crate) struct RequestKind {
    /// The name that `docs/costs.md` has for it.
    pub(crate) name: &'static str,
    pub(crate) consumption: Consumption,
    overhead: Overhead,
    /// The most USD that a million may cost, where there is a goal.
    goal: Option<f64>,
}

impl RequestKind {
    fn new(name: &'static str, overhead: Overhead, consumption: Consumption) -> Self {
        Self { name, consumption, overhead, goal: None }
    }

    fn at_most(self, goal: f64) -> Self {
        Self { goal: Some(goal), ..self }
    }

    /// The cost of a million.
    pub(crate) fn cost(&self) -> Cost {
        Cost::of(&self.overhead, &self.consumption)
    }
}

/// Adds the calls, the units and the cost of each kind.
pub(crate) async fn measure(report: &mut Report) {
    let kinds = Box::pin(kinds()).await;
    for RequestKind { name, consumption, .. } in &kinds {
        report.row("Calls and units", format!("{name}: calls in a row"), consumption.in_a_row, "", None);
        report.row("Calls and units", format!("{name}: calls in all"), consumption.in_all, "", None);
        report.row("Calls and units", format!("{name}: read units"), consumption.units.read, "", None);
        report.row("Calls and units", format!("{name}: write units"), consumption.units.write, "", None);
    }
    for kind in &kinds {
        report.row("USD a million", kind.name, kind.cost().total(), "USD", kind.goal);
    }
    measure_emails(report, &kinds);
}

/// Adds the cost of a million emails.
fn measure_emails(report: &mut Report, kinds: &[RequestKind]) {
    let posthorn = cost_of_emails(kinds, TEN_EVENTS);
    for (suffix, ses) in
        [("", 0.0), (" and SES without a plan", prices::SES), (" and SES Essentials", prices::SES_ESSENTIALS)]
    {
        let name = format!("emails sent once, each with two events, ten at a time{suffix}");
        report.row("USD a million", name, posthorn + ses * 1_000.0, "USD", None);
    }
}

/// The cost of a million emails without SES: the send under an idempotency key, and two events of the named kind.
pub(crate) fn cost_of_emails(kinds: &[RequestKind], event: &str) -> f64 {
    let cost = |name: &str| kinds.iter().find(|kind| kind.name == name).map_or(f64::NAN, |kind| kind.cost().total());
    cost(SEND_ONCE) + 2.0 * cost(event)
}

/// Every kind, measured, in the order of `docs/costs.md`.
pub(crate) async fn kinds() -> Vec<RequestKind> {
    let (world, limited) = (World::start(None).await, World::start(Some(1_000_000)).await);
    let names: Vec<String> = (0..MAX_RECIPIENTS).map(|number| format!("ada+{number}@example.org")).collect();
    let recipients: Vec<&str> = names.iter().map(String::as_str).collect();
    world.track(ADA, Some("first")).await;
    world.send(&[ADA], Some("first")).await;

    let track = least(&world, async |_| world.track(ADA, None).await).await;
    let track_once = least(&world, async |run| world.track(ADA, Some(run)).await).await;
    let track_again = least(&world, async |_| world.track(ADA, Some("first")).await).await;
    let track_full = full_contact(&world).await;
    let send = least(&world, async |_| world.send(&[ADA], None).await).await;
    let send_once = least(&world, async |run| world.send(&[ADA], Some(run)).await).await;
    let send_again = least(&world, async |_| world.send(&[ADA], Some("first")).await).await;
    let send_limited = least(&limited, async |_| limited.send(&[ADA], None).await).await;
    let send_with_both = least(&limited, async |run| limited.send(&[ADA], Some(run)).await).await;
    let refused = least(&world, async |_| world.track_with_unknown_key().await).await;

    let mut kinds = vec![
        RequestKind::new("tracked event", prices::REQUEST, track).at_most(3.0),
        RequestKind::new("tracked event with an `Idempotency-Key`", prices::REQUEST, track_once),
        RequestKind::new("repeat of a tracked event", prices::REQUEST, track_again),
        RequestKind::new(TRACK_FULL, prices::REQUEST, track_full),
        RequestKind::new("send, one recipient", prices::SEND, send).at_most(4.5),
        RequestKind::new(SEND_ONCE, prices::SEND, send_once),
        RequestKind::new("send of a project with a monthly limit", prices::SEND, send_limited),
        RequestKind::new("send with both", prices::SEND, send_with_both),
        RequestKind::new("repeat of a send", prices::REQUEST, send_again),
        RequestKind::new(
            "a recipient more in the same request",
            prices::ADDITIONAL_RECIPIENT,
            additional_recipient(&world, &recipients).await,
        ),
        RequestKind::new("rotation of both keys", prices::ROTATION, rotation(&world).await),
    ];
    kinds.extend(events(&world, &recipients).await);
    kinds.push(RequestKind::new("request with a key that is nobody's", prices::REQUEST, refused));
    kinds
}

/// The least consumption of some runs, each of which gets a name of its own.
async fn least<T>(world: &World, run: impl AsyncFn(&str) -> T) -> Consumption {
    let mut least: Option<Consumption> = None;
    for number in 0..RUNS {
        let (consumption, _) = world.measure(run(&format!("run {number}"))).await;
        least = least.filter(|least| least.in_a_row <= consumption.in_a_row).or(Some(consumption));
    }
    least.expect("a run")
}

/// Replaces half of the data of a full contact, so that the data is counted anew with each request.
async fn full_contact(world: &World) -> Consumption {
    const FULL: &str = "full@example.org";
    world.track_large(FULL, "a").await;
    world.track_large(FULL, "b").await;
    least(world, async |_| world.track_large(FULL, "a").await).await
}

/// The consumption of one more recipient: the largest request against one with fewer recipients. Calls in a row are left
/// out, since recipients go side by side.
async fn additional_recipient(world: &World, recipients: &[&str]) -> Consumption {
    let (more, _) = world.measure(world.send(recipients, None)).await;
    let (less, _) = world.measure(world.send(&recipients[..SOME_RECIPIENTS], None)).await;
    let recipients = f64::from(u32::try_from(MAX_RECIPIENTS - SOME_RECIPIENTS).expect("few recipients"));
    Consumption {
        in_a_row: 0.0,
        in_all: (more.in_all - less.in_all) / recipients,
        units: (more.units - less.units) / recipients,
    }
}

/// The consumption of the first rotation of a project.
async fn rotation(world: &World) -> Consumption {
    let project = world.backends.project(|_| {}).await;
    world.measure(world.rotate(&project)).await.0
}

/// The kinds of SES's events, each about another email.
async fn events(world: &World, recipients: &[&str]) -> Vec<RequestKind> {
    let emails = world.send(recipients, None).await;
    let alone = async |event| world.measure(world.feed(&[event])).await.0;
    let delivered = alone(world.delivery(&emails[0])).await;
    let bounced = alone(world.bounce(&emails[1])).await;
    let complained = alone(world.complaint(&emails[2])).await;
    let _first = alone(world.open(&emails[3])).await;
    let opened_again = alone(world.open(&emails[3])).await;
    let ten: Vec<_> = emails[10..20].iter().map(|email| world.delivery(email)).collect();
    let (ten, _) = world.measure(world.feed(&ten)).await;
    let in_batch = Consumption { in_a_row: ten.in_a_row / 10.0, in_all: ten.in_all / 10.0, units: ten.units / 10.0 };
    vec![
        RequestKind::new(ONE_EVENT, prices::EVENT, delivered),
        RequestKind::new(TEN_EVENTS, prices::EVENT_IN_BATCH, in_batch),
        RequestKind::new("event `Open` once more", prices::EVENT, opened_again),
        RequestKind::new("event `Bounce`", prices::COUNTED_EVENT, bounced),
        RequestKind::new("event `Complaint`", prices::COUNTED_EVENT, complained),
    ]
}
