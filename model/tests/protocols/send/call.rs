//! A write of an attempt, and the ways in which its call can end.

use posthorn_model::Step;
use posthorn_table::TableError;

use super::{ATTEMPTS, SendModel, World};

/// A call that writes: its effect, and the reaction of the attempt to the response, or to its loss.
pub(super) struct WriteCall<'a, T> {
    pub(super) action: &'static str,
    pub(super) effect: &'a dyn Fn(&mut World) -> T,
    pub(super) then: &'a dyn Fn(&mut World, Result<T, TableError>),
}

impl SendModel {
    /// The steps of a call that writes: it succeeds; it is repeated after a lost response; it fails, before or after its effect.
    pub(super) fn call<T>(&self, world: &World, who: usize, call: &WriteCall<'_, T>) -> Vec<Step<World>> {
        let mut steps = vec![];
        let mut add = |action, change: &dyn Fn(&mut World)| {
            let mut after = world.clone();
            change(&mut after);
            steps.push(Step { actor: ATTEMPTS[who], action, after });
        };
        add(call.action, &|after| {
            let answer = (call.effect)(after);
            (call.then)(after, Ok(answer));
        });
        if world.faults == 0 || self.is_last(who) {
            return steps;
        }
        let unavailable = || Err(TableError::Unavailable(String::new()));
        add("a write's response is lost, and the SDK repeats it", &|after| {
            after.faults -= 1;
            (call.effect)(after);
        });
        add("a write's response is lost for good", &|after| {
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
