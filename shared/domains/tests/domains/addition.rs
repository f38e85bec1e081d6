//! Domains that are claimed, verified and then sent from.

use posthorn_domains::{MailFrom, MailFromDomain, NewDomain, Overlap, RecordState, identity};

use crate::stack::{Stack, new_domain};

#[tokio::test]
async fn a_domain_is_sent_from_once_ses_has_verified_it() {
    let stack = Stack::start().await;
    let project = stack.new_project().await;
    let id = project.facts.id;
    let added = stack.domains().add(&project, &new_domain("Shop.example")).await.unwrap();
    assert!(!added.is_verified && added.dkim == RecordState::Pending && added.dkim_tokens.len() == 3, "{added:?}");
    assert_eq!(stack.domains().claim_of("shop.example").await.unwrap().project, id);
    assert_eq!(stack.stored(id).await.facts.domains, [""; 0], "a claim lets nobody send");

    stack.backends.ses.verify("shop.example");
    assert!(stack.domains().identity("shop.example", id).await.unwrap().is_verified);
    for is_new in [true, false] {
        assert_eq!(stack.domains().allow("shop.example", id).await.unwrap(), is_new);
        assert_eq!(stack.stored(id).await.facts.domains, ["shop.example"]);
    }
}

#[tokio::test]
async fn a_domain_that_ses_has_verified_before_is_sent_from_at_once() {
    let stack = Stack::start().await;
    let project = stack.new_project().await;
    for _again in 0..2 {
        assert!(stack.domains().add(&project, &new_domain("example.com")).await.unwrap().is_verified);
        assert_eq!(stack.stored(project.facts.id).await.facts.domains, ["example.com"]);
    }
}

#[tokio::test]
async fn an_identity_keeps_its_mail_from_domain_unless_another_is_asked_for() {
    let stack = Stack::start().await;
    let project = stack.new_project().await;
    let post = MailFrom::Subdomain("post".to_owned());
    for (mail_from, expected) in [
        (&post, Some("post.shop.example")),
        (&MailFrom::Default, Some("post.shop.example")),
        (&MailFrom::Ses, None),
        (&MailFrom::Default, None),
    ] {
        let new = NewDomain::new("shop.example", mail_from).unwrap();
        let added = stack.domains().add(&project, &new).await.unwrap();
        let expected = expected.map(|name| MailFromDomain { name: name.to_owned(), state: RecordState::Pending });
        assert_eq!(added.mail_from, expected, "{mail_from:?}");
    }
}

#[tokio::test]
async fn other_projects_that_share_a_domains_mail_are_told() {
    let stack = Stack::start().await;
    let (one, two) = (stack.new_project().await, stack.new_project().await);
    for (project, domain) in [(&one, "shop.example"), (&two, "mail.shop.example"), (&two, "other.example")] {
        stack.domains().claim(domain, project.facts.id).await.unwrap();
    }
    let overlaps = stack.domains().overlaps("shop.example", one.facts.id).await.unwrap();
    let below = stack.domains().claim_of("mail.shop.example").await.unwrap();
    assert_eq!(overlaps, [Overlap::Below(below)]);
    let overlaps = stack.domains().overlaps("mail.shop.example", two.facts.id).await.unwrap();
    let above = stack.domains().claim_of("shop.example").await.unwrap();
    assert_eq!(overlaps, [Overlap::Above(above)]);
}

#[tokio::test]
async fn every_identity_of_the_account_is_listed() {
    let stack = Stack::start().await;
    let project = stack.new_project().await;
    stack.domains().add(&project, &new_domain("shop.example")).await.unwrap();
    let identities = identity::all(&stack.ses).await.unwrap();
    assert_eq!((identities.get("shop.example"), identities.get("example.com")), (Some(&false), Some(&true)));
}
