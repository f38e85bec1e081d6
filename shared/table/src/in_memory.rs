//! The writes of [`Table`](crate::Table) on records in memory, by the same conditions: for the models of the protocols. `model/tests/in_memory.rs`
//! holds each of them to its expression.

use std::collections::BTreeMap;

use posthorn_errors::Code;

use crate::{
    Timestamp,
    api_key::ApiKey,
    contact::{Bound, SizeCheck, size},
    data::Data,
    email::{self, Email, Outcome, Permit, ReportedStatus},
    idempotency::{Attempt, Claim, ClaimOutcome, ClaimState, RETENTION_DAYS},
    item::expiry,
    notice::{LEASE, Notice},
    project::{Project, ProjectFacts, ProjectKey, removed_keys, was_committed},
};

/// The data in a contact's item.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ContactData {
    /// False if there is no contact.
    pub exists: bool,
    /// The JSON texts of the values.
    pub data: BTreeMap<String, String>,
    /// The figures that are kept of their size.
    pub bound: Bound,
}

impl ContactData {
    /// Has the effect of one write of [`Table::merge_contact`](crate::Table::merge_contact). False if its condition fails.
    pub fn write(&mut self, data: &Data, check: SizeCheck) -> bool {
        let Some(bound) = check.admit(self.exists, self.bound) else { return false };
        (self.exists, self.bound) = (true, bound);
        self.data.extend(data.stored_texts().map(|(key, text)| (key.to_owned(), text)));
        self.data.retain(|key, _| !data.removed.contains(key));
        true
    }

    /// The writer's next write after one that failed. `None` if the data does not fit.
    #[must_use]
    pub fn next(&self, data: &Data) -> Option<SizeCheck> {
        SizeCheck::next(data, self.bound, self.data.iter().map(|(key, text)| (key.as_str(), text.len())))
    }

    /// The bytes of its data.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.data.iter().map(|(key, text)| size(key, text.len())).sum()
    }
}

/// An email's record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct EmailRecord(pub Option<Email>);

impl EmailRecord {
    /// Has the effect of [`Table::permit_email`](crate::Table::permit_email).
    pub fn permit(&mut self, email: &Email) -> Permit {
        Permit::from_record(&email.nonce, self.0.get_or_insert_with(|| email.clone()).clone())
    }

    /// Has the effect of [`Table::settle_email`](crate::Table::settle_email).
    pub fn settle(&mut self, nonce: &str, status: email::Status, outcome: &Outcome<'_>) {
        if let Some(found) = self.0.as_mut().filter(|found| found.nonce == nonce && found.status < status) {
            found.status = status;
            found.message_id = outcome.message_id.map(str::to_owned).or(found.message_id.take());
            found.error = outcome.error.map(str::to_owned).or(found.error.take());
        }
    }

    /// Has the effect of [`Table::withdraw_email`](crate::Table::withdraw_email).
    pub fn withdraw(&mut self, nonce: &str) {
        self.0.take_if(|found| found.nonce == nonce);
    }

    /// Has the effect of [`Table::record_report`](crate::Table::record_report), without the times.
    pub fn record_report(&mut self, report: ReportedStatus, message_id: &str) {
        let Some(status) = report.status() else { return };
        if let Some(found) = self.0.as_mut().filter(|found| found.status < status) {
            let error = if let ReportedStatus::Failed(error) = report { Some(error.to_owned()) } else { None };
            (found.status, found.error, found.message_id) = (status, error, Some(message_id.to_owned()));
        }
    }
}

/// The record of an idempotency key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ClaimRecord(pub Option<Claim>);

impl ClaimRecord {
    /// Has the effect of [`Table::claim`](crate::Table::claim).
    pub fn claim(&mut self, claim: Claim) -> ClaimOutcome {
        match &self.0 {
            Some(found) if !found.is_expired(claim.created_at) => {
                ClaimOutcome::from_record(&claim.nonce, found.clone())
            }
            _ => ClaimOutcome::Mine(Box::new(self.0.insert(claim).clone())),
        }
    }

    /// Has the effect of [`Table::take_over`](crate::Table::take_over).
    pub fn take_over(&mut self, held: &Claim, attempt: &Attempt) -> ClaimOutcome {
        let Some(found) = &mut self.0 else { return ClaimOutcome::Theirs(Box::new(held.clone())) };
        if found.nonce == held.nonce {
            found.state = ClaimState::Running;
            found.nonce.clone_from(&attempt.nonce);
            found.lease_until = attempt.lease_until;
            found.expires_at = expiry(attempt.now, RETENTION_DAYS);
        }
        ClaimOutcome::from_record(&attempt.nonce, found.clone())
    }

