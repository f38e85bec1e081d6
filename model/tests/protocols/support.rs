//! Assertions on explored models.

use std::fmt::Debug;

use posthorn_model::{Model, explore};

/// Explores a correct model, and asserts that no property is violated and that every action in `reached` happened.
#[expect(clippy::print_stdout, reason = "how much was exploration, for whoever looks with --nocapture")]
pub(crate) fn assert_holds(model: &(impl Model + Debug), properties: &[&str], reached: &[&str]) {
    let exploration = explore(model);
    if let Some(found) = exploration.counterexample {
        panic!("{model:?}\n{found}");
    }
    for action in reached {
        assert!(exploration.actions.contains(action), "never happened: {action}, of {:?}", exploration.actions);
    }
    let posthorn_model::Exploration { states, steps, final_states, depth, .. } = exploration;
    println!("{model:?}: {states} states, {steps} steps, {final_states} final states, at most {depth} deep");
    for property in properties {
        println!("  always: {property}");
    }
    println!("  reached: {}", reached.join("; "));
}

/// Explores a model with a mutation, and asserts that it violates `property`.
pub(crate) fn assert_violates(model: &(impl Model + Debug), property: &str) {
    let found = explore(model).counterexample;
    let violated = found.as_ref().map(|found| found.violated);
    let trace = found.as_ref().map(ToString::to_string).unwrap_or_default();
    assert_eq!(violated, Some(property), "{model:?}\n{trace}");
}
