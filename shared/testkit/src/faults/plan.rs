//! Decides which attempts of a call fail.

use std::collections::HashMap;

use super::{
    fault::Fault,
    request::{NamedCall, ObservedRequest},
};

/// The faults asked for, and how far they have come.
#[derive(Debug, Default)]
pub(super) struct Plan {
    rules: Vec<Rule>,
    /// The number of calls that are still to come before the one that fails, and how that fails.
    pub(super) countdown: Option<(usize, Fault)>,
    /// The call of which every attempt fails, by the SDK's id of it.
    failing: Option<(String, Fault)>,
    pub(super) named_fault: Option<NamedFault>,
    /// The number of calls that came under each name.
    counts: HashMap<String, usize>,
    /// The name of each call by the SDK's id of it, so that its retries have the same name.
    names: HashMap<String, String>,
    /// The calls since they began to be watched.
    pub(super) watched: Option<Vec<NamedCall>>,
    is_dead: bool,
}

#[derive(Debug)]
struct Rule {
    operation: &'static str,
    needle: String,
    fault: Fault,
    attempts: usize,
}

/// The fault of a call that is chosen by its name.
#[derive(Debug)]
pub(super) struct NamedFault {
    pub(super) name: String,
    pub(super) fault: Fault,
    pub(super) is_permanent: bool,
    pub(super) was_hit: bool,
}

/// The action of the faulty connector on an attempt.
#[derive(Debug, Clone, Copy)]
pub(super) enum Decision {
    /// It reaches the service.
    Forward,
    /// It fails.
    Fail(Fault),
    /// It never ends, for the process that makes it is dead.
    Hang,
}

impl Plan {
    pub(super) fn fail(&mut self, operation: &'static str, needle: &str, fault: Fault, attempts: usize) {
        self.rules.push(Rule { operation, needle: needle.to_owned(), fault, attempts });
    }

    pub(super) fn decide(&mut self, request: &ObservedRequest) -> Decision {
        if self.is_dead {
            return Decision::Hang;
        }
        let fault = self.by_countdown(request).or_else(|| self.by_name(request)).or_else(|| self.by_rule(request));
        self.is_dead = matches!(fault, Some(Fault::Dies | Fault::DiesAfter));
        fault.map_or(Decision::Forward, Decision::Fail)
    }

    fn by_countdown(&mut self, request: &ObservedRequest) -> Option<Fault> {
        match self.countdown {
            Some((0, fault)) if request.is_first => {
                self.countdown = None;
                self.failing = Some((request.invocation.clone(), fault));
            }
            Some((left, fault)) if request.is_first => self.countdown = Some((left - 1, fault)),
            _ => {}
        }
        let (invocation, fault) = self.failing.as_ref()?;
        (*invocation == request.invocation).then_some(*fault)
    }

    fn by_name(&mut self, request: &ObservedRequest) -> Option<Fault> {
        if self.watched.is_none() && self.named_fault.is_none() {
            return None;
        }
        let name = self.numbered_name(request);
        if let Some(watched) = &mut self.watched
            && request.is_first
        {
            watched.push(request.named(name.clone()));
        }
        let planned = self.named_fault.as_mut()?;
        let goes_on = planned.was_hit && planned.is_permanent && base(&name) == base(&planned.name);
        let begins = !planned.was_hit && name == planned.name;
        planned.was_hit |= begins;
        (begins || goes_on).then_some(planned.fault)
    }

    /// The name, with a number from the second call of the same name on.
    fn numbered_name(&mut self, request: &ObservedRequest) -> String {
        if let Some(name) = self.names.get(&request.invocation) {
            return name.clone();
        }
        let name = request.name();
        let count = self.counts.entry(name.clone()).or_default();
        *count += 1;
        let name = if *count > 1 { format!("{name} ({count})") } else { name };
        self.names.insert(request.invocation.clone(), name.clone());
        name
    }

    fn by_rule(&mut self, request: &ObservedRequest) -> Option<Fault> {
        let applies = |rule: &&mut Rule| {
            rule.attempts > 0 && rule.operation == request.operation && request.body.contains(&rule.needle)
        };
        let rule = self.rules.iter_mut().find(applies)?;
        rule.attempts -= 1;
        Some(rule.fault)
    }
}

/// The name without its number.
fn base(name: &str) -> &str {
    name.split(" (").next().unwrap_or(name)
}
