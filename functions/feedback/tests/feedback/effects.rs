//! The effects of each event, by the table of the architecture.

use posthorn_auth::reputation::Counts;
use posthorn_table::{
    Uuid,
    contact::Subscription,
    data::Data,
    email::{Email, Status},
};
use serde_json::{Value, json};

use crate::support::{World, bounce, complaint, event, hard_bounce};

const ADA: &str = "ada@example.org";

#[tokio::test]
async fn a_status_goes_up_and_never_down() {
    let world = World::new().await;
    let email = world.sent(1, ADA).await;
    for (kind, object, expected) in [
        ("Open", "open", Status::Opened),
        ("Delivery", "delivery", Status::Opened),
        ("Send", "send", Status::Opened),
        ("Click", "click", Status::Clicked),
        ("DeliveryDelay", "deliveryDelay", Status::Clicked),
        ("Reject", "reject", Status::Failed),
        ("Click", "click", Status::Failed),
    ] {
        world.takes(&[event(kind, object, &email, 1)]).await;
        assert_eq!(world.status(&email).await, expected, "{kind}");
    }
    assert!(world.contact(ADA).await.is_none(), "none of this concerns the contact");
    assert_eq!(world.counts().await, Counts { sent: 1, ..Counts::default() });
}

#[tokio::test]
async fn an_email_left_in_doubt_is_settled() {
    for (kind, object, expected) in [("Send", "send", Status::Sent), ("Delivery", "delivery", Status::Delivered)] {
        let world = World::new().await;
        let email = world.permitted(1, ADA).await;
        world.takes(&[event(kind, object, &email, 1)]).await;
        let record = world.backends.table.email(email.id).await.unwrap().unwrap();
        assert_eq!((record.status, record.message_id.as_deref()), (expected, Some("ses-1")));
    }
}

#[tokio::test]
async fn bounces_and_complaints_do_what_the_table_says() {
    let bounced = |sub_type: &'static str| ("Permanent", sub_type, Status::Bounced, true, 1);
    let held_back = |sub_type: &'static str| ("Permanent", sub_type, Status::Suppressed, true, 0);
    for (kind, sub_type, status, is_suppressed, counted) in [
        bounced("General"),
        bounced("NoEmail"),
        bounced("Suppressed"),
        bounced("SomethingNew"),
        held_back("OnAccountSuppressionList"),
        held_back("OnTenantSuppressionList"),
        held_back("EmailValidationSuppressed"),
        held_back("UnsubscribedRecipient"),
        ("Transient", "MailboxFull", Status::Sent, false, 0),
        ("Undetermined", "Undetermined", Status::Sent, false, 0),
    ] {
        let world = World::new().await;
        let email = world.sent(1, ADA).await;
        world.takes(&[bounce(&email, kind, sub_type, 1)]).await;
        let contact = world.contact(ADA).await;
        let suppressed = contact.is_some_and(|contact| contact.is_suppressed());
        let found = (world.status(&email).await, suppressed, world.counts().await.bounced);
        assert_eq!(found, (status, is_suppressed, counted), "{kind} {sub_type}");
        assert_eq!(world.counts().await.complained, 0);
    }
}

#[tokio::test]
async fn a_complaint_suppresses_and_unsubscribes_until_it_is_taken_back() {
    let world = World::new().await;
    let email = world.sent(1, ADA).await;
    world.takes(&[complaint(&email, "abuse", 10)]).await;
    let contact = world.contact(ADA).await.unwrap();
    assert!(contact.is_suppressed() && !contact.subscribed);
    assert_eq!(world.status(&email).await, Status::Complained);
    world.takes(&[complaint(&email, "not-spam", 5)]).await;
    assert!(world.contact(ADA).await.unwrap().is_suppressed(), "it was said before the complaint");
    world.takes(&[complaint(&email, "not-spam", 20)]).await;
    assert!(!world.contact(ADA).await.unwrap().is_suppressed());
    assert_eq!(world.counts().await, Counts { sent: 1, complained: 1, bounced: 0 });
}

#[tokio::test]
async fn an_account_suppression_after_a_complaint_does_not_count() {
    let world = World::new().await;
    let email = world.sent(1, ADA).await;
    let mut event = complaint(&email, "abuse", 1);
    event["complaint"]["complaintSubType"] = "OnAccountSuppressionList".into();
    world.takes(&[event]).await;
    assert_eq!((world.status(&email).await, world.counts().await.complained), (Status::Suppressed, 0));
    assert!(world.contact(ADA).await.unwrap().is_suppressed());
}

