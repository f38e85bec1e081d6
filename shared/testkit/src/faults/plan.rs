//! Which attempts are to fail.

use std::collections::HashMap;

use super::{Fault, Named, seen::ObservedRequest};

/// The faults asked for, and how far they have come.
#[derive(Debug, Default)]
pub(super) struct Plan {
    rules: Vec<Rule>,
    /// Calls that are still to come before the one that fails, and how.
    pub(super) countdown: Option<(usize, Fault)>,
    /// The call of which every attempt fails.
    doomed: Option<(String, Fault)>,
    pub(super) strike: Option<Strike>,
    /// How often calls of a name have come.
    count: HashMap<String, usize>,
    /// The name of each call, for the SDK's retries of it.
    names_of: HashMap<String, String>,
    pub(super) names: Option<Vec<Named>>,
    pub(super) is_dead: bool,
}

#[derive(Debug)]
struct Rule {
    operation: &'static str,
    needle: String,
    fault: Fault,
    attempts: usize,
}

/// The fault of a call by its name.
#[derive(Debug)]
pub(super) struct Strike {
    pub(super) name: String,
    pub(super) fault: Fault,
    pub(super) for_good: bool,
    pub(super) hit: bool,
}

/// What becomes of an attempt.
#[derive(Debug, Clone, Copy)]
pub(super) enum Decided {
    Goes,
    Fails(Fault),
    /// The process that makes it does not live any more.
    Dead,
}

impl Plan {
    pub(super) fn fail(&mut self, operation: &'static str, needle: &str, fault: Fault, attempts: usize) {
        self.rules.push(Rule { operation, needle: needle.to_owned(), fault, attempts });
    }

    pub(super) fn decide(&mut self, seen: &ObservedRequest) -> Decided {
        if self.is_dead {
            return Decided::Dead;
        }
        let fault = self.of_call(seen).or_else(|| self.of_name(seen)).or_else(|| self.of_rules(seen));
        self.is_dead = matches!(fault, Some(Fault::Dies | Fault::DiesAfter));
        fault.map_or(Decided::Goes, Decided::Fails)
    }

    fn of_call(&mut self, seen: &ObservedRequest) -> Option<Fault> {
        match self.countdown {
            Some((0, fault)) if seen.is_first => {
                self.countdown = None;
                self.doomed = Some((seen.invocation.clone(), fault));
            }
            Some((left, fault)) if seen.is_first => self.countdown = Some((left - 1, fault)),
            _ => {}
        }
        let (invocation, fault) = self.doomed.as_ref()?;
        (*invocation == seen.invocation).then_some(*fault)
    }

    fn of_name(&mut self, seen: &ObservedRequest) -> Option<Fault> {
        if self.names.is_none() && self.strike.is_none() {
            return None;
        }
        let name = self.numbered(seen);
        if let Some(names) = &mut self.names
            && seen.is_first
        {
            names.push(seen.named(name.clone()));
        }
        let strike = self.strike.as_mut()?;
        let goes_on = strike.hit && strike.for_good && base(&name) == base(&strike.name);
        let begins = !strike.hit && name == strike.name;
        strike.hit |= begins;
        (begins || goes_on).then_some(strike.fault)
    }

    /// The name, with a number from the second call of the same on.
    fn numbered(&mut self, seen: &ObservedRequest) -> String {
        if let Some(name) = self.names_of.get(&seen.invocation) {
            return name.clone();
        }
        let name = seen.name();
        let count = self.count.entry(name.clone()).or_default();
        *count += 1;
        let name = if *count > 1 { format!("{name} ({count})") } else { name };
        self.names_of.insert(seen.invocation.clone(), name.clone());
        name
    }

    fn of_rules(&mut self, seen: &ObservedRequest) -> Option<Fault> {
        let is_meant = |rule: &&mut Rule| {
            rule.attempts > 0 && rule.operation == seen.operation && seen.body.contains(&rule.needle)
        };
        let rule = self.rules.iter_mut().find(is_meant)?;
        rule.attempts -= 1;
        Some(rule.fault)
    }
}

/// The name without its number.
fn base(name: &str) -> &str {
    name.split(" (").next().unwrap_or(name)
}
