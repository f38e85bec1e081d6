//! Identities, the account and its configuration sets.

use std::time::Duration;

use aws_sdk_sesv2::types::{DkimStatus, EventType, IdentityType, MailFromDomainStatus, VerificationStatus};
use jiff::SignedDuration;

use super::{email, exception, serve};
use crate::ses::{AccountStatus, EventDestination, Ses};

#[tokio::test]
async fn a_created_domain_is_pending_and_may_send_once_it_is_verified() {
    let ses = Ses::new();
    let client = serve(ses.clone()).await;
    let created = client.create_email_identity().email_identity("example.com").send().await.unwrap();
    assert!(!created.verified_for_sending_status());
    assert_eq!(created.identity_type(), Some(&IdentityType::Domain));
    let dkim = created.dkim_attributes().unwrap();
    assert_eq!(dkim.status(), Some(&DkimStatus::Pending));
    assert_eq!(dkim.tokens().iter().map(String::len).collect::<Vec<_>>(), [32, 32, 32]);
    assert_eq!(exception(email(&client).send().await).0, "MessageRejected");

    ses.verify("example.com");
    let got = client.get_email_identity().email_identity("example.com").send().await.unwrap();
    assert_eq!(got.verification_status(), Some(&VerificationStatus::Success));
    assert_eq!(got.dkim_attributes().unwrap().tokens(), dkim.tokens());
    email(&client).send().await.unwrap();
}

#[tokio::test]
async fn without_dns_an_identity_verifies_itself() {
    let client = serve(Ses::new().with_verification_after(SignedDuration::from_millis(100))).await;
    client.create_email_identity().email_identity("example.com").send().await.unwrap();
    let put = client.put_email_identity_mail_from_attributes().email_identity("example.com");
    put.mail_from_domain("bounce.example.com").send().await.unwrap();
    let get = || client.get_email_identity().email_identity("example.com").send();
    let mail_from = get().await.unwrap().mail_from_attributes.unwrap();
    assert_eq!(mail_from.mail_from_domain_status(), &MailFromDomainStatus::Pending);
    tokio::time::sleep(Duration::from_millis(150)).await;
    let got = get().await.unwrap();
    assert!(got.verified_for_sending_status());
    let mail_from = got.mail_from_attributes.unwrap();
    assert_eq!(mail_from.mail_from_domain(), "bounce.example.com");
    assert_eq!(mail_from.mail_from_domain_status(), &MailFromDomainStatus::Success);
    email(&client).send().await.unwrap();
}

#[tokio::test]
async fn a_mail_from_domain_is_below_its_identity() {
    let client = serve(Ses::new()).await;
    let put = |identity: &str, domain: &str| {
        let put = client.put_email_identity_mail_from_attributes().email_identity(identity);
        put.mail_from_domain(domain).send()
    };
    assert_eq!(exception(put("example.com", "bounce.example.com").await).0, "NotFoundException");
    client.create_email_identity().email_identity("example.com").send().await.unwrap();
    for domain in ["bounce.example.org", "example.com", "badexample.com"] {
        assert_eq!(exception(put("example.com", domain).await).0, "BadRequestException", "{domain}");
    }
    put("example.com", "bounce.example.com").await.unwrap();
}

#[tokio::test]
async fn identities_are_listed_by_pages_and_deleted() {
    let ses = Ses::new();
    let client = serve(ses.clone()).await;
    for domain in ["b.example", "a.example", "c.example"] {
        client.create_email_identity().email_identity(domain).send().await.unwrap();
    }
    ses.verify("b.example");
    let pages = client.list_email_identities().page_size(2).into_paginator().send().collect::<Vec<_>>().await;
    let pages: Vec<Vec<_>> = pages.into_iter().map(|page| page.unwrap().email_identities.unwrap()).collect();
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
    let listed: Vec<_> = pages.iter().flatten().map(|it| (it.identity_name().unwrap(), it.sending_enabled())).collect();
    assert_eq!(listed, [("a.example", false), ("b.example", true), ("c.example", false)]);

    client.delete_email_identity().email_identity("a.example").send().await.unwrap();
    let again = client.delete_email_identity().email_identity("a.example").send().await;
    assert!(again.unwrap_err().as_service_error().unwrap().is_not_found_exception());
}

