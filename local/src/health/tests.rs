//! The health page through its router, and its parts.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use jiff::{SignedDuration, Timestamp};
use posthorn_auth::guard;
use posthorn_auth::reputation::{Counts, Rule};
use posthorn_table::statistics::{FeedbackMetric, Hour, HourCounts};
use posthorn_table::{Uuid, project::Project};
use posthorn_testkit::{backends::Backends, events, sns::Published};
use tower::ServiceExt as _;

use super::{Health, chart::chart, gauge::gauge, router};
use crate::announcements::Announcements;

const SCRIPT: &str = "<script>alert('1')</script>\"&";
const ESCAPED: &str = "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&amp;";

fn health(backends: &Backends) -> Health {
    Health {
        tool: "cargo posthorn".to_owned(),
        table: backends.table.clone(),
        env: backends.env.clone(),
        rule: Rule::default(),
        announcements: Announcements::in_memory(),
        dead: Arc::new(|| 0),
    }
}

struct PageResponse {
    status: StatusCode,
    policy: String,
    text: String,
}

async fn send(health: &Health, request: Request<Body>) -> PageResponse {
    let (parts, body) = router(health.clone()).oneshot(request).await.unwrap().into_parts();
    let policy = parts.headers.get("content-security-policy").map_or("", |value| value.to_str().unwrap()).to_owned();
    let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
    PageResponse { status: parts.status, policy, text: String::from_utf8(body).unwrap() }
}

async fn get(health: &Health, path: &str) -> PageResponse {
    send(health, Request::get(format!("/_local/health{path}")).body(Body::empty()).unwrap()).await
}

fn published(message: &str) -> Published {
    Published {
        id: format!("id{SCRIPT}"),
        topic: "arn:aws:sns:us-east-1:000000000000:alerts".into(),
        subject: Some(format!("Subject {SCRIPT}")),
        message: message.into(),
        at: "2025-11-30T10:30:07.5Z".parse().unwrap(),
    }
}

/// Counts so many sent emails in this hour.
async fn count_sent(backends: &Backends, project: &Project, sent: u64) {
    let hour = Hour { epoch: project.facts.epoch, at: backends.clock.now() };
    backends.table.count_sent(project.facts.id, 1, hour, sent).await.unwrap();
}

#[tokio::test]
async fn a_hostile_project_shows_as_text() {
    let backends = Backends::start().await;
    let hostile = backends.project(|project| project.facts.name = SCRIPT.into()).await.project;
    guard::disable(&backends.table, hostile.facts.id, &format!("Because {SCRIPT}"), backends.clock.now(), 7)
        .await
        .unwrap();
    let health = health(&backends);
    for path in ["", "/parts"] {
        let response = get(&health, path).await;
        assert_eq!(response.status, StatusCode::OK);
        assert!(response.text.contains(&format!("<bdi>{ESCAPED}</bdi>")), "{}", response.text);
        assert!(response.text.contains(&format!("Because {ESCAPED}")), "{}", response.text);
        assert!(!response.text.contains("<script>"), "{}", response.text);
    }
}

#[tokio::test]
async fn a_hostile_announcement_shows_as_text() {
    let backends = Backends::start().await;
    let health = health(&backends);
    let text = |name: &str| format!("{name} {SCRIPT}");
    let message = serde_json::json!({
        "type": text("type"),
        "project": {"name": text("project")},
        "summary": text("summary"),
        "action": text("action"),
    });
    for message in [message.to_string(), SCRIPT.into(), format!("\"{SCRIPT}"), "[1]".into()] {
        health.announcements.keep(&published(&message)).unwrap();
    }
    let page = get(&health, "").await.text;
    assert!(!page.contains("<script>"), "{page}");
    for name in ["type", "project", "summary", "action", "Subject"] {
        assert!(page.contains(&format!("{name} {ESCAPED}")), "{name}: {page}");
    }
    assert!(page.contains(&format!("id=\"message-id{ESCAPED}\"")), "{page}");
}

#[tokio::test]
async fn a_disabled_project_shows_the_time_the_reason_and_the_command_that_enables_it() {
    let backends = Backends::start().await;
    let project = backends.project(|_| {}).await.project;
    let id = project.facts.id;
    let active = get(&health(&backends), "").await.text;
    assert!(active.contains(">active</span>") && !active.contains("project enable"), "{active}");
    guard::disable(&backends.table, id, "A bought list", backends.clock.now(), 7).await.unwrap();
    let disabled = get(&health(&backends), "").await.text;
    let command = format!("<code>cargo posthorn project enable {id}</code>");
    for text in [">disabled</span>", "Sun 30 Nov 2025, 10:30:00 UTC", "A bought list", &command] {
        assert!(disabled.contains(text), "{text}: {disabled}");
    }
}

