//! What each kind of request takes: calls to AWS in a row and in all, `DynamoDB`'s units, USD a million.

use posthorn_auth::{KeyClass, PlainKey};

use crate::{
    prices::{self, Cost, Way},
    report::Report,
    world::{ADA, Measured, World},
};

/// Each kind is measured so often, and the least counts: of two calls at once one may end before the other begins.
const RUNS: usize = 3;
/// Recipients of a request that has all of a project's shards to count in.
const MANY: usize = 30;
/// Recipients of the largest request.
const MAX: usize = 50;

/// Kinds that an email is made of.
pub(crate) const SEND_ONCE: &str = "send with an `Idempotency-Key`";
pub(crate) const ONE_EVENT: &str = "event `Delivery` (as `Send`, `Open`, `Click`)";
pub(crate) const TEN_EVENTS: &str = "event `Delivery`, ten at a time";

/// The kind that costs the most of what a public key may do.
pub(crate) const TRACK_FULL: &str = "tracked event of a contact that is full of data";

/// A kind of request.
pub(crate) struct Kind {
    /// As `docs/costs.md` calls it.
    pub(crate) what: &'static str,
    pub(crate) measured: Measured,
    way: Way,
    /// At most so many USD a million.
    goal: Option<f64>,
}

impl Kind {
    fn new(what: &'static str, way: Way, measured: Measured) -> Self {
        Self { what, measured, way, goal: None }
    }

    fn at_most(self, goal: f64) -> Self {
        Self { goal: Some(goal), ..self }
    }

    /// What a million of it cost.
    pub(crate) fn cost(&self) -> Cost {
        Cost::of(&self.way, &self.measured)
    }
}

/// Adds what each kind takes.
pub(crate) async fn measure(report: &mut Report) {
    let kinds = Box::pin(kinds()).await;
    for Kind { what, measured, .. } in &kinds {
        report.row("Calls and units", format!("{what}: calls in a row"), measured.in_a_row, "", None);
        report.row("Calls and units", format!("{what}: calls in all"), measured.in_all, "", None);
        report.row("Calls and units", format!("{what}: read units"), measured.units.read, "", None);
        report.row("Calls and units", format!("{what}: write units"), measured.units.write, "", None);
    }
    for kind in &kinds {
        report.row("USD a million", kind.what, kind.cost().together(), "USD", kind.goal);
    }
    prices::measure(report, &kinds);
}

/// Every kind, measured, in the order of `docs/costs.md`.
pub(crate) async fn kinds() -> Vec<Kind> {
    let (world, limited) = (World::start(None).await, World::start(Some(1_000_000)).await);
    let env = &world.backends.env;
    let nobodys = PlainKey::mint(KeyClass::Public, &mut |buffer| env.fill(buffer));
    let names: Vec<String> = (0..MAX).map(|number| format!("ada+{number}@example.org")).collect();
    let everybody: Vec<&str> = names.iter().map(String::as_str).collect();
    world.track(ADA, Some("first")).await;
    world.send(&[ADA], Some("first")).await;

    let track = least(&world, async |_| world.track(ADA, None).await).await;
    let track_once = least(&world, async |run| world.track(ADA, Some(run)).await).await;
    let track_again = least(&world, async |_| world.track(ADA, Some("first")).await).await;
    let track_full = full(&world).await;
    let send = least(&world, async |_| world.send(&[ADA], None).await).await;
    let send_once = least(&world, async |run| world.send(&[ADA], Some(run)).await).await;
    let send_again = least(&world, async |_| world.send(&[ADA], Some("first")).await).await;
    let send_limited = least(&limited, async |_| limited.send(&[ADA], None).await).await;
    let send_with_both = least(&limited, async |run| limited.send(&[ADA], Some(run)).await).await;
    let refused = least(&world, async |_| world.refuse(&nobodys).await).await;

    let mut kinds = vec![
        Kind::new("tracked event", prices::REQUEST, track).at_most(3.0),
        Kind::new("tracked event with an `Idempotency-Key`", prices::REQUEST, track_once),
        Kind::new("repeat of a tracked event", prices::REQUEST, track_again),
        Kind::new(TRACK_FULL, prices::REQUEST, track_full),
        Kind::new("send, one recipient", prices::SEND, send).at_most(4.5),
        Kind::new(SEND_ONCE, prices::SEND, send_once),
        Kind::new("send of a project with a monthly limit", prices::SEND, send_limited),
        Kind::new("send with both", prices::SEND, send_with_both),
        Kind::new("repeat of a send", prices::REQUEST, send_again),
        Kind::new("a recipient more in the same request", prices::ANOTHER, another(&world, &everybody).await),
        Kind::new("rotation of both keys", prices::ROTATION, rotation(&world).await),
    ];
    kinds.extend(events(&world, &everybody).await);
    kinds.push(Kind::new("request with a key that is nobody's", prices::REQUEST, refused));
    kinds
}

/// What one run takes at least; each is given a name of its own.
async fn least<T>(world: &World, run: impl AsyncFn(&str) -> T) -> Measured {
    let mut least: Option<Measured> = None;
    for number in 0..RUNS {
        let (measured, _) = world.measure(run(&format!("run {number}"))).await;
        least = least.filter(|least| least.in_a_row <= measured.in_a_row).or(Some(measured));
    }
    least.expect("a run")
}

/// Half of the data of a full contact is replaced, so that it is counted anew with each request.
async fn full(world: &World) -> Measured {
    const FULL: &str = "full@example.org";
    world.track_large(FULL, "a").await;
    world.track_large(FULL, "b").await;
    least(world, async |_| world.track_large(FULL, "a").await).await
}

/// What the largest request takes more than one with fewer recipients, for each. Those in a row are left out: they go
/// side by side.
async fn another(world: &World, everybody: &[&str]) -> Measured {
    let (more, _) = world.measure(world.send(everybody, None)).await;
    let (less, _) = world.measure(world.send(&everybody[..MANY], None)).await;
    let recipients = f64::from(u32::try_from(MAX - MANY).expect("few recipients"));
    Measured {
        in_a_row: 0.0,
        in_all: (more.in_all - less.in_all) / recipients,
        units: (more.units - less.units) / recipients,
    }
}

/// Of a project that was never rotated.
async fn rotation(world: &World) -> Measured {
    let project = world.backends.project(|_| {}).await;
    world.measure(world.rotate(&project)).await.0
}

/// SES's events, each of another email.
async fn events(world: &World, everybody: &[&str]) -> Vec<Kind> {
    let emails = world.send(everybody, None).await;
    let alone = async |event| world.measure(world.feed(&[event])).await.0;
    let delivered = alone(world.delivery(&emails[0])).await;
    let bounced = alone(world.bounce(&emails[1])).await;
    let complained = alone(world.complaint(&emails[2])).await;
    let _first = alone(world.open(&emails[3])).await;
    let opened_again = alone(world.open(&emails[3])).await;
    let ten: Vec<_> = emails[10..20].iter().map(|email| world.delivery(email)).collect();
    let (ten, _) = world.measure(world.feed(&ten)).await;
    let tenth = Measured { in_a_row: ten.in_a_row / 10.0, in_all: ten.in_all / 10.0, units: ten.units / 10.0 };
    vec![
        Kind::new(ONE_EVENT, prices::EVENT, delivered),
        Kind::new(TEN_EVENTS, prices::TENTH, tenth),
        Kind::new("event `Open` once more", prices::EVENT, opened_again),
        Kind::new("event `Bounce`", prices::COUNTED, bounced),
        Kind::new("event `Complaint`", prices::COUNTED, complained),
    ]
}