#[tokio::test]
async fn identities_in_a_file_survive() {
    let file = std::env::temp_dir().join(format!("posthorn-identities-{}.json", std::process::id()));
    let _ = std::fs::remove_file(&file);
    for round in 0..2 {
        let client = serve(Ses::new().with_identities_in(file.clone()).unwrap()).await;
        let created = client.create_email_identity().email_identity("example.com").send().await;
        assert_eq!(created.is_ok(), round == 0);
    }
    std::fs::write(&file, "{").unwrap();
    assert!(Ses::new().with_identities_in(file.clone()).is_err(), "a torn file is not taken for none");
    std::fs::remove_file(&file).unwrap();
}

#[tokio::test]
async fn the_account_and_its_configuration_sets_are_as_they_were_set() {
    let ses = Ses::new();
    let client = serve(ses.clone()).await;
    ses.set_status(AccountStatus { production_access: false, enforcement: "PROBATION".into(), ..Default::default() });
    let account = client.get_account().send().await.unwrap();
    assert!(!account.production_access_enabled() && account.sending_enabled());
    assert_eq!(
        (account.enforcement_status(), account.send_quota().unwrap().max_send_rate()),
        (Some("PROBATION"), 14.0)
    );

    let get = || client.get_configuration_set().configuration_set_name("posthorn").send();
    assert!(get().await.unwrap_err().as_service_error().unwrap().is_not_found_exception());
    ses.set_event_destinations("posthorn", vec![EventDestination::to_topic("arn:aws:sns:us-east-1:000000000000:x")]);
    for enabled in [false, true] {
        ses.set_sending("posthorn", enabled);
        let set = get().await.unwrap();
        assert_eq!(set.configuration_set_name(), Some("posthorn"));
        assert_eq!(set.sending_options().unwrap().sending_enabled(), enabled);
    }
    let destinations = client.get_configuration_set_event_destinations().configuration_set_name("posthorn");
    let destinations = destinations.send().await.unwrap();
    let destination = &destinations.event_destinations()[0];
    assert!(destination.enabled() && destination.matching_event_types().contains(&EventType::Bounce));
    assert!(destination.sns_destination().unwrap().topic_arn().ends_with(":x"));
}

#[tokio::test]
async fn an_address_is_found_by_its_path() {
    let client = serve(Ses::new()).await;
    client.create_email_identity().email_identity("me+a@example.com").send().await.unwrap();
    let got = client.get_email_identity().email_identity("me+a@example.com").send().await.unwrap();
    assert_eq!(got.identity_type(), Some(&IdentityType::EmailAddress));
}

#[tokio::test]
async fn an_identity_is_created_once() {
    let client = serve(Ses::new()).await;
    client.create_email_identity().email_identity("example.com").send().await.unwrap();
    let again = client.create_email_identity().email_identity("Example.com").send().await;
    assert!(again.as_ref().unwrap_err().as_service_error().unwrap().is_already_exists_exception());
    assert_eq!(exception(again).1, "Email identity Example.com already exist.");
}

#[tokio::test]
async fn an_unknown_identity_is_not_found() {
    let client = serve(Ses::new()).await;
    let got = client.get_email_identity().email_identity("example.com").send().await;
    assert!(got.unwrap_err().as_service_error().unwrap().is_not_found_exception());
}

#[tokio::test]
async fn a_name_that_is_neither_domain_nor_address_is_no_identity() {
    let client = serve(Ses::new()).await;
    for identity in ["example", "Ann <a@x.com>", "a@", "münchen.de"] {
        let created = client.create_email_identity().email_identity(identity).send().await;
        assert!(created.unwrap_err().as_service_error().unwrap().is_bad_request_exception(), "{identity}");
    }
}

#[tokio::test]
async fn another_operation_is_refused_with_the_list_of_those_that_exist() {
    let client = serve(Ses::new()).await;
    let (name, message) = exception(client.list_contact_lists().send().await);
    assert_eq!(name, "UnknownOperationException");
    assert!(message.contains("SendEmail"), "{message}");
}
