//! The steps of an attempt, one call at a time, as `shared/idempotency`, `functions/send` and `shared/delivery` make them.

use jiff::SignedDuration;
use posthorn_delivery::{Delivery, RecipientOutcome, RenderFailures, recorded_deliveries};
use posthorn_errors::{Code, Failure};
use posthorn_idempotency::{ClaimEnd, Verdict, stored_response, verdict};
use posthorn_liquid::RenderError;
use posthorn_mail::address::Address;
use posthorn_model::Step;
use posthorn_table::{
    TableError, Timestamp, Uuid,
    email::{Email, Outcome, Permit, Status},
    idempotency::{Attempt, Claim, ClaimOutcome},
    in_memory::ClaimRecord,
};
use send::decide::{self, ending, is_withdrawn, may_yet_send, nobody_got_any};

use super::{
    ATTEMPTS, DOUBT_HAS_CAUSE, FAILED_IS_FINAL, FREED_MEANS_UNSENT, Mutation, Next, Phase, Response, Run,
    STATUSES_ARE_TRUE, SendModel, World, Write, call::WriteCall, statuses,
};

const KEY: &str = "order-1234";
const BODY: &[u8] = b"{}";

fn at(leases: u8) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(61 * i64::from(leases))
}

fn address(recipient: usize) -> Address {
    Address::parse(&format!("r{recipient}@example.org")).unwrap()
}

fn response(result: Result<String, Failure>) -> Response {
    result.map_err(|failure| failure.code())
}

impl SendModel {
    fn attempt(world: &World, who: usize) -> Attempt {
        Attempt::begin([u8::try_from(who).unwrap(); 16], at(world.attempts[who].0))
    }

    fn ids(&self, who: usize) -> Vec<Uuid> {
        (0..self.recipients).map(|recipient| Uuid::from_u128((who * 16 + recipient + 1) as u128)).collect()
    }

    fn ids_of(claim: &Claim) -> Vec<Uuid> {
        claim.ids.iter().map(|id| id.parse().unwrap()).collect()
    }

    pub(super) fn is_last(&self, who: usize) -> bool {
        who + 1 == self.attempts
    }

    fn report(&self, ids: &[Uuid], emails: &[Email], missing: Code, now: Timestamp) -> Response {
        let addresses: Vec<_> = (0..self.recipients).map(address).collect();
        let deliveries = recorded_deliveries(
            Uuid::nil(),
            addresses.iter().zip(ids.iter().copied()),
            emails,
            missing,
            Timestamp::UNIX_EPOCH,
        );
        response(decide::response(&deliveries, now, Timestamp::UNIX_EPOCH))
    }

    pub(super) fn start_of(&self, world: &World, who: usize) -> Vec<Step<World>> {
        let others_ended = world.attempts[..who].iter().all(|(_, phase)| matches!(phase, Phase::Ended));
        let in_order = who == 0 || !matches!(world.attempts[who - 1].1, Phase::Waiting);
        if !in_order || self.is_last(who) && !(others_ended && Self::events(world).is_empty()) {
            return vec![];
        }
        let mut after = world.clone();
        after.now += if self.is_last(who) { 2 } else { 0 };
        after.attempts[who] = (after.now, Phase::Claiming);
        vec![Step { actor: ATTEMPTS[who], action: "begins", after }]
    }

