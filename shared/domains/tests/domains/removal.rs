//! Domains that are given up.

use posthorn_auth::set_default_sender;
use posthorn_domains::{DomainError, identity};
use posthorn_testkit::faults::Fault;

use crate::stack::{Stack, new_domain};

#[tokio::test]
async fn a_removed_domain_is_free_again_and_its_sender_is_cleared() {
    let stack = Stack::start().await;
    let project = stack.new_project().await;
    let id = project.facts.id;
    stack.domains().add(&project, &new_domain("example.com")).await.unwrap();
    let now = stack.backends.clock.now();
    let stored = stack.stored(id).await;
    let with_sender = set_default_sender(&stored, Some("hello@example.com"), now).unwrap().unwrap();
    stack.backends.table.change_project(Some(&stored), &with_sender, None).await.unwrap();

    let claim = stack.domains().claim_of("example.com").await.unwrap();
    let removed = stack.domains().remove(&claim, false).await.unwrap();
    assert_eq!(removed.project.map(|project| project.facts.id), Some(id));
    assert!(removed.is_default_sender_cleared && removed.is_identity_deleted);
    let left = stack.stored(id).await.facts;
    assert_eq!((left.domains.len(), left.default_sender), (0, None));
    assert_eq!(identity::find(&stack.ses, "example.com").await.unwrap(), None);
    assert!(matches!(stack.domains().claim_of("example.com").await, Err(DomainError::NotClaimed(_))));
}

#[tokio::test]
async fn an_identity_that_others_send_from_stays() {
    let stack = Stack::start().await;
    let id = stack.new_project().await.facts.id;
    stack.domains().claim("example.com", id).await.unwrap();
    let claim = stack.domains().claim_of("example.com").await.unwrap();
    let removed = stack.domains().remove(&claim, true).await.unwrap();
    assert!(removed.project.is_none() && !removed.is_default_sender_cleared && !removed.is_identity_deleted);
    assert!(identity::find(&stack.ses, "example.com").await.unwrap().unwrap().is_verified);
}

/// Interrupts a removal at the call of this number, and does it again; false if it made fewer calls.
async fn is_finished_after_an_interruption_at(call: usize) -> bool {
    let stack = Stack::start().await;
    let project = stack.new_project().await;
    let id = project.facts.id;
    stack.domains().add(&project, &new_domain("example.com")).await.unwrap();
    let claim = stack.domains().claim_of("example.com").await.unwrap();
    stack.backends.faults.fail_call(call, Fault::NeverArrives);
    let first = stack.domains().remove(&claim, false).await;
    if stack.backends.faults.is_waiting() {
        return false;
    }
    assert!(first.is_err(), "call {call}");
    if let Ok(claim) = stack.domains().claim_of("example.com").await {
        stack.domains().remove(&claim, false).await.unwrap();
    }
    assert_eq!(stack.stored(id).await.facts.domains, [""; 0], "call {call}");
    assert_eq!(identity::find(&stack.ses, "example.com").await.unwrap(), None, "call {call}");
    let claim = stack.domains().claim_of("example.com").await;
    assert!(matches!(claim, Err(DomainError::NotClaimed(_))), "call {call}");
    true
}

#[tokio::test]
async fn a_removal_that_was_interrupted_anywhere_is_finished_by_another() {
    let mut calls = 0;
    while is_finished_after_an_interruption_at(calls).await {
        calls += 1;
    }
    assert!((4..10).contains(&calls), "{calls} calls: the project, SES, the claim and the project again");
}
