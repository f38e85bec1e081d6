//! Idempotency keys: the claim on each, and the response that it keeps.

use std::fmt;

use aws_sdk_dynamodb::{
    operation::{put_item::builders::PutItemFluentBuilder, update_item::builders::UpdateItemFluentBuilder},
    types::{ReturnValue, ReturnValuesOnConditionCheckFailure},
};
use jiff::SignedDuration;
use posthorn_errors::Code;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    Table, TableError, Timestamp, Uuid,
    item::{conditional, expiry, from_item, ignore_failed_condition, moment, number, string, to_item},
    keys::{self, Key},
};

/// The days for which a response is kept.
pub(crate) const RETENTION_DAYS: i64 = 1;
/// The time after which an attempt has certainly ended: API Gateway waits for 30 seconds at most.
const LEASE: SignedDuration = SignedDuration::from_secs(60);

/// The scope of an idempotency key: a project and a function, so that the key survives a rotation.
#[derive(Debug, Clone)]
pub struct IdempotencyScope {
    project: Uuid,
    route: &'static str,
    digest: String,
}

impl IdempotencyScope {
    /// The scope of the caller's `Idempotency-Key` on a function's routes.
    #[must_use]
    pub fn new(project: Uuid, route: &'static str, idempotency_key: &str) -> Self {
        Self { project, route, digest: hex::encode(Sha256::digest(idempotency_key)) }
    }

    fn key(&self) -> Key {
        keys::idempotency(self.project, self.route, &self.digest)
    }
}

/// The state of the request with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimState {
    /// An attempt works on it until its lease ends; after that the attempt has crashed.
    Running,
    /// It has a response, which is kept.
    Done,
    /// It ended without a response that holds, and perhaps not without an effect.
    Unknown,
}

/// The record of an idempotency key. Its `Debug` does not show the response.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Claim {
    /// SHA-256 of the body's bytes, lower-case hex.
    pub fingerprint: String,
    /// Method and path, such as `POST /v1/send`.
    pub request: String,
    /// The time of the first request, which its effects carry however often the claim is taken over.
    #[serde(serialize_with = "crate::time::serialize")]
    pub created_at: Timestamp,
    /// Its state.
    pub state: ClaimState,
    /// The attempt that works on it.
    pub nonce: String,
    /// The time at which that attempt has certainly ended.
    #[serde(serialize_with = "crate::time::serialize")]
    pub lease_until: Timestamp,
    /// The ids of its effects: one for each email, or the tracked event's.
    pub ids: Vec<String>,
    /// The status with which an attempt failed that left it in doubt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_code: Option<u16>,
    /// The body of the response, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<String>,
    /// The time from which the record counts as absent, in epoch seconds.
    pub expires_at: i64,
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim").field("state", &self.state).field("nonce", &self.nonce).finish_non_exhaustive()
    }
}

impl Claim {
    /// A claim as an attempt first makes it.
    #[must_use]
    pub fn new(request: String, body: &[u8], ids: Vec<String>, attempt: &Attempt) -> Self {
        Self {
            fingerprint: fingerprint(body),
            request,
            created_at: attempt.now,
            state: ClaimState::Running,
            nonce: attempt.nonce.clone(),
            lease_until: attempt.lease_until,
            ids,
            status_code: None,
            response: None,
            expires_at: expiry(attempt.now, RETENTION_DAYS),
        }
    }

    /// True if the request that made the claim had this body.
    #[must_use]
    pub fn is_for_body(&self, body: &[u8]) -> bool {
        self.fingerprint == fingerprint(body)
    }

    /// True once the record counts as absent.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at <= now.as_second()
    }
}

fn fingerprint(body: &[u8]) -> String {
    hex::encode(Sha256::digest(body))
}

/// One attempt at a request.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// A text unique to the attempt, by which it recognises its own write.
    pub nonce: String,
    /// The time at which it began.
    pub now: Timestamp,
    /// The time at which it has certainly ended.
    pub(crate) lease_until: Timestamp,
}

impl Attempt {
    /// An attempt that begins now; `nonce` is fresh randomness.
    #[must_use]
    pub fn begin(nonce: [u8; 16], now: Timestamp) -> Self {
        Self { nonce: hex::encode(nonce), now, lease_until: now + LEASE }
    }
}

/// The holder of a claim.
#[derive(Debug, PartialEq, Eq)]
pub enum ClaimOutcome {
    /// The claim is this attempt's.
    Mine(Box<Claim>),
    /// The claim is another attempt's. This is its record.
    Theirs(Box<Claim>),
}

impl ClaimOutcome {
    /// The outcome as the stored record tells it: this attempt's if the attempt called `nonce` wrote the record, since the write
    /// then failed on its own echo.
    pub(crate) fn from_record(nonce: &str, record: Claim) -> Self {
        if record.nonce == nonce { Self::Mine(Box::new(record)) } else { Self::Theirs(Box::new(record)) }
    }
}

