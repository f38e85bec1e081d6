//! Compares the writes in memory, which the models use, with DynamoDB's expressions on the real engine: after any sequence of
//! writes both have equal results and equal items.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed, in its helpers too")]

use std::{
    fmt::Debug,
    sync::atomic::{AtomicU32, Ordering},
};

use jiff::SignedDuration;
use posthorn_errors::{Code, FieldErrors};
use posthorn_table::{
    Table, TableError, Timestamp, Uuid,
    api_key::{KeyClass, KeyScope},
    contact::{SizeCheck, Subscription},
    data::Data,
    email::{Email, Outcome, ReportedStatus, Status as EmailStatus},
    idempotency::{Attempt, Claim, IdempotencyScope},
    in_memory::{ClaimRecord, ContactData, EmailRecord, Notices, Stored},
    notice::Notice,
    project::{Project, ProjectFacts, ProjectKey, Status},
};
use posthorn_testkit::backends::Backends;
use proptest::{
    collection::vec,
    strategy::Strategy,
    test_runner::{Config, TestRunner},
};
use serde_json::json;
use tokio::runtime::Runtime;

const CASES: u32 = 40;
/// The number of the case. Every case has a project of its own, and so has each shrunk one.
static CASE: AtomicU32 = AtomicU32::new(1);

/// Runs random sequences of writes, which are drawn as numbers, each on new items.
fn check<T: Debug>(write: impl Strategy<Value = T>, run: &impl AsyncFn(&Table, Uuid, Vec<T>)) {
    let runtime = Runtime::new().unwrap();
    let table = runtime.block_on(Backends::start()).table;
    let mut runner = TestRunner::new(Config { cases: CASES, failure_persistence: None, ..Config::default() });
    let result = runner.run(&vec(write, 1..10), |writes| {
        let project = Uuid::from_u128(CASE.fetch_add(1, Ordering::Relaxed).into());
        runtime.block_on(run(&table, project, writes));
        Ok(())
    });
    result.unwrap();
}

/// The times of a case: a lease apart, and then a day.
fn at(place: usize) -> Timestamp {
    let seconds = [0, 6, 12, 60, 86_400, 86_460][place];
    "2025-11-30T10:30:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
}

#[test]
fn claims_in_memory_equal_those_of_the_table() {
    // Each write is a kind of write, its attempt, the attempt whose claim it is on, and its time.
    check((0..6_usize, 0..3_u8, 0..3_u8, 0..6_usize), &async |table, project, writes| {
        let (scope, mut record) = (IdempotencyScope::new(project, "send", "k"), ClaimRecord::default());
        for write in writes {
            let (kind, attempt_number, owner, when) = write;
            let (attempt, theirs) =
                (Attempt::begin([attempt_number; 16], at(when)), Attempt::begin([owner; 16], at(when)));
            let new = |attempt: &Attempt| Claim::new("POST /v1/send".to_owned(), b"{}", vec![], attempt);
            match kind {
                0 | 1 => assert_eq!(
                    table.claim(&scope, new(&attempt)).await.unwrap(),
                    record.claim(new(&attempt)),
                    "{write:?}"
                ),
                2 => assert_eq!(
                    table.take_over(&scope, &new(&theirs), &attempt).await.unwrap(),
                    record.take_over(&new(&theirs), &attempt),
                    "{write:?}"
                ),
                3 => assert_eq!(
                    table.settle_claim(&scope, &attempt.nonce, "answer").await.unwrap(),
                    record.settle(&attempt.nonce, "answer"),
                    "{write:?}"
                ),
                4 => {
                    table.leave_claim(&scope, &attempt.nonce, Code::DeliveryUnknown).await.unwrap();
                    record.leave(&attempt.nonce, Code::DeliveryUnknown);
                }
                _ => {
                    table.release_claim(&scope, &attempt.nonce).await.unwrap();
                    record.release(&attempt.nonce);
                }
            }
            let stored = table.find_claim(&scope, Timestamp::UNIX_EPOCH).await.unwrap();
            assert_eq!(stored, record.0, "{write:?}");
        }
    });
}

