//! A write of an attempt, and the ways in which its call can end.

use posthorn_model::Step;
use posthorn_table::TableError;

use super::{ATTEMPTS, Sending, World};

/// A call that makes a write: the effect, and what the attempt does about the answer, or without one.
pub(super) struct Call<'a, T> {
    pub(super) what: &'static str,
    pub(super) effect: &'a dyn Fn(&mut World) -> T,
    pub(super) then: &'a dyn Fn(&mut World, Result<T, TableError>),
}

impl Sending {
    /// The steps of a call that writes: it succeeds; it is made again after a lost answer; it fails, before or after its
    /// effect.
    pub(super) fn call<T>(&self, world: &World, who: usize, call: &Call<'_, T>) -> Vec<Step<World>> {
        let mut steps = vec![];
        let mut add = |what, change: &dyn Fn(&mut World)| {
            let mut after = world.clone();
            change(&mut after);
            steps.push(Step { who: ATTEMPTS[who], what, after });
        };
        add(call.what, &|after| {
            let answer = (call.effect)(after);
            (call.then)(after, Ok(answer));
        });
        if world.faults == 0 || self.is_last(who) {
            return steps;
        }
        let unavailable = || Err(TableError::Unavailable(String::new()));
        add("a write's answer is lost, and the SDK makes it again", &|after| {
            after.faults -= 1;
            (call.effect)(after);
        });
        add("a write's answer is lost for good", &|after| {
            (after.faults, after.is_in_doubt) = (after.faults - 1, true);
            (call.effect)(after);
            (call.then)(after, unavailable());
        });
        add("a write never arrives", &|after| {
            (after.faults, after.is_in_doubt) = (after.faults - 1, true);
            (call.then)(after, unavailable());
        });
        steps
    }
}
