//! The fault matrix: the outcomes of a request of which every call fails in every way, one at a time. It is printed as a
//! table, so that a change of behaviour shows in review. A process that dies between two calls dies after the one and before
//! the other. Of calls that run at once, those that began before the death take their effect, and the others never come.

use std::fmt::Write;

use futures_util::{StreamExt, stream};
use tokio::select;

use crate::faults::{Fault, Faults, NamedCall};

/// The number of cells that are worked on at once: they mostly wait.
const CONCURRENT_CELLS: usize = 12;

/// A request that is made in a world of its own for every cell.
pub trait Scenario {
    /// Back ends, a function on them, and what was there before the request.
    type World;

    /// A fresh world.
    fn start(&self) -> impl Future<Output = Self::World>;

    /// The faults of a world.
    fn faults<'a>(&self, world: &'a Self::World) -> &'a Faults;

    /// Makes the request, and gives the answer in a few words.
    fn request(&self, world: &Self::World) -> impl Future<Output = String>;

    /// Lets so much time pass that a crashed attempt counts as ended.
    fn wait(&self, world: &Self::World) -> impl Future<Output = ()>;

    /// The mails, messages and items that are left in the end, in a few words.
    fn left(&self, world: &Self::World) -> impl Future<Output = String>;
}

/// A way in which a call failed: the fault, and whether it was permanent.
pub type CallFailure = (Fault, bool);

/// The outcome of a request of which one call failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The call, as [`Faults::names`] names it.
    pub call: String,
    /// The failure, unless no call failed.
    pub fails: Option<CallFailure>,
    /// The request's answer, or `killed`.
    pub answer: String,
    /// The answer to the same request right afterwards, without a fault.
    pub again: String,
    /// The answer to the same request once a crashed attempt counts as ended.
    pub later: String,
    /// The mails, messages and items that are left then.
    pub left: String,
}

/// Fails every call of the scenario's request in every way; the first cell is the request without a fault.
///
/// # Panics
/// If a call that comes without faults does not come any more.
pub async fn run<S: Scenario>(scenario: &S) -> Vec<Cell> {
    let world = scenario.start().await;
    scenario.faults(&world).watch();
    let answer = scenario.request(&world).await;
    let calls = scenario.faults(&world).names();
    let mut matrix = vec![repeat(scenario, &world, String::new(), None, answer).await];
    let failures = calls.iter().flat_map(|call| failures_of(call).map(move |failure| (call, failure)));
    let runs: Vec<_> = failures.map(|(call, failure)| run_with(scenario, call, failure)).collect();
    matrix.extend(stream::iter(runs).buffered(CONCURRENT_CELLS).collect::<Vec<_>>().await);
    matrix
}

async fn run_with<S: Scenario>(scenario: &S, call: &NamedCall, failure: CallFailure) -> Cell {
    let (fault, is_permanent) = failure;
    let world = scenario.start().await;
    let faults = scenario.faults(&world);
    faults.strike(&call.name, fault, is_permanent);
    let answer = select! {
        biased;
        answer = scenario.request(&world) => answer,
        () = faults.death() => "killed".to_owned(),
    };
    assert!(faults.was_hit(), "{}: the call did not come", call.name);
    faults.clear();
    repeat(scenario, &world, call.name.clone(), Some(failure), answer).await
}

async fn repeat<S: Scenario>(
    scenario: &S,
    world: &S::World,
    call: String,
    fails: Option<CallFailure>,
    answer: String,
) -> Cell {
    let again = scenario.request(world).await;
    scenario.wait(world).await;
    let later = scenario.request(world).await;
    let left = scenario.left(world).await;
    Cell { call, fails, answer, again, later, left }
}

/// The ways in which a call may fail. No death is permanent, for a process dies once.
fn failures_of(call: &NamedCall) -> impl Iterator<Item = CallFailure> {
    use Fault::{
        Breaks, Conflicts, Dies, DiesAfter, Garbles, LosesAnswer, NeverArrives, Overtaken, Resets, Throttled, TimesOut,
        TimesOutAfter,
    };
    let all = [NeverArrives, Throttled, Breaks, LosesAnswer, TimesOut, TimesOutAfter, Resets, Garbles];
    let all = all.into_iter().flat_map(|fault| [(fault, false), (fault, true)]);
    let conditional = call.is_conditional.then_some((Overtaken, false));
    let write = [(Conflicts, false), (Conflicts, true)].into_iter().filter(|_| call.is_write);
    all.chain(conditional).chain(write).chain([(Dies, false), (DiesAfter, false)])
}

fn description(fault: Fault) -> &'static str {
    match fault {
        Fault::NeverArrives => "no connection",
        Fault::Throttled => "throttled",
        Fault::Breaks => "500",
        Fault::LosesAnswer => "500 after its effect",
        Fault::TimesOut => "timed out",
        Fault::TimesOutAfter => "timed out after its effect",
        Fault::Resets => "reset after its effect",
        Fault::Garbles => "answer cut off",
        Fault::Overtaken => "overtaken",
        Fault::Conflicts => "transaction conflict",
        Fault::OmitsItem => "answer without the item",
        Fault::FailsCondition => "condition failed",
        Fault::OverlooksItems => "items overlooked",
        Fault::LeavesUnread => "keys left unread",
        Fault::Dies => "killed before",
        Fault::DiesAfter => "killed after its effect",
    }
}

/// The cells as Markdown. Cells that differ in the failure alone stand in one row.
#[must_use]
pub fn table(cells: &[Cell]) -> String {
    let mut rows: Vec<(Cell, Vec<CallFailure>)> = Vec::new();
    for cell in cells {
        let outcome = Cell { fails: None, ..cell.clone() };
        match rows.iter_mut().find(|(row, _)| *row == outcome) {
            Some((_, fails)) => fails.extend(cell.fails),
            None => rows.push((outcome, cell.fails.into_iter().collect())),
        }
    }
    let mut text =
        "| Call | Fails | Answer | Again | Later | Left |\n| --- | --- | --- | --- | --- | --- |\n".to_owned();
    for (Cell { call, answer, again, later, left, .. }, fails) in rows {
        let fails = grouped(&fails);
        let _ = writeln!(text, "| {call} | {fails} | {answer} | {again} | {later} | {left} |");
    }
    text
}

/// The failures in words, such as `once or always: throttled, timed out; always: no connection`.
fn grouped(fails: &[CallFailure]) -> String {
    let has = |fault, is_permanent| fails.contains(&(fault, is_permanent));
    let group = |title: &str, includes: &dyn Fn(Fault) -> bool| {
        let mut faults: Vec<_> = fails.iter().map(|(fault, _)| *fault).filter(|fault| includes(*fault)).collect();
        faults.dedup();
        let words: Vec<_> = faults.into_iter().map(description).collect();
        (!words.is_empty()).then(|| format!("{title}: {}", words.join(", ")))
    };
    let parts = [
        group("once or always", &|fault| has(fault, false) && has(fault, true)),
        group("once", &|fault| has(fault, false) && !has(fault, true)),
        group("always", &|fault| !has(fault, false)),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}