#[test]
fn contact_data_in_memory_equals_that_of_the_table() {
    const SIZES: [usize; 4] = [1, 9_000, 20_000, 32_000];
    // Each write is a key and the size of its value, which is removed beyond these sizes.
    check((0..4_usize, 0..5_usize), &async |table, project, writes| {
        let mut memory = ContactData::default();
        for write in writes {
            let (key, size) = write;
            let value = SIZES.get(size).map(|size| "x".repeat(*size));
            let data = Data::check(Some(&json!({format!("k{key}"): value})), &mut FieldErrors::default());
            let keep = Subscription::Keep { when_new: true };
            let merged = table.merge_contact(project, "ada@example.org", keep, &data, at(0)).await;
            let mut check = Some(SizeCheck::first(&data));
            while let Some(next) = check
                && !memory.write(&data, next)
            {
                check = memory.next(&data);
            }
            assert_eq!(matches!(merged, Err(TableError::TooLarge)), check.is_none(), "{write:?}");
            let stored = table.contact(project, "ada@example.org").await.unwrap().unwrap();
            assert_eq!((stored.data, stored.bound), (memory.data.clone(), memory.bound), "{write:?}");
        }
    });
}

#[test]
fn email_records_in_memory_equal_those_of_the_table() {
    const STATUSES: [EmailStatus; 4] =
        [EmailStatus::Unknown, EmailStatus::Sent, EmailStatus::Failed, EmailStatus::Suppressed];
    const EVENTS: [ReportedStatus; 5] = [
        ReportedStatus::Sent,
        ReportedStatus::Delayed,
        ReportedStatus::Failed("DELIVERY_FAILED"),
        ReportedStatus::HeldBack,
        ReportedStatus::Complained,
    ];
    // Each write is a kind of write, its attempt, and its outcome or event.
    check((0..5_usize, 0..2_usize, 0..20_usize), &async |table, id, writes| {
        let mut record = EmailRecord::default();
        for write in writes {
            let (kind, attempt, which) = write;
            let nonce = ["one", "two"][attempt];
            match kind {
                0 | 1 => {
                    let email = email(id, nonce);
                    assert_eq!(table.permit_email(&email).await.unwrap(), record.permit(&email), "{write:?}");
                }
                2 => {
                    let status = STATUSES[which % 4];
                    let error = (status == EmailStatus::Failed).then_some("RATE_LIMIT_EXCEEDED");
                    let message_id = (status == EmailStatus::Sent).then_some("ses-1");
                    let outcome = Outcome { message_id, error, subject: (which < 10).then_some("Hello") };
                    table.settle_email(id, nonce, status, &outcome, at(0)).await.unwrap();
                    record.settle(nonce, status, &outcome);
                }
                3 => {
                    table.withdraw_email(id, nonce).await.unwrap();
                    record.withdraw(nonce);
                }
                _ => {
                    table.record_report(id, EVENTS[which % 5], at(0), "ses-2").await.unwrap();
                    record.record_report(EVENTS[which % 5], "ses-2");
                }
            }
            assert_eq!(table.email(id).await.unwrap(), record.0, "{write:?}");
        }
    });
}

fn email(id: Uuid, nonce: &str) -> Email {
    Email {
        id,
        project: Uuid::nil(),
        epoch: 0,
        contact: Uuid::nil(),
        to: "ada@example.org".to_owned(),
        status: EmailStatus::Pending,
        error: None,
        message_id: None,
        nonce: nonce.to_owned(),
        created_at: at(0),
    }
}

fn project(id: Uuid, version: u64) -> Project {
    let facts = ProjectFacts {
        id,
        name: "Acme".to_owned(),
        status: Status::Active,
        epoch: 0,
        domains: vec![],
        default_sender: None,
        monthly_limit: None,
    };
    Project { facts, version, keys: vec![], created_at: at(0), updated_at: at(0), disabled: None }
}