#[tokio::test]
async fn the_demo_project_comes_first_then_they_go_by_name() {
    let backends = Backends::start().await;
    for name in ["beta", "Alpha"] {
        backends.project(|project| project.facts.name = name.into()).await;
    }
    let named = |project: &mut Project| {
        project.facts.name = "zulu".into();
        project.facts.id = events::PROJECT.parse().unwrap();
    };
    backends.project(named).await;
    let page = get(&health(&backends), "").await.text;
    let places = ["zulu", "Alpha", "beta"].map(|name| page.find(&format!("<bdi>{name}</bdi>")).unwrap());
    assert!(places.is_sorted(), "{places:?}");
}

#[tokio::test]
async fn the_parts_change_with_the_counts_alone() {
    let backends = Backends::start().await;
    let project = backends.project(|_| {}).await.project;
    let health = health(&backends);
    let first = get(&health, "/parts").await.text;
    backends.clock.advance(SignedDuration::from_secs(5));
    assert_eq!(get(&health, "/parts").await.text, first);
    count_sent(&backends, &project, 3).await;
    let second = get(&health, "/parts").await.text;
    assert!(second.contains("10:00 to 11:00 UTC: 3 sent, 0 bounced, 0 complained"), "{second}");
}

#[tokio::test]
async fn the_page_warns_of_events_that_were_given_up() {
    let backends = Backends::start().await;
    let with_dead = |dead: usize| Health { dead: Arc::new(move || dead), ..health(&backends) };
    assert!(!get(&with_dead(0), "").await.text.contains("given up"));
    assert!(get(&with_dead(1), "").await.text.contains("1 feedback event was given up"));
    assert!(get(&with_dead(2), "").await.text.contains("2 feedback events were given up"));
}

#[tokio::test]
async fn without_announcements_the_page_has_a_hint_how_to_get_one() {
    let backends = Backends::start().await;
    let page = get(&health(&backends), "").await.text;
    for text in ["bounce20@example.com", "at bounce 10 the operators", "at bounce 20 the project"] {
        assert!(page.contains(text), "{text}: {page}");
    }
}