    pub(super) fn claiming(&self, world: &World, who: usize) -> Vec<Step<World>> {
        let attempt = Self::attempt(world, who);
        let ids = self.ids(who).iter().map(Uuid::to_string).collect();
        let new = Claim::new("POST /v1/send".to_owned(), BODY, ids, &attempt);
        let effect = |world: &mut World| world.claim.claim(new.clone());
        let then = |after: &mut World, claimed: Result<_, TableError>| match claimed {
            Ok(ClaimOutcome::Mine(claim)) => after.attempts[who].1 = Phase::Reserving(*claim, vec![]),
            Ok(ClaimOutcome::Theirs(claim)) => match verdict(&claim, KEY, BODY, attempt.now) {
                Ok(Verdict::Replay(body)) => self.end(after, who, Ok(body)),
                Ok(Verdict::TakeOver) => after.attempts[who].1 = Phase::Reading(*claim),
                Err(refusal) => self.end(after, who, Err(refusal.code())),
            },
            Err(error) => self.end(after, who, Err(Failure::from(error).code())),
        };
        let action = match effect(&mut world.clone()) {
            ClaimOutcome::Mine(_) => "claims the key",
            ClaimOutcome::Theirs(claim) => match verdict(&claim, KEY, BODY, attempt.now) {
                Ok(Verdict::Replay(_)) => "is replayed",
                Ok(Verdict::TakeOver) => "finds a claim that has ended",
                Err(_) => "is told that another attempt runs",
            },
        };
        self.call(world, who, &WriteCall { action, effect: &effect, then: &then })
    }

    pub(super) fn reading(&self, world: &World, who: usize, held: &Claim) -> Vec<Step<World>> {
        let mut after = world.clone();
        let ids = Self::ids_of(held);
        let emails: Vec<Email> = ids.iter().filter_map(|id| world.emails.get(id)?.0.clone()).collect();
        after.is_in_doubt |= Self::somebody_delivers(world);
        let action = if emails.len() == ids.len() {
            let response = self.report(&ids, &emails, Code::DeliveryFailed, Self::attempt(world, who).now);
            after.attempts[who].1 = Phase::Settling(held.clone(), response, false);
            "finds a record of every email"
        } else {
            after.attempts[who].1 = Phase::TakingOver(held.clone(), emails);
            "finds an email mutation a record"
        };
        vec![Step { actor: ATTEMPTS[who], action, after }]
    }

    pub(super) fn taking_over(&self, world: &World, who: usize, held: &Claim, emails: &[Email]) -> Vec<Step<World>> {
        let attempt = Self::attempt(world, who);
        let effect = |world: &mut World| {
            let theirs = world.claim.0.as_ref().map_or(String::new(), |claim| claim.nonce.clone());
            let fence =
                if self.mutation == Mutation::Fences { Claim { nonce: theirs, ..held.clone() } } else { held.clone() };
            let claimed = world.claim.take_over(&fence, &attempt);
            match claimed {
                ClaimOutcome::Mine(mut claim) if self.mutation == Mutation::KeptIds => {
                    claim.ids = self.ids(who).iter().map(Uuid::to_string).collect();
                    ClaimOutcome::Mine(claim)
                }
                claimed => claimed,
            }
        };
        let then = |after: &mut World, claimed: Result<_, TableError>| match claimed {
            Ok(ClaimOutcome::Mine(claim)) => after.attempts[who].1 = Phase::Reserving(*claim, emails.to_vec()),
            Ok(ClaimOutcome::Theirs(rival)) => {
                let answer = stored_response(&rival, KEY, BODY, attempt.now).map_err(|failure| failure.code());
                self.end(after, who, answer);
            }
            Err(_lost) => self.end(after, who, Err(Code::DeliveryUnknown)),
        };
        self.call(world, who, &WriteCall { action: "takes the key over", effect: &effect, then: &then })
    }

    pub(super) fn reserving(&self, world: &World, who: usize, claim: &Claim, earlier: &[Email]) -> Vec<Step<World>> {
        let mut after = world.clone();
        let run =
            Run { claim: claim.clone(), earlier: earlier.to_vec(), deliveries: vec![], writes: vec![], response: None };
        self.next_recipient(&mut after, who, run);
        let mut steps = vec![Step { actor: ATTEMPTS[who], action: "has room in the monthly limit", after }];
        if world.faults > 0 && !self.is_last(who) {
            let mut after = world.clone();
            after.faults -= 1;
            let missing = Code::BillingLimitExceeded;
            let response = if nobody_got_any(earlier) || self.mutation == Mutation::Doubt {
                Err(missing)
            } else {
                self.report(&Self::ids_of(claim), earlier, missing, Self::attempt(world, who).now)
            };
            after.attempts[who].1 = Phase::Settling(claim.clone(), response, true);
            steps.push(Step { actor: ATTEMPTS[who], action: "is over the monthly limit", after });
        }
        steps
    }

