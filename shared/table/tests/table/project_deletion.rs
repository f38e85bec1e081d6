//! A deleted project, and every kind of item.

use posthorn_table::{Deletion, NOUNS};
use posthorn_testkit::backends::Backends;

use crate::sample_project::{noun_of, sample_project};

#[tokio::test]
async fn every_kind_of_item_goes_with_its_project_or_is_kept_for_a_reason() {
    let backends = Backends::start().await;
    let project = sample_project(&backends).await;
    let table = &backends.table;
    let mut from = None;
    loop {
        let page = table.project_data(project.facts.id, from).await.unwrap();
        table.remove(page.project_data, 0).await.unwrap();
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    let left = backends.items().await;
    for noun in NOUNS {
        let is_left = left.values().any(|item| noun_of(item) == noun);
        assert_eq!(is_left, !matches!(noun.deletion, Deletion::Scan(..)), "{noun:?}");
    }
    table.remove_project(&project, &["mail.example.com".to_owned()], backends.clock.now()).await.unwrap();
    for (key, item) in backends.items().await {
        let Deletion::Kept(reason) = noun_of(&item).deletion else { panic!("{key} is left") };
        assert!(reason.ends_with('.'), "{reason}");
    }
}

#[tokio::test]
async fn another_projects_items_stay() {
    let backends = Backends::start().await;
    let project = sample_project(&backends).await;
    let other = backends.project(|_| {}).await.project;
    let before = backends.items().await;
    let page = backends.table.project_data(other.facts.id, None).await.unwrap();
    assert!(page.next.is_none() && page.scanned > 0);
    assert_eq!(page.project_data.len(), 0, "nothing of {} is {}'s", project.facts.id, other.facts.id);
    assert_eq!(backends.items().await, before);
}
