//! What is stored is kept, listed and found again.

use super::{Folder, file, get, listed, logo, mail, newest};
use crate::inbox::Mailbox;

#[tokio::test]
async fn the_newest_mail_is_listed_first_with_what_the_list_shows() {
    let mailbox = Mailbox::in_memory();
    mailbox.store(&mail(1)).unwrap();
    let mut second = mail(2);
    second.cc = vec!["ben@x.com".into()];
    second.attachments = vec![file("a.txt", b"a")];
    mailbox.store(&second).unwrap();
    let list = listed(&mailbox).await;
    assert_eq!(list.len(), 2);
    assert_eq!(list[0]["subject"], "Order 2");
    assert_eq!(
        (&list[0]["to"], &list[0]["others"], &list[0]["attachments"]),
        (&"ann@x.com".into(), &1.into(), &1.into())
    );
    assert_eq!(list[1]["subject"], "Order 1");
}

#[tokio::test]
async fn a_poll_brings_only_what_is_new() {
    let mailbox = Mailbox::in_memory();
    mailbox.store(&mail(1)).unwrap();
    let first = get(&mailbox, "/mails").await.json();
    mailbox.store(&mail(2)).unwrap();
    let news = get(&mailbox, &format!("/mails?after={}", first["cursor"].as_str().unwrap())).await.json();
    assert_eq!((&news["whole"], &news["total"]), (&false.into(), &2.into()));
    assert_eq!(news["mails"].as_array().unwrap().len(), 1);
    assert_eq!(news["mails"][0]["subject"], "Order 2");
}

#[tokio::test]
async fn after_a_restart_the_folder_shows_the_same_mails() {
    let folder = Folder::new("restart");
    let mut whole = mail(1);
    whole.attachments = vec![logo(), file("a.txt", b"hello")];
    folder.open().store(&whole).unwrap();
    folder.open().store(&mail(2)).unwrap();

    let mailbox = folder.open();
    let list = listed(&mailbox).await;
    assert_eq!(list.iter().map(|mail| mail["subject"].as_str().unwrap()).collect::<Vec<_>>(), ["Order 2", "Order 1"]);
    let id = list[1]["id"].as_str().unwrap();
    let detail = get(&mailbox, &format!("/mails/{id}")).await.json();
    assert_eq!(detail["text"], "Thanks");
    assert_eq!(detail["attachments"][1]["size"], 5);
    assert_eq!(get(&mailbox, &format!("/mails/{id}/attachments/1")).await.body, b"hello");
    assert_eq!(
        get(&mailbox, &format!("/mails/{id}/source")).await.body,
        std::fs::read(folder.0.join(format!("{id}.eml"))).unwrap()
    );
}

#[tokio::test]
async fn the_folder_has_one_eml_a_mail_sorted_by_time_and_nothing_half_written() {
    let folder = Folder::new("sorted");
    let mailbox = folder.open();
    for n in [5, 3, 9] {
        mailbox.store(&mail(n)).unwrap();
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
    let folder = Folder::new("path");
    let mailbox = folder.open();
    let mut hostile = mail(1);
    hostile.message_id = "../../../escaped\0/..\\x".into();
    mailbox.store(&hostile).unwrap();
    assert_eq!(folder.files().len(), 2);
    let id = newest(&mailbox).await;
    assert_eq!(id, "20260301T090000001Z-escapedx");
    assert_eq!(get(&mailbox, &format!("/mails/{id}")).await.json()["subject"], "Order 1");
}

#[tokio::test]
async fn a_broken_record_hides_no_other_mail() {
    let folder = Folder::new("broken");
    folder.open().store(&mail(1)).unwrap();
    std::fs::write(folder.0.join(".inbox/20260401T000000000Z-broken.json"), b"{").unwrap();
    assert_eq!(listed(&folder.open()).await.len(), 1);
}

#[tokio::test]
async fn many_mails_are_counted_and_only_the_newest_listed() {
    let folder = Folder::new("many");
    let mailbox = folder.open();
    (0..700).for_each(|n| mailbox.store(&mail(n)).unwrap());
    for mailbox in [mailbox, folder.open()] {
        let all = get(&mailbox, "/mails").await.json();
        assert_eq!(all["total"], 700);
        assert_eq!(all["mails"].as_array().unwrap().len(), Mailbox::LISTED);
        assert_eq!(all["mails"][0]["subject"], "Order 699");
    }
}

#[tokio::test]
async fn memory_lets_the_oldest_mails_go() {
    let mailbox = Mailbox::in_memory();
    mailbox.store(&mail(0)).unwrap();
    let oldest = newest(&mailbox).await;
    (1..=500).for_each(|n| mailbox.store(&mail(n)).unwrap());
    assert_eq!(get(&mailbox, &format!("/mails/{oldest}")).await.status, 404);
    let mut large = mail(501);
    large.text = Some("x".repeat(30 * 1024 * 1024));
    mailbox.store(&large).unwrap();
    assert_eq!(get(&mailbox, &format!("/mails/{}", newest(&mailbox).await)).await.status, 200);
}

#[tokio::test]
async fn the_hint_comes_with_the_list() {
    let mailbox = Mailbox::in_memory().with_hint("curl …");
    assert_eq!(get(&mailbox, "/mails").await.json()["hint"], "curl …");
}