#[tokio::test]
async fn the_page_reports_a_table_that_cannot_be_read() {
    let backends = Backends::start().await;
    let client = backends.dynamodb.clone();
    let health = Health { table: posthorn_table::Table::new(client, "no-such-table"), ..health(&backends) };
    for path in ["", "/parts"] {
        let response = get(&health, path).await;
        assert_eq!(response.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(response.text.contains("The table cannot be read"), "{}", response.text);
    }
}

#[tokio::test]
async fn the_page_runs_only_its_own_script() {
    let backends = Backends::start().await;
    backends.project(|_| {}).await;
    let health = health(&backends);
    let page = get(&health, "").await;
    assert!(page.policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"), "{}", page.policy);
    assert!(!page.policy.contains("unsafe"), "{}", page.policy);
    for forbidden in ["http://", "https://", "style=", "onclick"] {
        assert!(!page.text.contains(forbidden), "{forbidden}");
    }
    assert!(get(&health, "/parts").await.policy.starts_with("sandbox"));
    let request = Request::post("/_local/health/parts").body(Body::empty()).unwrap();
    assert_eq!(send(&health, request).await.status, StatusCode::METHOD_NOT_ALLOWED);
}

const NOW: &str = "2025-11-30T10:30:00Z";

fn hour(hour: &str, sent: u64, bounced: u64, complained: u64) -> HourCounts {
    HourCounts { hour: hour.parse().unwrap(), sent, bounced, complained }
}

fn drawn(hours: &[HourCounts]) -> String {
    chart(Uuid::nil(), hours, NOW.parse::<Timestamp>().unwrap())
}

#[test]
fn the_chart_has_a_bar_for_each_hour_of_the_window_that_has_figures_and_no_other() {
    let cases = [
        ("2025-11-30T10:00:00Z", Some("Sun 30 Nov, 10:00 to 11:00 UTC: 7 sent")),
        ("2025-11-23T11:00:00Z", Some("Sun 23 Nov, 11:00 to 12:00 UTC: 7 sent")),
        ("2025-11-23T10:00:00Z", None),
        ("2025-11-22T11:00:00Z", None),
        ("2025-11-30T11:00:00Z", None),
    ];
    for (at, title) in cases {
        let svg = drawn(&[hour(at, 7, 0, 0)]);
        assert_eq!(svg.matches("class=\"hour\"").count(), usize::from(title.is_some()), "{at}");
        assert!(title.is_none_or(|title| svg.contains(title)), "{at}: {svg}");
    }
    assert!(!drawn(&[]).contains("class=\"hour\""));
}

#[test]
fn bounced_and_complained_are_stacked_over_sent() {
    let svg = drawn(&[hour("2025-11-30T10:00:00Z", 20, 10, 5)]);
    let bar =
        |class, y, height| format!(r#"<rect class="{class}" x="951.07" y="{y}" width="4.43" height="{height}"/>"#);
    for bar in [bar("sent", "10.0", "168.0"), bar("bounced", "94.0", "84.0"), bar("complained", "52.0", "42.0")] {
        assert!(svg.contains(&bar), "{bar}: {svg}");
    }
}

#[test]
fn one_complaint_among_thousands_is_visible() {
    let svg = drawn(&[hour("2025-11-30T10:00:00Z", 50_000, 0, 1)]);
    assert!(svg.contains(r#"class="complained""#) && svg.contains(r#"height="2.5""#), "{svg}");
    assert!(!svg.contains(r#"class="bounced""#), "{svg}");
}

#[test]
fn the_axes_have_round_figures_and_the_days() {
    for (most, labels) in [
        (0, &[">0<", ">1<", ">4<"][..]),
        (7, &[">2<", ">8<"]),
        (20, &[">5<", ">20<"]),
        (1_234, &[">500<", ">1.5k<"]),
        (9_000_000, &[">5M<", ">10M<"]),
        (u64::MAX, &[">0<"]),
    ] {
        let svg = drawn(&[hour("2025-11-30T10:00:00Z", most, 0, 0)]);
        assert!(labels.iter().all(|label| svg.contains(label)), "{most}: {svg}");
    }
    let svg = drawn(&[]);
    assert!(svg.contains(">Sun 23 Nov<") && svg.contains(">Sun 30 Nov<"), "{svg}");
    assert_eq!(svg.matches("class=\"middle\"").count(), 8, "{svg}");
}

#[test]
fn a_gauge_has_its_level_its_figures_and_its_lines() {
    for (sent, bounced, class, width, text) in [
        (0, 0, "fine", None, "0 bounced of 0 sent; counted against at least 200: 0.00 %"),
        (400, 4, "fine", Some("30.7"), "4 bounced of 400 sent: 1.00 %"),
        (12, 12, "warn", Some("184.0"), "12 bounced of 12 sent; counted against at least 200: 6.00 %"),
        (20, 20, "disabled", Some("306.7"), "20 bounced of 20 sent; counted against at least 200: 10.00 %"),
        (200, 200, "disabled", Some("460.0"), "200 bounced of 200 sent: 100.00 %"),
    ] {
        let svg = gauge(&Rule::default(), FeedbackMetric::Bounce, &Counts { sent, bounced, complained: 0 });
        assert!(svg.contains(&format!(r#"class="gauge {class}""#)), "{svg}");
        assert!(svg.contains(text), "{svg}");
        let fill = width.map(|width| format!(r#"class="fill" y="20" width="{width}""#));
        assert!(fill.map_or(!svg.contains("class=\"fill\""), |fill| svg.contains(&fill)), "{svg}");
        assert_eq!(svg.contains("class=\"beyond\""), bounced == 200, "{svg}");
        assert!(svg.contains(">warn 5 %<") && svg.contains(">disable 10 %<"), "{svg}");
    }
}

#[test]
fn one_complaint_is_fine_of_thousands() {
    let svg = gauge(&Rule::default(), FeedbackMetric::Complaint, &Counts { sent: 4_000, bounced: 0, complained: 1 });
    assert!(svg.contains("class=\"gauge fine\"") && svg.contains("1 complained of 4000 sent: 0.03 %"), "{svg}");
    assert!(svg.contains(">warn 0.1 %<") && svg.contains(">disable 0.5 %<"), "{svg}");
}
