//! The limit of a contact's data (`shared/table/src/contact/size_limit.rs`): concurrent merges that each raise the bound of the data's
//! size, or count the size again if the bound leaves no room.
//!
//! **Covered.** Three merges that do not all fit, a removal, a bound far above the real size; every order of their writes; a write
//! whose response is lost and that the SDK repeats.
//!
//! **Bounds.** There is one such fault.
//!
//! **Abstracted.** A merge tries until it is stored or refused, not ten times.

use posthorn_errors::FieldErrors;
use posthorn_model::{Model, Step};
use posthorn_table::{
    contact::{Bound, MAX_DATA_BYTES, SizeCheck},
    data::Data,
    in_memory::ContactData,
};
use serde_json::{Value, json};

use crate::support::{assert_holds, assert_violates};

const WITHIN_LIMIT: &str = "a contact's data is within its limit";
const BOUND_IS_HIGH_ENOUGH: &str = "the bound is no lower than the size of the data";
const MERGES: [&str; 4] = ["first merge", "second merge", "small merge", "removal"];

#[derive(Debug, PartialEq, Eq)]
enum Mutation {
    None,
    /// Data is added whatever the bound is.
    Condition,
    /// A count lowers the bound although another count lowered it before.
    Counts,
    /// A count is written whatever was added in between.
    Room,
}

#[derive(Debug)]
struct MergeModel {
    mutation: Mutation,
}

#[derive(Clone, Hash)]
struct World {
    stored: ContactData,
    /// The next write of each merge; `None` once it is stored or refused.
    next: Vec<Option<SizeCheck>>,
    faults: u8,
}

/// A text that takes this number of bytes, with a key of one byte.
fn text(bytes: usize) -> String {
    "x".repeat(bytes - r#"data:k"""#.len())
}

fn merges() -> Vec<Data> {
    let data = |value: Value| Data::check(Some(&value), &mut FieldErrors::default());
    let requests = [("x", 20_000), ("y", 20_000), ("s", 6_000)].map(|(key, bytes)| json!({key: text(bytes)}));
    requests.into_iter().chain([json!({"a": null})]).map(data).collect()
}

impl MergeModel {
    fn write(&self, stored: &mut ContactData, data: &Data, check: SizeCheck) -> bool {
        match (&self.mutation, check) {
            (Mutation::Condition, SizeCheck::Add(_)) => {
                let is_written = stored.write(data, SizeCheck::NotNeeded);
                stored.bound.bytes = Some(stored.bytes() as u64);
                is_written
            }
            (Mutation::Counts, _) => {
                let is_written = stored.write(data, check);
                stored.bound.counts = None;
                is_written
            }
            (Mutation::Room, SizeCheck::Recount { bytes, read }) if stored.bound.counts == read.counts => {
                let risen = stored.bound.bytes.unwrap() - read.bytes.unwrap();
                stored.write(
                    data,
                    SizeCheck::Recount { bytes: bytes + usize::try_from(risen).unwrap(), read: stored.bound },
                )
            }
            _ => stored.write(data, check),
        }
    }

    /// The next write of a merge, made `times` times.
    fn step(&self, world: &World, merge: usize, times: u8) -> Option<Step<World>> {
        let (mut after, data) = (world.clone(), &merges()[merge]);
        let check = after.next[merge].take()?;
        after.faults -= times - 1;
        let written: Vec<bool> = (0..times).map(|_| self.write(&mut after.stored, data, check)).collect();
        let is_done = written.last() == Some(&true);
        if !is_done {
            after.next[merge] = after.stored.next(data);
        }
        let action = match (is_done, after.next[merge]) {
            (true, _) => "is stored",
            (false, None) => "is refused",
            (false, Some(SizeCheck::Recount { .. })) => "has to count",
            (false, Some(_)) => "may add after all",
        };
        Some(Step { actor: MERGES[merge], action, after })
    }
}

impl Model for MergeModel {
    type State = World;

    fn initial_state(&self) -> World {
        // The bound is as after a key was overwritten a few times.
        let data = [("a".to_owned(), format!("\"{}\"", text(40_000)))].into();
        let stored = ContactData { exists: true, data, bound: Bound { bytes: Some(50_000), counts: None } };
        World { stored, next: merges().iter().map(|data| Some(SizeCheck::first(data))).collect(), faults: 1 }
    }

    fn steps(&self, world: &World) -> Vec<Step<World>> {
        let times = 1..=world.faults + 1;
        let all = (0..MERGES.len()).flat_map(|merge| times.clone().map(move |times| (merge, times)));
        all.filter_map(|(merge, times)| self.step(world, merge, times)).collect()
    }

    fn check(&self, world: &World, _is_end: bool) -> Result<(), &'static str> {
        let bytes = world.stored.bytes();
        if bytes > MAX_DATA_BYTES {
            return Err(WITHIN_LIMIT);
        }
        let is_bound = world.stored.bound.bytes.is_some_and(|bound| bound >= bytes as u64);
        if is_bound { Ok(()) } else { Err(BOUND_IS_HIGH_ENOUGH) }
    }
}

#[test]
fn no_order_of_merges_exceeds_the_limit_of_a_contact() {
    let reached = ["is stored", "is refused", "has to count", "may add after all"];
    assert_holds(&MergeModel { mutation: Mutation::None }, &[WITHIN_LIMIT, BOUND_IS_HIGH_ENOUGH], &reached);
}

#[test]
fn every_mutation_of_the_protocol_is_found() {
    assert_violates(&MergeModel { mutation: Mutation::Condition }, WITHIN_LIMIT);
    assert_violates(&MergeModel { mutation: Mutation::Counts }, BOUND_IS_HIGH_ENOUGH);
    assert_violates(&MergeModel { mutation: Mutation::Room }, WITHIN_LIMIT);
}