    /// Continues with the next recipient without a record, or with the writes at the end if there is none.
    fn next_recipient(&self, world: &mut World, who: usize, mut run: Run) {
        let ids = Self::ids_of(&run.claim);
        while let Some(id) = ids.get(run.deliveries.len()) {
            let Some(email) = run.earlier.iter().find(|email| email.id == *id) else {
                world.attempts[who].1 = Phase::Delivering(run, Next::Permit);
                return;
            };
            run.deliveries.push(Delivery::recorded(address(run.deliveries.len()), email));
        }
        let now = Self::attempt(world, who).now;
        let result = decide::response(&run.deliveries, now, now);
        let permitted = (0..self.recipients).filter(|place| run.deliveries[*place].permitted);
        if is_withdrawn(&result) {
            run.writes.extend(permitted.map(Write::Withdrawal));
        } else {
            let failed = permitted.filter(|place| run.deliveries[*place].outcome.status() == Status::Failed);
            run.writes.extend(failed.map(Write::Outcome).collect::<Vec<_>>());
        }
        run.writes.push(Write::Claim);
        run.response = Some(response(result));
        world.attempts[who].1 = Phase::Delivering(run, Next::Permit);
    }

    /// Keeps the outcome of the current recipient.
    fn delivered(&self, world: &mut World, who: usize, run: &Run, delivery: Delivery) {
        let mut run = run.clone();
        let is_written = matches!(
            delivery.outcome,
            RecipientOutcome::Sent | RecipientOutcome::Suppressed | RecipientOutcome::Unknown
        );
        if delivery.permitted && is_written {
            run.writes.push(Write::Outcome(run.deliveries.len()));
        }
        run.deliveries.push(delivery);
        self.next_recipient(world, who, run);
    }

    fn delivery(world: &World, who: usize, run: &Run, outcome: RecipientOutcome) -> Delivery {
        let place = run.deliveries.len();
        let (to, id) = (address(place), Self::ids_of(&run.claim)[place]);
        Delivery { permitted: true, ..Delivery::new(id, Uuid::nil(), to, outcome, Self::attempt(world, who).now) }
    }

    pub(super) fn permitting(&self, world: &World, who: usize, run: &Run) -> Vec<Step<World>> {
        let attempt = Self::attempt(world, who);
        let new = Self::delivery(world, who, run, RecipientOutcome::Unknown);
        let email = Email {
            id: new.id,
            project: Uuid::nil(),
            epoch: 0,
            contact: new.contact,
            to: new.to.as_str().to_owned(),
            status: Status::Pending,
            error: None,
            message_id: None,
            nonce: attempt.nonce.clone(),
            created_at: attempt.now,
        };
        let effect = |world: &mut World| {
            let record = world.emails.entry(email.id).or_default();
            let is_new = record.0.is_none();
            match record.permit(&email) {
                Permit::Found(_) if self.mutation == Mutation::Fences => Permit::Taken,
                Permit::Taken if self.mutation == Mutation::Echo && !is_new => Permit::Found(Box::new(email.clone())),
                permit => permit,
            }
        };
        let then = |after: &mut World, permit: Result<_, TableError>| match permit {
            Ok(Permit::Taken) => after.attempts[who].1 = Phase::Delivering(run.clone(), Next::Send),
            Ok(Permit::Found(found)) => {
                self.delivered(after, who, run, Delivery::recorded(new.to.clone(), &found));
            }
            Err(error) => {
                let outcome = RecipientOutcome::Failed(Failure::from(error).code());
                self.delivered(after, who, run, Delivery { outcome, ..new.clone() });
            }
        };
        self.call(world, who, &WriteCall { action: "takes a permit", effect: &effect, then: &then })
    }

