//! Moments as they are stored.

use posthorn_table::Timestamp;
use posthorn_testkit::backends::Backends;

use crate::sample_project::{sample_project, texts};

#[tokio::test]
async fn every_moment_is_stored_with_three_fractional_digits() {
    let backends = Backends::start().await;
    sample_project(&backends).await;
    let items = backends.items().await;
    let mut moments = 0;
    for (key, item) in &items {
        for (name, text) in item.iter().flat_map(|(name, value)| texts(name, value)) {
            let Ok(moment) = text.parse::<Timestamp>() else { continue };
            assert_eq!(text, format!("{moment:.3}"), "{key}: {name}");
            moments += 1;
        }
    }
    assert!(moments > 20, "{moments}");
}

#[tokio::test]
async fn moments_of_an_earlier_version_are_read() {
    let backends = Backends::start().await;
    let project = sample_project(&backends).await;
    crate::table_upgrade::age(&backends).await;
    let (table, id) = (&backends.table, project.facts.id);
    assert_eq!(table.project(id).await.unwrap().unwrap(), project);
    assert_eq!(table.directory().await.unwrap()[0].created_at, project.created_at);
    assert_eq!(table.domains().await.unwrap()[0].claimed_at, backends.clock.now());
    assert_eq!(table.notices(id).await.unwrap()[0].at, backends.clock.now());
    let contact = table.contact(id, crate::sample_project::ADDRESS).await.unwrap().unwrap();
    assert_eq!(contact.created_at, Some(backends.clock.now()));
    let email = table.email(posthorn_table::Uuid::from_u128(1)).await.unwrap().unwrap();
    assert_eq!(email.created_at, backends.clock.now());
    assert_eq!(table.last_heartbeat().await.unwrap(), Some(backends.clock.now()));
}