    /// Has the effect of [`Table::settle_claim`](crate::Table::settle_claim).
    pub fn settle(&mut self, nonce: &str, response: &str) -> bool {
        let Some(found) = self.0.as_mut().filter(|found| found.nonce == nonce) else { return false };
        if found.state != ClaimState::Done {
            found.state = ClaimState::Done;
            found.response = Some(response.to_owned());
        }
        true
    }

    /// Has the effect of [`Table::leave_claim`](crate::Table::leave_claim).
    pub fn leave(&mut self, nonce: &str, code: Code) {
        if let Some(found) = self.0.as_mut().filter(|found| found.nonce == nonce && found.state == ClaimState::Running)
        {
            found.state = ClaimState::Unknown;
            found.status_code = Some(code.status());
        }
    }

    /// Has the effect of [`Table::release_claim`](crate::Table::release_claim).
    pub fn release(&mut self, nonce: &str) {
        self.0.take_if(|found| found.nonce == nonce);
    }
}

/// A project's notices, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Notices(pub BTreeMap<String, Leased>);

/// A notice, and who publishes it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Leased {
    /// The notice.
    pub notice: Notice,
    /// Until when an attempt may take to publish it.
    pub until: Option<Timestamp>,
    /// The attempt that took it last.
    pub nonce: Option<String>,
}

impl Notices {
    /// All of them, by name.
    #[must_use]
    pub fn all(&self) -> Vec<Notice> {
        self.0.values().map(|leased| leased.notice.clone()).collect()
    }

    /// Has the effect of [`Table::record_notice`](crate::Table::record_notice) when `stored` is the project.
    pub fn record(&mut self, notice: &Notice, read: &ProjectFacts, stored: &ProjectFacts) {
        if (read.epoch, read.status) == (stored.epoch, stored.status) {
            self.add(notice);
        }
    }

    /// Has the effect of a transaction that records a notice. False if one of its name is there.
    pub fn add(&mut self, notice: &Notice) -> bool {
        let is_new = !self.0.contains_key(&notice.name);
        self.0.entry(notice.name.clone()).or_insert_with(|| Leased {
            notice: notice.clone(),
            until: None,
            nonce: None,
        });
        is_new
    }

    /// Has the effect of [`Table::lease_notice`](crate::Table::lease_notice).
    pub fn lease(&mut self, name: &str, nonce: &str, now: Timestamp) -> bool {
        let is_free = |leased: &&mut Leased| {
            let is_mine = leased.nonce.as_deref() == Some(nonce);
            leased.notice.published_at.is_none() && (is_mine || leased.until.is_none_or(|until| until <= now))
        };
        let leased = self.0.get_mut(name).filter(is_free);
        leased.map(|leased| (leased.until, leased.nonce) = (Some(now + LEASE), Some(nonce.to_owned()))).is_some()
    }

    /// Has the effect of [`Table::mark_published`](crate::Table::mark_published).
    pub fn mark_published(&mut self, name: &str, now: Timestamp) {
        if let Some(leased) = self.0.get_mut(name).filter(|leased| leased.notice.published_at.is_none()) {
            (leased.notice.published_at, leased.until) = (Some(now), None);
        }
    }

    /// Has the effect of [`Table::release_notice`](crate::Table::release_notice).
    pub fn release(&mut self, name: &str, nonce: &str) {
        if let Some(leased) = self.0.get_mut(name).filter(|leased| leased.nonce.as_deref() == Some(nonce)) {
            leased.until = None;
        }
    }
}

/// A project and its keys' items.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Stored {
    /// The project.
    pub project: Option<Project>,
    /// The items of keys, by digest, other projects' as well.
    pub keys: BTreeMap<String, ApiKey>,
}

impl Stored {
    /// Has the effect of the transaction of [`Table::change_project`](crate::Table::change_project). False if one of its conditions fails.
    pub fn change(&mut self, previous: Option<&Project>, next: &Project) -> bool {
        let version = |project: &Project| project.version;
        let is_as_read = self.project.as_ref().map(version) == previous.map(version);
        let removed: Vec<_> = previous.into_iter().flat_map(|previous| removed_keys(previous, next)).collect();
        let is_free = |key: &ProjectKey| self.keys.get(&key.digest).is_none_or(|item| item.project.id == next.facts.id);
        if !is_as_read || !next.keys.iter().chain(removed.iter().copied()).all(is_free) {
            return false;
        }
        for key in removed {
            self.keys.remove(&key.digest);
        }
        self.keys.extend(next.keys.iter().map(|key| (key.digest.clone(), ApiKey::of(key, &next.facts))));
        self.project = Some(next.clone());
        true
    }

    /// The finding of [`Table::change_project`](crate::Table::change_project) after a lost answer: true if the change was made.
    #[must_use]
    pub fn has(&self, previous: Option<&Project>, next: &Project) -> bool {
        self.project.as_ref().is_some_and(|stored| was_committed(previous, next, stored))
    }
}