    pub(super) fn sending(&self, world: &World, who: usize, run: &Run) -> Vec<Step<World>> {
        let not_rendered = RenderFailures { body: Some(RenderError::Steps), ..RenderFailures::default() };
        let ways = [
            ("sends an email", true, RecipientOutcome::Sent),
            ("sends an email, and the response is lost", true, RecipientOutcome::Unknown),
            ("does not reach the mail service, and cannot know", false, RecipientOutcome::Unknown),
            ("is throttled by the mail service", false, RecipientOutcome::Failed(Code::RateLimitExceeded)),
            ("is refused by the mail service", false, RecipientOutcome::Failed(Code::DeliveryFailed)),
            ("fails by an internal error", false, RecipientOutcome::Failed(Code::InternalServerError)),
            ("has templates that exceed a limit", false, RecipientOutcome::NotRendered(not_rendered)),
            ("finds that the contact is suppressed", false, RecipientOutcome::Suppressed),
        ];
        let possible = if world.faults == 0 || self.is_last(who) { &ways[..1] } else { &ways[..] };
        let step = |(action, is_taken, outcome): &(&'static str, bool, RecipientOutcome)| {
            let mut after = world.clone();
            after.faults -= u8::from(*outcome != RecipientOutcome::Sent);
            after.is_in_doubt |= *outcome == RecipientOutcome::Unknown;
            let delivery = Self::delivery(world, who, run, *outcome);
            if *is_taken {
                let recipient = run.deliveries.len();
                after.taken[recipient].push(delivery.id);
                after.violated = after.violated.or(after.failed[recipient].then_some(FAILED_IS_FINAL));
            }
            self.delivered(&mut after, who, run, delivery);
            Step { actor: ATTEMPTS[who], action, after }
        };
        possible.iter().map(step).collect()
    }

    /// The writes that a running attempt may make now, or at its end the response.
    pub(super) fn recording(&self, world: &World, who: usize, run: &Run, next: &Next) -> Vec<Step<World>> {
        let withdraws = run.writes.iter().any(|write| matches!(write, Write::Withdrawal(_)));
        let due = run.writes.iter().filter(|write| !withdraws || matches!(write, Write::Withdrawal(_)));
        let mut steps: Vec<_> = due.flat_map(|write| self.recording_one(world, who, run, next, *write)).collect();
        let Some(response) = &run.response else { return steps };
        let out_of_time = !run.writes.is_empty() && world.faults > 0 && !self.is_last(who);
        if run.writes.is_empty() || out_of_time {
            let mut after = world.clone();
            after.faults -= u8::from(out_of_time);
            after.is_in_doubt |= out_of_time;
            let is_lost = run.writes.contains(&Write::Claim) && may_yet_send(&run.deliveries);
            self.end(&mut after, who, self.unless_lost(response, is_lost));
            let action = if out_of_time { "answers mutation having recorded it all" } else { "responds" };
            steps.push(Step { actor: ATTEMPTS[who], action, after });
        }
        steps
    }

