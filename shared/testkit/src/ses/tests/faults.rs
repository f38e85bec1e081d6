//! Each fault is held to the client's error and to the account's mails.

use std::time::Duration;

use aws_sdk_sesv2::error::SdkError;
use aws_sdk_sesv2::operation::send_email::SendEmailError;

use super::{Sent, email, exception, serve, started};
use crate::ses::{Fault, Ses};

async fn sent_with(fault: Fault) -> (Sent, Ses) {
    let (ses, client) = started().await;
    ses.fail_next(fault);
    let sent = email(&client).send().await;
    (sent, ses)
}

async fn check_refused(fault: Fault, modelled: fn(&SendEmailError) -> bool, message: &str) {
    let (sent, ses) = sent_with(fault.clone()).await;
    assert!(modelled(sent.as_ref().unwrap_err().as_service_error().unwrap()), "{fault:?}");
    assert_eq!(exception(sent).1, message);
    assert!(ses.mails().is_empty());
    assert_eq!(ses.calls(), 1);
}

#[tokio::test]
async fn throttling_and_the_daily_quota_differ_in_their_texts() {
    let modelled = SendEmailError::is_too_many_requests_exception;
    check_refused(Fault::Throttled, modelled, "Maximum sending rate exceeded.").await;
    check_refused(Fault::DailyQuotaExceeded, modelled, "Daily message quota exceeded.").await;
}

#[tokio::test]
async fn a_rejected_message_and_a_paused_account_are_modelled_exceptions() {
    let text = "The message can't be sent because it contains invalid content.";
    check_refused(Fault::MessageRejected, SendEmailError::is_message_rejected, text).await;
    let text = "Sending paused for this account. For more information, please check the inbox of the email address \
                associated with your AWS account.";
    check_refused(Fault::AccountPaused, SendEmailError::is_sending_paused_exception, text).await;
}

#[tokio::test]
async fn a_server_error_is_a_500_that_accepts_nothing() {
    let (sent, ses) = sent_with(Fault::ServerError).await;
    assert_eq!(sent.as_ref().unwrap_err().raw_response().unwrap().status().as_u16(), 500);
    assert_eq!(exception(sent).0, "InternalFailure");
    assert!(ses.mails().is_empty());
}

#[tokio::test]
async fn a_lost_answer_is_an_error_to_the_caller_and_a_mail_to_the_account() {
    let (sent, ses) = sent_with(Fault::LoseAnswer).await;
    assert!(matches!(sent, Err(SdkError::DispatchFailure(_))), "{sent:?}");
    assert_eq!(ses.mails().len(), 1);
    assert_eq!(ses.calls(), 1);
}

#[tokio::test]
async fn an_unsent_request_is_an_error_to_the_caller_and_nothing_to_the_account() {
    let (sent, ses) = sent_with(Fault::RefuseUnsent).await;
    assert!(matches!(sent, Err(SdkError::DispatchFailure(_))), "{sent:?}");
    assert!(ses.mails().is_empty());
    assert_eq!(ses.calls(), 1);
}

#[tokio::test]
async fn after_a_cut_connection_the_next_request_is_served() {
    let (ses, client) = started().await;
    email(&client).send().await.unwrap();
    ses.fail_next(Fault::LoseAnswer);
    email(&client).send().await.unwrap_err();
    email(&client).send().await.unwrap();
    assert_eq!((ses.mails().len(), ses.calls()), (3, 3));
}

#[tokio::test]
async fn faults_are_taken_in_order_one_a_request() {
    let (ses, client) = started().await;
    ses.fail_next(Fault::Throttled);
    ses.fail_next(Fault::ServerError);
    assert_eq!(exception(email(&client).send().await).0, "TooManyRequestsException");
    assert_eq!(exception(email(&client).send().await).0, "InternalFailure");
    email(&client).send().await.unwrap();
}

#[tokio::test]
async fn a_delayed_mail_is_accepted_after_the_delay() {
    let (ses, client) = started().await;
    ses.fail_next(Fault::Delay(Duration::from_millis(300)));
    let sending = tokio::spawn(email(&client).send());
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!((ses.calls(), ses.mails().len()), (1, 0));
    sending.await.unwrap().unwrap();
    assert_eq!(ses.mails().len(), 1);
}

#[tokio::test]
async fn a_delayed_mail_is_accepted_though_its_caller_hung_up() {
    let (ses, client) = started().await;
    ses.fail_next(Fault::Delay(Duration::from_millis(200)));
    let hung_up = tokio::time::timeout(Duration::from_millis(100), email(&client).send()).await;
    assert!(hung_up.is_err());
    assert!(ses.mails().is_empty());
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(ses.mails().len(), 1);
}

#[tokio::test]
async fn a_delayed_server_error_accepts_nothing() {
    let (sent, ses) = sent_with(Fault::DelayThenServerError(Duration::from_millis(50))).await;
    assert_eq!(exception(sent).0, "InternalFailure");
    assert!(ses.mails().is_empty());
}

#[tokio::test]
async fn a_failing_sink_is_a_500_and_no_mail() {
    let ses = Ses::new().with_sink(|_| Err(std::io::ErrorKind::StorageFull.into()));
    ses.verify("example.com");
    let client = serve(ses.clone()).await;
    assert_eq!(exception(email(&client).send().await).0, "InternalFailure");
    assert!(ses.mails().is_empty());
}
