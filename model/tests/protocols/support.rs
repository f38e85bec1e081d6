//! What every model's test does with what was explored.

use std::fmt::Debug;

use posthorn_model::{Model, explore};

/// Explores a model that is sound: nothing is broken, and everything in `reached` did happen.
#[expect(clippy::print_stdout, reason = "how much was explored, for whoever looks with --nocapture")]
pub(crate) fn holds(model: &(impl Model + Debug), properties: &[&str], reached: &[&str]) {
    let explored = explore(model);
    if let Some(found) = explored.counterexample {
        panic!("{model:?}\n{found}");
    }
    for what in reached {
        assert!(explored.happened.contains(what), "never happened: {what}, of {:?}", explored.happened);
    }
    let posthorn_model::Explored { states, steps, ends, depth, .. } = explored;
    println!("{model:?}: {states} states, {steps} steps, {ends} ends, at most {depth} deep");
    for property in properties {
        println!("  always: {property}");
    }
    println!("  reached: {}", reached.join("; "));
}

/// Explores a model that is broken on purpose: the checker must see it.
pub(crate) fn breaks(model: &(impl Model + Debug), property: &str) {
    let found = explore(model).counterexample;
    let broken = found.as_ref().map(|found| found.broken);
    let way = found.as_ref().map(ToString::to_string).unwrap_or_default();
    assert_eq!(broken, Some(property), "{model:?}\n{way}");
}
