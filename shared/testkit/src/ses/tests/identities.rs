//! `CreateEmailIdentity` and `GetEmailIdentity`.

use aws_sdk_sesv2::types::{DkimStatus, IdentityType, VerificationStatus};

use super::{email, exception, serve};
use crate::ses::Ses;

#[tokio::test]
async fn a_created_domain_is_verified_and_may_send() {
    let ses = Ses::new();
    let client = serve(ses.clone()).await;
    let created = client.create_email_identity().email_identity("example.com").send().await.unwrap();
    assert!(created.verified_for_sending_status());
    assert_eq!(created.identity_type(), Some(&IdentityType::Domain));
    let dkim = created.dkim_attributes().unwrap();
    assert_eq!(dkim.status(), Some(&DkimStatus::Success));
    assert_eq!(dkim.tokens().iter().map(String::len).collect::<Vec<_>>(), [32, 32, 32]);

    let got = client.get_email_identity().email_identity("example.com").send().await.unwrap();
    assert_eq!(got.verification_status(), Some(&VerificationStatus::Success));
    assert_eq!(got.dkim_attributes().unwrap().tokens(), dkim.tokens());
    email(&client).send().await.unwrap();
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
async fn what_is_neither_domain_nor_address_is_no_identity() {
    let client = serve(Ses::new()).await;
    for identity in ["example", "Ann <a@x.com>", "a@", "münchen.de"] {
        let created = client.create_email_identity().email_identity(identity).send().await;
        assert!(created.unwrap_err().as_service_error().unwrap().is_bad_request_exception(), "{identity}");
    }
}

#[tokio::test]
async fn other_operations_are_told_what_there_is() {
    let client = serve(Ses::new()).await;
    let (name, message) = exception(client.get_account().send().await);
    assert_eq!(name, "UnknownOperationException");
    assert!(message.contains("SendEmail"), "{message}");
    let (name, _) = exception(client.list_email_identities().send().await);
    assert_eq!(name, "UnknownOperationException");
}
