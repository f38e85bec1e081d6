//! What a contact may hold (`shared/table/src/contact/room.rs`): merges that come at once, each of which adds to the bound of the
//! data's size, or counts it anew where the bound leaves no room.
//!
//! **Covered.** Three merges that do not all fit, a removal, a bound that is far above what there is; every order of their writes;
//! a write whose answer is lost, which the SDK makes again.
//!
//! **Bounds.** One such fault.
//!
//! **Abstracted.** A merge tries until it is stored or refused, not ten times.

use posthorn_errors::FieldErrors;
use posthorn_model::{Model, Step};
use posthorn_table::{
    contact::{Bound, MAX_DATA_BYTES, Room},
    data::Data,
    in_memory::ContactData,
};
use serde_json::{Value, json};

use crate::support::{breaks, holds};

const LIMIT: &str = "a contact's data is within its limit";
const BOUND: &str = "the bound is no lower than what there is";
const MERGES: [&str; 4] = ["first merge", "second merge", "small merge", "removal"];

#[derive(Debug, PartialEq, Eq)]
enum Without {
    Nothing,
    /// Data is added whatever the bound.
    Condition,
    /// A count lowers the bound that another one lowered before.
    Counts,
    /// A count is written however much was added in between.
    Room,
}

#[derive(Debug)]
struct Merging {
    without: Without,
}

#[derive(Clone, Hash)]
struct World {
    stored: ContactData,
    /// The next write of each merge; `None` once it is stored or refused.
    next: Vec<Option<Room>>,
    faults: u8,
}

/// A text that takes so many bytes, with a key of one.
fn text(bytes: usize) -> String {
    "x".repeat(bytes - r#"data:k"""#.len())
}

fn merges() -> Vec<Data> {
    let data = |value: Value| Data::check(Some(&value), &mut FieldErrors::default());
    let requests = [("x", 20_000), ("y", 20_000), ("s", 6_000)].map(|(key, bytes)| json!({key: text(bytes)}));
    requests.into_iter().chain([json!({"a": null})]).map(data).collect()
}

impl Merging {
    fn write(&self, stored: &mut ContactData, data: &Data, room: Room) -> bool {
        match (&self.without, room) {
            (Without::Condition, Room::Add(_)) => {
                let is_written = stored.write(data, Room::Unneeded);
                stored.bound.bytes = Some(stored.bytes() as u64);
                is_written
            }
            (Without::Counts, _) => {
                let is_written = stored.write(data, room);
                stored.bound.counts = None;
                is_written
            }
            (Without::Room, Room::Count { bytes, read }) if stored.bound.counts == read.counts => {
                let risen = stored.bound.bytes.unwrap() - read.bytes.unwrap();
                stored.write(data, Room::Count { bytes: bytes + usize::try_from(risen).unwrap(), read: stored.bound })
            }
            _ => stored.write(data, room),
        }
    }

    /// A merge's next write, made `times` times.
    fn step(&self, world: &World, merge: usize, times: u8) -> Option<Step<World>> {
        let (mut after, data) = (world.clone(), &merges()[merge]);
        let room = after.next[merge].take()?;
        after.faults -= times - 1;
        let written: Vec<bool> = (0..times).map(|_| self.write(&mut after.stored, data, room)).collect();
        let is_done = written.last() == Some(&true);
        if !is_done {
            after.next[merge] = after.stored.next(data);
        }
        let what = match (is_done, after.next[merge]) {
            (true, _) => "is stored",
            (false, None) => "is refused",
            (false, Some(Room::Count { .. })) => "has to count",
            (false, Some(_)) => "may add after all",
        };
        Some(Step { who: MERGES[merge], what, after })
    }
}

impl Model for Merging {
    type State = World;

    fn start(&self) -> World {
        // As after a key was overwritten a few times.
        let data = [("a".to_owned(), format!("\"{}\"", text(40_000)))].into();
        let stored = ContactData { exists: true, data, bound: Bound { bytes: Some(50_000), counts: None } };
        World { stored, next: merges().iter().map(|data| Some(Room::first(data))).collect(), faults: 1 }
    }

    fn steps(&self, world: &World) -> Vec<Step<World>> {
        let times = 1..=world.faults + 1;
        let all = (0..MERGES.len()).flat_map(|merge| times.clone().map(move |times| (merge, times)));
        all.filter_map(|(merge, times)| self.step(world, merge, times)).collect()
    }

    fn check(&self, world: &World, _is_end: bool) -> Result<(), &'static str> {
        let bytes = world.stored.bytes();
        if bytes > MAX_DATA_BYTES {
            return Err(LIMIT);
        }
        let is_bound = world.stored.bound.bytes.is_some_and(|bound| bound >= bytes as u64);
        if is_bound { Ok(()) } else { Err(BOUND) }
    }
}

#[test]
fn no_order_of_merges_gives_a_contact_more_than_it_may_hold() {
    let reached = ["is stored", "is refused", "has to count", "may add after all"];
    holds(&Merging { without: Without::Nothing }, &[LIMIT, BOUND], &reached);
}

#[test]
fn each_part_is_needed() {
    breaks(&Merging { without: Without::Condition }, LIMIT);
    breaks(&Merging { without: Without::Counts }, BOUND);
    breaks(&Merging { without: Without::Room }, LIMIT);
}