impl Table {
    /// Makes the claim unless there is one that has not expired.
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn claim(&self, scope: &IdempotencyScope, claim: Claim) -> Result<ClaimOutcome, TableError> {
        let put = |put: PutItemFluentBuilder| {
            Ok(put
                .set_item(Some(to_item(scope.key(), &claim)?))
                .condition_expression("attribute_not_exists(pk) OR expires_at <= :now")
                .expression_attribute_values(":now", number(claim.created_at.as_second())))
        };
        match self.create(|| scope.key(), put).await? {
            None => Ok(ClaimOutcome::Mine(Box::new(claim))),
            Some(found) => Ok(ClaimOutcome::from_record(&claim.nonce, from_item(found)?)),
        }
    }

    /// The claim of this key, if there is one that has not expired, read consistently.
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn find_claim(&self, scope: &IdempotencyScope, now: Timestamp) -> Result<Option<Claim>, TableError> {
        let item = self.read(scope.key()).await?;
        let claim: Option<Claim> = item.map(from_item).transpose()?;
        Ok(claim.filter(|claim| !claim.is_expired(now)))
    }

    /// Takes over a claim whose attempt has ended without a response. Keeps its ids and its time; its 24 hours begin
    /// anew, for what it may now hand over.
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn take_over(
        &self,
        scope: &IdempotencyScope,
        held: &Claim,
        attempt: &Attempt,
    ) -> Result<ClaimOutcome, TableError> {
        let result = self
            .change_claim(scope, &held.nonce)
            .update_expression("SET #state = :state, nonce = :mine, lease_until = :lease, expires_at = :expires")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":state", string("running"))
            .expression_attribute_values(":mine", string(&attempt.nonce))
            .expression_attribute_values(":lease", moment(attempt.lease_until))
            .expression_attribute_values(":expires", number(expiry(attempt.now, RETENTION_DAYS)))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let old = match conditional(result)? {
            Ok(output) => return Ok(ClaimOutcome::Mine(Box::new(from_item(output.attributes.unwrap_or_default())?))),
            Err(old) => old,
        };
        match self.item_of_failed_condition(scope.key(), old).await? {
            Some(found) => Ok(ClaimOutcome::from_record(&attempt.nonce, from_item(found)?)),
            None => Ok(ClaimOutcome::Theirs(Box::new(held.clone()))),
        }
    }

    /// Keeps the response, if the claim is still the attempt's and none is kept. False if the claim is not the attempt's any
    /// more.
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn settle_claim(
        &self,
        scope: &IdempotencyScope,
        nonce: &str,
        response: &str,
    ) -> Result<bool, TableError> {
        let result = self
            .change_claim(scope, nonce)
            .update_expression("SET #state = :state, #response = :response")
            .expression_attribute_names("#state", "state")
            .expression_attribute_names("#response", "response")
            .condition_expression("nonce = :nonce AND #state <> :state")
            .expression_attribute_values(":state", string("done"))
            .expression_attribute_values(":response", string(response))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let Err(old) = conditional(result)? else { return Ok(true) };
        let found: Option<Claim> = self.item_of_failed_condition(scope.key(), old).await?.map(from_item).transpose()?;
        // The attempt's own response, if that was written before the SDK's retry.
        Ok(found.is_some_and(|claim| claim.nonce == nonce && claim.state == ClaimState::Done))
    }

    /// Leaves the claim to the next request with its key: this attempt has ended, failed with the code's
    /// status, and does not know what became of its effects.
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn leave_claim(&self, scope: &IdempotencyScope, nonce: &str, code: Code) -> Result<(), TableError> {
        let request = self
            .change_claim(scope, nonce)
            .update_expression("SET #state = :state, status_code = :status")
            .condition_expression("nonce = :nonce AND #state = :running")
            .expression_attribute_values(":running", string("running"))
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":state", string("unknown"))
            .expression_attribute_values(":status", number(code.status()));
        ignore_failed_condition(request.send().await)
    }

    /// Frees the key: the request certainly had no effect.
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn release_claim(&self, scope: &IdempotencyScope, nonce: &str) -> Result<(), TableError> {
        let result = self
            .client
            .delete_item()
            .table_name(&*self.name)
            .set_key(Some(scope.key().attributes()))
            .condition_expression("nonce = :nonce")
            .expression_attribute_values(":nonce", string(nonce))
            .send()
            .await;
        ignore_failed_condition(result)
    }

    /// An update of a claim on condition that the attempt `nonce` holds it.
    fn change_claim(&self, scope: &IdempotencyScope, nonce: &str) -> UpdateItemFluentBuilder {
        self.update(scope.key())
            .condition_expression("nonce = :nonce")
            .expression_attribute_values(":nonce", string(nonce))
    }
}
