//! The fault matrix: a request of which every call fails in every way, one at a time, and what comes of it. Printed as a
//! table, so that a change of behaviour shows in review. A process that dies between two calls dies after the one and before
//! the other. Where calls run at once, those that began before it take their effect, and those after it never come.

use std::fmt::Write;

use futures_util::{StreamExt, stream};
use tokio::select;

use crate::faults::{Fault, Faults, Named};

/// Cells that are worked on at once: they mostly wait.
const AT_ONCE: usize = 12;

/// A request to be made in a world of its own for every cell.
pub trait Scenario {
    /// Back ends, a function on them, and what was there before the request.
    type World;

    /// A fresh world.
    fn start(&self) -> impl Future<Output = Self::World>;

    /// Its faults.
    fn faults<'a>(&self, world: &'a Self::World) -> &'a Faults;

    /// Makes the request; the answer in a few words.
    fn request(&self, world: &Self::World) -> impl Future<Output = String>;

    /// Lets so much time pass that a crashed attempt counts as ended.
    fn wait(&self, world: &Self::World) -> impl Future<Output = ()>;

    /// What is left in the end, in a few words: mails, messages, items.
    fn left(&self, world: &Self::World) -> impl Future<Output = String>;
}

/// How a call failed, and whether it went on to.
pub type Failure = (Fault, bool);

/// What came of a request one of whose calls failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The call, as [`Faults::names`] names it.
    pub call: String,
    /// How it failed, unless none did.
    pub fails: Option<Failure>,
    /// What the request was answered, or `killed`.
    pub answer: String,
    /// What the same request was answered right afterwards, everything well again.
    pub again: String,
    /// What it was answered once a crashed attempt counts as ended.
    pub later: String,
    /// What is left then.
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
    let mut matrix = vec![repeated(scenario, &world, String::new(), None, answer).await];
    let strikes = calls.iter().flat_map(|call| ways(call).map(move |(fault, for_good)| (call, fault, for_good)));
    let strikes: Vec<_> = strikes.map(|(call, fault, for_good)| struck(scenario, call, fault, for_good)).collect();
    matrix.extend(stream::iter(strikes).buffered(AT_ONCE).collect::<Vec<_>>().await);
    matrix
}

async fn struck<S: Scenario>(scenario: &S, call: &Named, fault: Fault, for_good: bool) -> Cell {
    let world = scenario.start().await;
    let faults = scenario.faults(&world);
    faults.strike(&call.name, fault, for_good);
    let answer = select! {
        biased;
        answer = scenario.request(&world) => answer,
        () = faults.death() => "killed".to_owned(),
    };
    assert!(faults.was_hit(), "{}: the call did not come", call.name);
    faults.clear();
    repeated(scenario, &world, call.name.clone(), Some((fault, for_good)), answer).await
}

async fn repeated<S: Scenario>(
    scenario: &S,
    world: &S::World,
    call: String,
    fails: Option<Failure>,
    answer: String,
) -> Cell {
    let again = scenario.request(world).await;
    scenario.wait(world).await;
    let later = scenario.request(world).await;
    let left = scenario.left(world).await;
    Cell { call, fails, answer, again, later, left }
}

/// How a call may fail, and whether for good: a process dies once.
fn ways(call: &Named) -> impl Iterator<Item = Failure> {
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

fn in_words(fault: Fault) -> &'static str {
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

/// The cells as Markdown: what comes to the same stands in one row.
#[must_use]
pub fn table(cells: &[Cell]) -> String {
    let mut rows: Vec<(Cell, Vec<Failure>)> = Vec::new();
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
        let fails = together(&fails);
        let _ = writeln!(text, "| {call} | {fails} | {answer} | {again} | {later} | {left} |");
    }
    text
}

/// Such as `once or always: throttled, timed out; always: no connection`.
fn together(fails: &[Failure]) -> String {
    let is = |fault, for_good| fails.contains(&(fault, for_good));
    let of = |what: &str, meant: &dyn Fn(Fault) -> bool| {
        let mut faults: Vec<_> = fails.iter().map(|(fault, _)| *fault).filter(|fault| meant(*fault)).collect();
        faults.dedup();
        let words: Vec<_> = faults.into_iter().map(in_words).collect();
        (!words.is_empty()).then(|| format!("{what}: {}", words.join(", ")))
    };
    let parts = [
        of("once or always", &|fault| is(fault, false) && is(fault, true)),
        of("once", &|fault| is(fault, false) && !is(fault, true)),
        of("always", &|fault| !is(fault, false)),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}