#[test]
fn notices_in_memory_equal_those_of_the_table() {
    // Each write is a kind of write, a notice, its attempt, its time, and whether the project was read before it was reinstated.
    check((0..6_usize, 1..3_u32, 0..2_usize, 0..4_usize, 0..4_u32), &async |table, id, writes| {
        let (stored, mut memory) = (project(id, 1), Notices::default());
        table.change_project(None, &stored, None).await.unwrap();
        for write in writes {
            let (kind, number, attempt, when, read) = write;
            let (nonce, now) = (["one", "two"][attempt], at(when));
            let notice = Notice {
                name: Notice::name(0, "bounce", "warning", number),
                project: id,
                at: now,
                title: "Posthorn warning".to_owned(),
                message: "{}".to_owned(),
                published_at: None,
            };
            match kind {
                0 | 1 => {
                    let facts = ProjectFacts { epoch: read / 3, ..stored.facts.clone() };
                    table.record_notice(&notice, &facts).await.unwrap();
                    memory.record(&notice, &facts, &stored.facts);
                }
                2 | 3 => {
                    let leased = table.lease_notice(&notice, nonce, now).await.unwrap();
                    assert_eq!(leased, memory.lease(&notice.name, nonce, now), "{write:?}");
                }
                4 if read == 0 => {
                    table.mark_published(&notice, now).await.unwrap();
                    memory.mark_published(&notice.name, now);
                }
                _ => {
                    table.release_notice(&notice, nonce).await.unwrap();
                    memory.release(&notice.name, nonce);
                }
            }
            assert_eq!(table.notices(id).await.unwrap(), memory.all(), "{write:?}");
        }
    });
}

#[test]
fn projects_and_their_keys_in_memory_equal_those_of_the_table() {
    // Each write is the state before it (the last or the first), a set of four keys (the last of which belongs to another project),
    // the set of keys in grace, and the time.
    check((0..4_usize, 0..16_u8, 0..16_u8, 0..4_usize), &async |table, id, writes| {
        let digests = [0, 1, 2, 3].map(|number| format!("{id} {number}"));
        let key = |number: usize, retires: bool| ProjectKey {
            digest: digests[number].clone(),
            class: KeyClass::Secret,
            scope: KeyScope::Full,
            retires_at: retires.then(|| at(2)),
        };
        let other = Project { keys: vec![key(3, false)], ..project(Uuid::from_u128(id.as_u128() << 64), 1) };
        table.change_project(None, &other, None).await.unwrap();
        let mut memory = Stored::default();
        memory.keys.insert(digests[3].clone(), table.api_key(&digests[3]).await.unwrap().unwrap());
        let mut states: Vec<Project> = vec![];
        for write in writes {
            let (from, keys, retired, when) = write;
            let previous = if from == 0 { states.first() } else { states.last() }.cloned();
            let version = previous.as_ref().map_or(1, |previous| previous.version + 1);
            // The key of the other project is only tried now and then, since it makes every change fail.
            let keys = if when == 0 { keys } else { keys & 7 };
            let chosen = (0..4).filter(|number| keys & (1 << number) != 0);
            let keys = chosen.map(|number| key(number, retired & (1 << number) != 0)).collect();
            let next = Project { keys, updated_at: at(when), ..project(id, version) };
            let made = table.change_project(previous.as_ref(), &next, None).await.is_ok();
            let made_in_memory = memory.change(previous.as_ref(), &next) || memory.has(previous.as_ref(), &next);
            assert_eq!(made, made_in_memory, "{write:?}");
            if memory.project.as_ref() == Some(&next) {
                states.push(next);
            }
            assert_eq!(table.project(id).await.unwrap(), memory.project, "{write:?}");
            for digest in &digests {
                assert_eq!(table.api_key(digest).await.unwrap().as_ref(), memory.keys.get(digest), "{write:?}");
            }
        }
    });
}
