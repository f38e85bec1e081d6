//! Mail programs can read the `.eml`, and no string of a mail becomes structure in it.

use posthorn_testkit::ses::Mail;

use super::{file, logo, mail};
use crate::inbox::eml;

fn rendered(mail: &Mail) -> String {
    String::from_utf8(eml::render(mail)).unwrap()
}

/// The headers, unfolded, before the first empty line.
fn headers(source: &str) -> Vec<String> {
    let (head, _) = source.split_once("\r\n\r\n").unwrap();
    head.replace("\r\n ", " ").replace("\r\n\t", " ").split("\r\n").map(str::to_owned).collect()
}

#[test]
fn the_file_has_the_headers_of_the_mail() {
    let mut mail = mail(1);
    mail.subject = "Grüße aus Köln".into();
    mail.reply_to = vec!["desk@x.com".into()];
    mail.headers = vec![("X-Order".into(), "42".into())];
    mail.tags = vec![("posthorn-email".into(), "e1".into())];
    mail.configuration_set = Some("posthorn".into());
    let headers = headers(&rendered(&mail));
    for expected in [
        "Message-ID: <0100018f3c5e9a7b-00000001-1111-2222-3333-444444444444-000000@email.amazonses.com>",
        "Date: Sun, 1 Mar 2026 09:00:00 +0000",
        "From: =?UTF-8?B?w4RubmU=?= <hello@example.com>",
        "To: ann@x.com",
        "Reply-To: desk@x.com",
        "X-Order: 42",
        "X-SES-CONFIGURATION-SET: posthorn",
        "X-SES-MESSAGE-TAGS: posthorn-email=e1",
        "MIME-Version: 1.0",
    ] {
        assert!(headers.contains(&expected.to_owned()), "{expected} is not in {headers:#?}");
    }
    assert!(headers.iter().any(|line| line.to_lowercase().starts_with("subject: =?utf-8?")), "{headers:#?}");
}

#[test]
fn bodies_inline_parts_and_files_are_nested_as_mail_programs_expect() {
    let mut mail = mail(1);
    mail.attachments = vec![logo(), file("Bericht ä.pdf", b"%PDF")];
    let source = rendered(&mail);
    let order = [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "Content-ID: <logo>",
        "application/octet-stream",
        "filename*=UTF-8''Bericht%20%C3%A4.pdf",
    ];
    let places: Vec<usize> =
        order.iter().map(|part| source.find(part).unwrap_or_else(|| panic!("{part}: {source}"))).collect();
    assert!(places.is_sorted(), "{places:?}\n{source}");
}

#[test]
fn a_mail_with_a_text_alone_is_no_multipart() {
    let mut mail = mail(1);
    mail.html = None;
    let source = rendered(&mail);
    assert!(source.contains("Content-Type: text/plain") && !source.contains("multipart"), "{source}");
}

#[test]
fn a_content_type_is_kept_as_it_was_written() {
    for (given, expected) in [
        ("text/calendar; method=REQUEST; charset=\"UTF-8\"", None),
        ("TEXT/Calendar;METHOD=REQUEST;charset=\"utf-8\"", None),
        ("text/plain; name=\"a; b=\\\"c\\\".txt\"; format=flowed", None),
        ("application/vnd.example+json; version=2", None),
        ("text/plain; charset=\"utf-8", Some("application/octet-stream")),
        ("Multipart/Mixed; boundary=\"x\"", Some("application/octet-stream")),
    ] {
        let mut mail = mail(1);
        mail.attachments = vec![file("a.bin", b"BEGIN:VCALENDAR")];
        mail.attachments[0].content_type = Some(given.into());
        let source = rendered(&mail);
        let line = format!("\r\nContent-Type: {}\r\n", expected.unwrap_or(given));
        assert!(source.contains(&line), "{given}: {source}");
    }
}

#[test]
fn a_header_in_ascii_is_kept_as_it_was_written() {
    let link = format!("<https://example.com/u/dXNlcg=?l=3&{}>", "x".repeat(900));
    let mut mail = mail(1);
    mail.headers = vec![("List-Unsubscribe".into(), link.clone()), ("X-Order".into(), "=?UTF-8?Q?a?= \"b\"".into())];
    let headers = headers(&rendered(&mail));
    for expected in [format!("List-Unsubscribe: {link}"), "X-Order: =?UTF-8?Q?a?= \"b\"".to_owned()] {
        assert!(headers.contains(&expected), "{expected} is not in {headers:#?}");
    }
}

#[test]
fn no_string_becomes_a_header() {
    let evil = "x\r\nX-Evil: 1\r\n\r\n<b>body</b>";
    let mut mail = mail(1);
    mail.message_id = evil.into();
    mail.from = format!("{evil} <a@x.com>");
    mail.to = vec![evil.into(), format!("ä{evil}")];
    mail.cc = vec![evil.into()];
    mail.subject = evil.into();
    mail.headers = vec![
        ("X-Order".into(), evil.into()),
        ("X-A: 1\r\nX-Evil".into(), "1".into()),
        ("Content-Type".into(), "text/evil".into()),
    ];
    mail.tags = vec![(evil.into(), evil.into())];
    mail.configuration_set = Some(evil.into());
    mail.attachments = vec![logo(), file(evil, b"x")];
    mail.attachments[0].content_type = Some(format!("image/png{evil}"));
    mail.attachments[0].content_id = Some(evil.into());
    mail.attachments[1].content_id = Some(evil.into());
    let source = rendered(&mail);
    assert!(!source.contains("\nX-Evil") && !source.contains("text/evil"), "{source}");
    assert!(!headers(&source).iter().any(|line| line.starts_with("X-Evil") || line.starts_with("X-A")), "{source}");
    assert!(!source.contains("\n<b>body</b>"), "{source}");
}

#[test]
fn ids_stay_between_their_brackets() {
    let mut mail = mail(1);
    mail.message_id = "a> <b\r\nc".into();
    mail.attachments = vec![logo()];
    mail.attachments[0].content_id = Some("d> <e\"\r\nf".into());
    let source = rendered(&mail);
    assert!(source.contains("Message-ID: <abc@email.amazonses.com>\r\n"), "{source}");
    assert!(source.contains("Content-ID: <def>\r\n"), "{source}");
}

#[test]
fn no_line_is_longer_than_a_mail_permits() {
    let mut mail = mail(1);
    mail.subject = "ü".repeat(900);
    mail.to = (0..50).map(|n| format!("person-number-{n}@a-rather-long-domain.example.com")).collect();
    mail.html = Some("y".repeat(5_000));
    mail.attachments = vec![file("a.bin", &[255; 5_000])];
    let source = rendered(&mail);
    assert!(source.split("\r\n").all(|line| line.len() <= 998 && !line.contains('\n')), "{source}");
}