#[tokio::test]
async fn an_email_counts_once_for_each_metric() {
    let world = World::new().await;
    let email = world.sent(1, ADA).await;
    for seconds in [1, 1, 7] {
        world.takes(&[bounce(&email, "Permanent", "General", seconds)]).await;
        world.takes(&[complaint(&email, "abuse", seconds)]).await;
    }
    assert_eq!(world.counts().await, Counts { sent: 1, bounced: 1, complained: 1 });
}

#[tokio::test]
async fn the_simulator_is_left_out() {
    let world = World::new().await;
    for (number, address) in ["bounce@simulator.amazonses.com", "bounce+a@simulator.amazonses.com"].iter().enumerate() {
        let email = world.sent(u32::try_from(number).unwrap(), address).await;
        world.takes(&[hard_bounce(&email), complaint(&email, "abuse", 2)]).await;
        assert_eq!(world.status(&email).await, Status::Complained);
        assert!(world.contact(address).await.is_none(), "SES suppresses nobody for its simulator either");
    }
    assert_eq!(world.counts().await, Counts::default());
}

#[tokio::test]
async fn every_recipient_of_the_mail_is_suppressed_and_no_stranger() {
    let world = World::new().await;
    let email = world.sent(1, ADA).await;
    let mut event = hard_bounce(&email);
    event["mail"]["destination"] = json!([ADA, "Bob@example.org", "\"Eve\" <eve@example.org>"]);
    event["bounce"]["bouncedRecipients"] = json!([
        {"emailAddress": "\"Bob\" <Bob@EXAMPLE.org>"},
        {"emailAddress": "<eve@example.org>"},
        {"emailAddress": "no address"},
        {"emailAddress": "victim@example.org"},
    ]);
    world.takes(&[event]).await;
    for address in [ADA, "bob@example.org", "eve@example.org"] {
        let contact = world.contact(address).await;
        assert!(contact.is_some_and(|contact| contact.is_suppressed()), "{address}");
    }
    assert!(world.contact("victim@example.org").await.is_none(), "a report names whom the other side likes");
    assert_eq!(world.counts().await.bounced, 1);
}

#[tokio::test]
async fn an_email_whose_record_is_gone_suppresses_and_counts_nothing() {
    let world = World::new().await;
    let email = world.permitted(1, ADA).await;
    world.backends.table.withdraw_email(email.id, "nonce").await.unwrap();
    world.takes(&[hard_bounce(&email), event("Delivery", "delivery", &email, 1)]).await;
    assert!(world.contact(ADA).await.unwrap().is_suppressed());
    assert_eq!(world.backends.table.email(email.id).await.unwrap(), None, "no stub");
    assert_eq!(world.counts().await, Counts::default());
}

#[tokio::test]
async fn mail_of_a_project_that_is_gone_leaves_no_trace() {
    let world = World::new().await;
    let email = world.permitted(1, ADA).await;
    world.backends.table.withdraw_email(email.id, "nonce").await.unwrap();
    let gone = Email { project: Uuid::from_u128(7), ..email };
    world.takes(&[hard_bounce(&gone)]).await;
    let items = world.backends.items().await;
    assert!(!items.keys().any(|key| key.starts_with("CONTACT#")), "{:?}", items.keys());
}

#[tokio::test]
async fn a_count_belongs_to_the_hour_the_email_was_sent_in() {
    let world = World::new().await;
    let email = world.sent(1, ADA).await;
    let sent_in: jiff::Timestamp = "2025-11-30T10:00:00Z".parse().unwrap();
    world.wait(jiff::SignedDuration::from_hours(50));
    world.takes(&[hard_bounce(&email)]).await;
    let hours = world.backends.table.window(world.id(), 0, world.now(), 0).await.unwrap();
    assert_eq!(hours.len(), 1);
    assert_eq!((hours[0].hour, hours[0].sent, hours[0].bounced), (sent_in, 1, 1));
}

#[tokio::test]
async fn a_contact_that_is_full_of_data_is_suppressed_and_counted_all_the_same() {
    for event in [hard_bounce as fn(&Email) -> Value, |email| complaint(email, "abuse", 1)] {
        let world = World::new().await;
        let email = world.sent(1, ADA).await;
        let keep = Subscription::Keep { when_new: true };
        let contact =
            world.backends.table.merge_contact(world.id(), ADA, keep, &Data::default(), world.now()).await.unwrap();
        world.backends.fill_contact(contact.id).await;
        let before = world.contact(ADA).await.unwrap().data.len();
        world.takes(&[event(&email)]).await;
        let contact = world.contact(ADA).await.unwrap();
        assert!(contact.is_suppressed());
        assert_eq!(contact.data.len(), before - 1, "the largest data gave way, and no more");
        let counts = world.counts().await;
        assert_eq!(counts.bounced + counts.complained, 1);
    }
}
