//! Mails that are stored are kept, listed and found again.

use super::{TestFolder, file, get, listed, logo, mail, newest};
use crate::inbox::{Inbox, list::MAX_LISTED};

#[tokio::test]
async fn the_newest_mail_is_listed_first_with_its_summary() {
    let inbox = Inbox::in_memory();
    inbox.store(&mail(1)).unwrap();
    let mut second = mail(2);
    second.cc = vec!["ben@x.com".into()];
    second.attachments = vec![file("a.txt", b"a")];
    inbox.store(&second).unwrap();
    let list = listed(&inbox).await;
    assert_eq!(list.len(), 2);
    assert_eq!(list[0]["subject"], "Order 2");
    assert_eq!(
        (&list[0]["to"], &list[0]["others"], &list[0]["attachments"]),
        (&"ann@x.com".into(), &1.into(), &1.into())
    );
    assert_eq!(list[1]["subject"], "Order 1");
}

#[tokio::test]
async fn a_poll_brings_the_new_mails_alone() {
    let inbox = Inbox::in_memory();
    inbox.store(&mail(1)).unwrap();
    let first = get(&inbox, "/mails").await.json();
    inbox.store(&mail(2)).unwrap();
    let changes = get(&inbox, &format!("/mails?after={}", first["cursor"].as_str().unwrap())).await.json();
    assert_eq!((&changes["whole"], &changes["total"]), (&false.into(), &2.into()));
    assert_eq!(changes["mails"].as_array().unwrap().len(), 1);
    assert_eq!(changes["mails"][0]["subject"], "Order 2");
}

#[tokio::test]
async fn after_a_restart_the_folder_shows_the_same_mails() {
    let folder = TestFolder::new("restart");
    let mut whole = mail(1);
    whole.attachments = vec![logo(), file("a.txt", b"hello")];
    folder.open().store(&whole).unwrap();
    folder.open().store(&mail(2)).unwrap();

    let inbox = folder.open();
    let list = listed(&inbox).await;
    assert_eq!(list.iter().map(|mail| mail["subject"].as_str().unwrap()).collect::<Vec<_>>(), ["Order 2", "Order 1"]);
    let id = list[1]["id"].as_str().unwrap();
    let detail = get(&inbox, &format!("/mails/{id}")).await.json();
    assert_eq!(detail["text"], "Thanks");
    assert_eq!(detail["attachments"][1]["size"], 5);
    assert_eq!(get(&inbox, &format!("/mails/{id}/attachments/1")).await.body, b"hello");
    assert_eq!(
        get(&inbox, &format!("/mails/{id}/source")).await.body,
        std::fs::read(folder.0.join(format!("{id}.eml"))).unwrap()
    );
}

#[tokio::test]
async fn the_folder_has_one_eml_for_each_mail_sorted_by_time_and_no_unfinished_file() {
    let folder = TestFolder::new("sorted");
    let inbox = folder.open();
    for n in [5, 3, 9] {
        inbox.store(&mail(n)).unwrap();
    }
    let files = folder.files();
    assert_eq!(files.len(), 4, "{files:?}");
    assert_eq!(files[0], ".inbox");
    assert!(
        files[1].starts_with("20260301T090000003Z-0100018f3c5e9a7b-") && files[1].ends_with("-000000.eml"),
        "{files:?}"
    );
    let records = std::fs::read_dir(folder.0.join(".inbox")).unwrap();
    assert!(records.into_iter().all(|entry| entry.unwrap().path().extension().unwrap() == "json"));
}

#[tokio::test]
async fn a_message_id_cannot_leave_the_folder() {
    let folder = TestFolder::new("path");
    let inbox = folder.open();
    let mut hostile = mail(1);
    hostile.message_id = "../../../escaped\0/..\\x".into();
    inbox.store(&hostile).unwrap();
    assert_eq!(folder.files().len(), 2);
    let id = newest(&inbox).await;
    assert_eq!(id, "20260301T090000001Z-escapedx");
    assert_eq!(get(&inbox, &format!("/mails/{id}")).await.json()["subject"], "Order 1");
}

#[tokio::test]
async fn a_broken_record_hides_no_other_mail() {
    let folder = TestFolder::new("broken");
    folder.open().store(&mail(1)).unwrap();
    std::fs::write(folder.0.join(".inbox/20260401T000000000Z-broken.json"), b"{").unwrap();
    assert_eq!(listed(&folder.open()).await.len(), 1);
}

#[tokio::test]
async fn many_mails_are_counted_and_only_the_newest_listed() {
    let folder = TestFolder::new("many");
    let inbox = folder.open();
    (0..700).for_each(|n| inbox.store(&mail(n)).unwrap());
    for inbox in [inbox, folder.open()] {
        let all = get(&inbox, "/mails").await.json();
        assert_eq!(all["total"], 700);
        assert_eq!(all["mails"].as_array().unwrap().len(), MAX_LISTED);
        assert_eq!(all["mails"][0]["subject"], "Order 699");
    }
}

#[tokio::test]
async fn memory_drops_the_oldest_mails() {
    let inbox = Inbox::in_memory();
    inbox.store(&mail(0)).unwrap();
    let oldest = newest(&inbox).await;
    (1..=500).for_each(|n| inbox.store(&mail(n)).unwrap());
    assert_eq!(get(&inbox, &format!("/mails/{oldest}")).await.status, 404);
    let mut large = mail(501);
    large.text = Some("x".repeat(30 * 1024 * 1024));
    inbox.store(&large).unwrap();
    assert_eq!(get(&inbox, &format!("/mails/{}", newest(&inbox).await)).await.status, 200);
}

#[tokio::test]
async fn the_hint_comes_with_the_list() {
    let inbox = Inbox::in_memory().with_hint("curl …");
    assert_eq!(get(&inbox, "/mails").await.json()["hint"], "curl …");
}
