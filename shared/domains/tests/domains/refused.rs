//! Domains that a project does not get, and what is left then: nothing.

use posthorn_auth::ProjectError;
use posthorn_domains::{AwsError, DomainError, Domains, identity};
use posthorn_table::Uuid;

use crate::stack::{Stack, new_domain};

#[tokio::test]
async fn the_domain_of_another_project_is_refused() {
    let stack = Stack::start().await;
    let (one, two) = (stack.new_project().await, stack.new_project().await);
    stack.domains().claim("shop.example", one.facts.id).await.unwrap();
    let error = stack.domains().add(&two, &new_domain("shop.example")).await.unwrap_err();
    let DomainError::OfAnotherProject { domain, owner } = error else { panic!("{error}") };
    assert_eq!((domain.as_str(), owner), ("shop.example", one.facts.id));
    assert_eq!(identity::find(&stack.ses, "shop.example").await.unwrap(), None);
    let error = stack.domains().allow("shop.example", two.facts.id).await.unwrap_err();
    assert!(matches!(error, DomainError::OfAnotherProject { owner, .. } if owner == one.facts.id), "{error}");
    assert_eq!(stack.stored(two.facts.id).await.facts.domains, [""; 0]);
}

#[tokio::test]
async fn one_domain_too_many_is_refused_before_it_is_claimed() {
    let stack = Stack::start().await;
    let many = (0..40).map(|number| format!("{number}.example")).collect();
    let project = stack.backends.project(|project| project.facts.domains = many).await.project;
    let error = stack.domains().add(&project, &new_domain("shop.example")).await.unwrap_err();
    assert!(matches!(error, DomainError::Project(ProjectError::TooManyDomains)), "{error}");
    let error = stack.domains().claim_of("shop.example").await.unwrap_err();
    assert!(matches!(error, DomainError::NotClaimed(domain) if domain == "shop.example"));
}

#[tokio::test]
async fn nobody_sends_from_a_domain_without_a_claim_an_identity_and_a_project() {
    let stack = Stack::start().await;
    let id = stack.new_project().await.facts.id;
    let error = stack.domains().allow("shop.example", id).await.unwrap_err();
    assert!(matches!(error, DomainError::NotClaimed(_)), "{error}");
    let error = stack.domains().identity("shop.example", id).await.unwrap_err();
    assert!(matches!(error, DomainError::NoIdentity { project, .. } if project == id), "{error}");
    let nobody = Uuid::nil();
    for error in [
        stack.domains().claim("shop.example", nobody).await.unwrap_err(),
        stack.domains().allow("shop.example", nobody).await.unwrap_err(),
    ] {
        assert!(matches!(error, DomainError::NoSuchProject(id) if id == nobody), "{error}");
    }
}

#[tokio::test]
async fn an_ses_that_cannot_be_reached_leaves_a_claim_that_the_next_call_goes_on_from() {
    let stack = Stack::start().await;
    let project = stack.new_project().await;
    let nobody = stack.backends.ses_config.clone().endpoint_url("http://127.0.0.1:1").build();
    let nobody = aws_sdk_sesv2::Client::from_conf(nobody);
    let unreachable = Domains { ses: &nobody, ..stack.domains() };
    let error = unreachable.add(&project, &new_domain("shop.example")).await.unwrap_err();
    assert!(matches!(error, DomainError::Ses(AwsError::Unreachable { service: "SES" })), "{error}");
    assert_eq!(stack.domains().claim_of("shop.example").await.unwrap().project, project.facts.id);
    stack.domains().add(&project, &new_domain("shop.example")).await.unwrap();
}