    fn recording_one(&self, world: &World, who: usize, run: &Run, next: &Next, write: Write) -> Vec<Step<World>> {
        let nonce = Self::attempt(world, who).nonce;
        let mut left = run.clone();
        left.writes.retain(|other| *other != write);
        let then = |after: &mut World, written: Result<bool, TableError>| {
            let mut left = left.clone();
            let is_lost = write == Write::Claim && !matches!(written, Ok(true)) && may_yet_send(&run.deliveries);
            left.response = left.response.map(|response| self.unless_lost(&response, is_lost));
            after.attempts[who].1 = Phase::Delivering(left, next.clone());
        };
        let effect = |world: &mut World| match write {
            Write::Outcome(place) => {
                let delivery = &run.deliveries[place];
                let theirs = world.emails.get(&delivery.id).and_then(|record| Some(record.0.as_ref()?.nonce.clone()));
                let writer = theirs.as_ref().filter(|_| self.mutation == Mutation::OwnOutcomes).unwrap_or(&nonce);
                let error = delivery.outcome.error().filter(|_| delivery.outcome.status() == Status::Failed);
                let outcome = Outcome { error: error.map(Code::as_str), ..Outcome::default() };
                world.emails.entry(delivery.id).or_default().settle(writer, delivery.outcome.status(), &outcome);
                true
            }
            Write::Withdrawal(place) => {
                world.emails.entry(run.deliveries[place].id).or_default().withdraw(&nonce);
                true
            }
            Write::Claim => run.response.as_ref().is_none_or(|response| self.end_claim(world, &run.claim, response)),
        };
        let action = match write {
            Write::Outcome(_) => "records an outcome",
            Write::Withdrawal(_) => "withdraws a record",
            Write::Claim => "ends its claim",
        };
        self.call(world, who, &WriteCall { action, effect: &effect, then: &then })
    }

    fn unless_lost(&self, answer: &Response, is_lost: bool) -> Response {
        let ending = ending(answer.clone().map_err(Failure::new), self.mutation != Mutation::KeptFailures);
        response(ending.response(!is_lost))
    }

    /// Writes the end of a request to its claim.
    fn end_claim(&self, world: &mut World, held: &Claim, response: &Response) -> bool {
        let before = world.claim.clone();
        let mut is_settled = true;
        match ending(response.clone().map_err(Failure::new), false).claim_end() {
            ClaimEnd::Keep(body) if self.mutation == Mutation::FirstAnswer => {
                if let Some(claim) = &mut world.claim.0 {
                    claim.response = Some(body.to_owned());
                }
                world.claim.settle(&held.nonce, body);
            }
            ClaimEnd::Keep(body) => is_settled = world.claim.settle(&held.nonce, body),
            ClaimEnd::Free if self.mutation == Mutation::OwnRelease => world.claim = ClaimRecord(None),
            ClaimEnd::Free => world.claim.release(&held.nonce),
            ClaimEnd::Leave(code) => world.claim.leave(&held.nonce, code),
        }
        let is_freed = before.0.is_some() && world.claim.0.is_none();
        if is_freed && self.mutation != Mutation::OwnRelease && world.taken.iter().any(|taken| !taken.is_empty()) {
            world.violated = world.violated.or(Some(FREED_MEANS_UNSENT));
        }
        is_settled
    }

    pub(super) fn settling(
        &self,
        world: &World,
        who: usize,
        held: &Claim,
        response: &Response,
        must_be_stored: bool,
    ) -> Vec<Step<World>> {
        let effect = |world: &mut World| self.end_claim(world, held, response);
        let then = |after: &mut World, written: Result<bool, TableError>| {
            let is_lost = must_be_stored && !matches!(written, Ok(true));
            self.end(after, who, self.unless_lost(response, is_lost));
        };
        self.call(world, who, &WriteCall { action: "ends a claim and responds", effect: &effect, then: &then })
    }

    /// Ends the attempt with a response, and checks that the response is true.
    fn end(&self, world: &mut World, who: usize, response: Response) {
        if let Ok(body) = &response {
            for (recipient, status) in statuses(body).iter().enumerate() {
                world.failed[recipient] |= status == "FAILED";
            }
            for (taken, status) in world.taken.iter().zip(statuses(body)) {
                let is_true = match status.as_str() {
                    "SENT" => !taken.is_empty(),
                    "FAILED" | "SUPPRESSED" => taken.is_empty(),
                    _ => true,
                };
                if !is_true {
                    world.violated = world.violated.or(Some(STATUSES_ARE_TRUE));
                }
            }
        }
        world.attempts[who].1 = Phase::Ended;
        if response == Err(Code::DeliveryUnknown) && !world.is_in_doubt {
            world.violated = world.violated.or(Some(DOUBT_HAS_CAUSE));
        }
        if self.is_last(who) {
            world.response = Some(response);
        }
    }
}
