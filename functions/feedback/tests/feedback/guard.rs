//! The way from a count to a disabled project, and back.

use jiff::SignedDuration;
use posthorn_auth::{authenticate, guard};
use posthorn_errors::Code;
use posthorn_routes::{Operation, route};
use posthorn_table::project::Status;
use serde_json::json;

use crate::support::{World, complaint, hard_bounce};

impl World {
    /// Sends so many emails, and every one bounces.
    async fn bounces(&self, numbers: std::ops::Range<u32>) {
        for number in numbers {
            let email = self.sent(number, &format!("user-{number}@example.org")).await;
            self.takes(&[hard_bounce(&email)]).await;
        }
    }

    /// The codes with which requests with either key are refused.
    async fn refusals(&self) -> [Option<Code>; 2] {
        let mut refusals = [None, None];
        for (refusal, key) in refusals.iter_mut().zip([&self.project.secret, &self.project.public]) {
            let header = format!("Bearer {}", key.expose());
            let caller = authenticate(
                &self.backends.table,
                Some(header.as_bytes()),
                route(Operation::TrackEvent).unwrap(),
                self.now(),
                |_| {},
            )
            .await;
            *refusal = caller.err().map(|failure| failure.code());
        }
        refusals
    }
}

#[tokio::test]
async fn the_twentieth_bounce_of_twenty_disables() {
    let world = World::new().await;
    world.bounces(0..19).await;
    assert_eq!(world.refusals().await, [None, None]);
    world.bounces(19..20).await;
    assert_eq!(world.refusals().await, [Some(Code::ProjectDisabled); 2]);
    let project = world.stored().await;
    let disabled = project.disabled.unwrap();
    assert_eq!(disabled.at, world.now());
    let expected = "20 bounces of 20 emails in 7 days; rate 10.00 % (counted against at least 200 emails), limit 10 %";
    assert_eq!(disabled.reason, expected);
    let figures = disabled.figures.unwrap();
    assert_eq!((figures.metric.as_str(), figures.counted, figures.sent), ("bounce", 20, 20));
    assert_eq!(world.notice_names().await, ["0 bounce disabled 1", "0 bounce warning 1"]);
}

#[tokio::test]
async fn an_announcement_says_what_a_person_and_a_program_need() {
    let world = World::new().await;
    world.bounces(0..20).await;
    let announced = world.announced();
    assert_eq!(announced.len(), 2, "{announced:?}");
    let (id, expected_id) = (world.id(), format!("{}#000000#bounce#disabled#000001", world.id()));
    assert_eq!(
        announced[1],
        json!({
            "type": "project_disabled",
            "id": expected_id,
            "project": {"id": id, "name": "Acme"},
            "metric": "bounce",
            "rate": 0.1,
            "threshold": 0.1,
            "floor": 200,
            "counts": {"sent": 20, "bounced": 20},
            "window": {"hours": 168, "from": "2025-11-23T11:00:00.000Z", "to": "2025-11-30T10:30:00.000Z"},
            "at": "2025-11-30T10:30:00.000Z",
            "summary": "Posthorn disabled a project: 20 bounces of 20 emails in 7 days",
            "action": format!(
                "Every request of the project that changes something is refused. Find the cause, then: \
                 posthorn project enable {id}"
            ),
        })
    );
    assert_eq!((&announced[0]["type"], &announced[0]["counts"]["bounced"]), (&"project_warning".into(), &10.into()));
    let published = world.backends.sns.published();
    assert_eq!(published[1].subject.as_deref(), Some("Posthorn disabled a project: 20 bounces of 20 emails in 7 days"));
    assert!(world.notices().await.iter().all(|notice| notice.published_at == Some(world.now())));
}

#[tokio::test]
async fn above_the_floor_it_is_the_rate() {
    let world = World::new().await;
    world.sent_many(9_960).await;
    world.bounces(0..40).await;
    assert_eq!(world.stored().await.facts.status, Status::Active);
    assert_eq!(world.notice_names().await, [""; 0]);
}

#[tokio::test]
async fn the_fifth_complaint_of_five_disables_and_bounces_alone_never_do_for_complaints() {
    let world = World::new().await;
    for number in 0..5 {
        assert_eq!(world.stored().await.facts.status, Status::Active);
        let email = world.sent(number, &format!("user-{number}@example.org")).await;
        world.takes(&[complaint(&email, "abuse", 1)]).await;
    }
    assert_eq!(world.stored().await.facts.status, Status::Disabled);
    assert_eq!(world.notice_names().await, ["0 complaint disabled 1", "0 complaint warning 1"]);
}

#[tokio::test]
async fn only_the_metric_that_moved_is_looked_at() {
    let world = World::new().await;
    // As if the lines had been moved by a new deployment: many bounces, and nobody looked since.
    for number in 0..30 {
        let email = world.sent(number, &format!("user-{number}@example.org")).await;
        assert!(
            world.backends.table.count_once(&email, posthorn_table::statistics::FeedbackMetric::Bounce).await.unwrap()
        );
    }
    let email = world.sent(100, "ada@example.org").await;
    world.takes(&[complaint(&email, "abuse", 1)]).await;
    assert_eq!(world.stored().await.facts.status, Status::Active);
    world.takes(&[hard_bounce(&email)]).await;
    assert_eq!(world.stored().await.facts.status, Status::Disabled);
}

#[tokio::test]
async fn a_warning_is_given_again_after_seven_days() {
    let world = World::new().await;
    world.bounces(0..12).await;
    assert_eq!(world.notice_names().await, ["0 bounce warning 1"]);
    world.wait(SignedDuration::from_hours(7 * 24 - 1));
    world.bounces(12..14).await;
    assert_eq!(world.notice_names().await, ["0 bounce warning 1"]);
    world.wait(SignedDuration::from_hours(1));
    world.bounces(14..24).await;
    assert_eq!(world.notice_names().await, ["0 bounce warning 1", "0 bounce warning 2"]);
    assert_eq!(world.stored().await.facts.status, Status::Active, "the first twelve are past the window");
}

#[tokio::test]
async fn reinstating_begins_a_fresh_window() {
    let world = World::new().await;
    world.bounces(0..19).await;
    let late = world.sent(50, "late@example.org").await;
    world.bounces(19..20).await;
    assert_eq!(world.stored().await.facts.status, Status::Disabled);

    let done = guard::enable(&world.backends.table, world.id(), world.now(), 7).await.unwrap();
    assert!(matches!(done, posthorn_auth::ChangeOutcome::Changed(_)));
    assert_eq!(world.refusals().await, [None, None]);
    assert_eq!(world.stored().await.disabled, None);
    assert_eq!(world.counts().await.bounced, 0);

    // An email that was sent before counts where it belongs, and disables nobody again.
    world.takes(&[hard_bounce(&late)]).await;
    assert_eq!((world.counts_in(0).await.bounced, world.counts().await.bounced), (21, 0));
    assert_eq!(world.stored().await.facts.status, Status::Active);

    world.bounces(100..119).await;
    assert_eq!(world.stored().await.facts.status, Status::Active);
    world.bounces(119..120).await;
    assert_eq!(world.stored().await.facts.status, Status::Disabled);
    let expected = [
        "0 bounce disabled 1",
        "0 bounce warning 1",
        "1 bounce disabled 1",
        "1 bounce warning 1",
        "1 operator enabled 1",
    ];
    assert_eq!(world.notice_names().await, expected);
    assert_eq!(world.announced().len(), 5, "the operator's notice was published with the next event");
}

#[tokio::test]
async fn the_operator_disables_and_reinstates() {
    let world = World::new().await;
    let table = &world.backends.table;
    let disable = || guard::disable(table, world.id(), "They asked for it", world.now(), 7);
    assert!(matches!(disable().await.unwrap(), posthorn_auth::ChangeOutcome::Changed(_)));
    assert!(matches!(disable().await.unwrap(), posthorn_auth::ChangeOutcome::Already(_)));
    assert_eq!(world.refusals().await, [Some(Code::ProjectDisabled); 2]);
    assert_eq!(world.stored().await.disabled.unwrap().reason, "They asked for it");
    let enable = || guard::enable(table, world.id(), world.now(), 7);
    assert!(matches!(enable().await.unwrap(), posthorn_auth::ChangeOutcome::Changed(_)));
    assert!(matches!(enable().await.unwrap(), posthorn_auth::ChangeOutcome::Already(_)));
    assert_eq!(world.refusals().await, [None, None]);
    let nobody = guard::enable(table, posthorn_table::Uuid::nil(), world.now(), 7).await.unwrap();
    assert_eq!(nobody, posthorn_auth::ChangeOutcome::NoSuchProject);
    assert_eq!(world.notice_names().await, ["0 operator disabled 1", "1 operator enabled 1"]);
}
