//! No script of a mail runs, and no other page reads a mail.

use axum::body::Body;
use axum::http::{Request, StatusCode};

use super::{file, get, logo, mail, newest, router, send};
use crate::inbox::Inbox;

const SCRIPT: &str = "<script>alert(1)</script>";

async fn hostile() -> (Inbox, String) {
    let inbox = Inbox::in_memory();
    let mut mail = mail(1);
    mail.subject = SCRIPT.into();
    mail.to = vec![format!("\"{SCRIPT}\" <ann@x.com>")];
    mail.html = Some(format!("<p>Hi</p>{SCRIPT}<img src=x onerror=alert(1)>"));
    mail.attachments = vec![file("a\"\r\nX-Evil: 1; <b>ä.html", SCRIPT.as_bytes())];
    inbox.store(&mail).unwrap();
    let id = newest(&inbox).await;
    (inbox, id)
}

#[tokio::test]
async fn a_script_in_a_subject_reaches_the_page_as_json_alone() {
    let (inbox, id) = hostile().await;
    for path in ["", "/page.js", "/page.css"] {
        assert!(!get(&inbox, path).await.text().contains("alert(1)"), "{path}");
    }
    for path in ["/mails".to_owned(), format!("/mails/{id}")] {
        let response = get(&inbox, &path).await;
        assert_eq!(response.header("content-type"), "application/json");
        assert_eq!(response.header("x-content-type-options"), "nosniff");
        assert!(response.text().contains("alert(1)"));
    }
}

#[tokio::test]
async fn the_page_inserts_text_as_text_and_runs_only_its_own_script() {
    let page = get(&Inbox::in_memory(), "").await;
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self'"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    assert!(!page.text().contains("http://") && !page.text().contains("https://"));
    let script = get(&Inbox::in_memory(), "/page.js").await;
    for sink in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "srcdoc", "eval(", "DOMParser"] {
        assert!(!script.text().contains(sink), "{sink}");
    }
    assert!(!script.text().contains("allow-scripts") && !script.text().contains("allow-same-origin"));
}

#[tokio::test]
async fn the_html_of_a_mail_is_sandboxed_wherever_it_is_opened() {
    let (inbox, id) = hostile().await;
    let html = get(&inbox, &format!("/mails/{id}/html")).await;
    let policy = html.header("content-security-policy");
    assert!(policy.starts_with("sandbox allow-popups"), "{policy}");
    assert!(policy.contains("default-src 'none'") && !policy.contains("script-src"), "{policy}");
    assert!(!policy.contains("allow-scripts") && !policy.contains("allow-same-origin"), "{policy}");
    assert_eq!(html.header("referrer-policy"), "no-referrer");
}

#[tokio::test]
async fn an_attachment_is_only_ever_a_download_of_a_safe_name() {
    let (inbox, id) = hostile().await;
    let file = get(&inbox, &format!("/mails/{id}/attachments/0")).await;
    assert_eq!(file.header("content-type"), "application/octet-stream");
    assert_eq!(
        file.header("content-disposition"),
        "attachment; filename*=UTF-8''a%22%0D%0AX-Evil%3A%201%3B%20%3Cb%3E%C3%A4.html"
    );
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    assert_eq!(file.header("content-security-policy"), "sandbox; default-src 'none'");
    assert_eq!(file.body, SCRIPT.as_bytes());
    for n in ["1", "-1", "x"] {
        assert_ne!(get(&inbox, &format!("/mails/{id}/attachments/{n}")).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn an_inline_image_is_inserted_into_the_html() {
    let inbox = Inbox::in_memory();
    let mut mail = mail(1);
    mail.attachments = vec![logo()];
    inbox.store(&mail).unwrap();
    let html = get(&inbox, &format!("/mails/{}/html", newest(&inbox).await)).await;
    assert!(html.text().contains("<img src=\"data:image/png;base64,AJ+Slg==\">"), "{}", html.text());
}

#[tokio::test]
async fn an_inline_image_cannot_close_its_attribute() {
    let inbox = Inbox::in_memory();
    let mut mail = mail(1);
    mail.attachments = vec![logo()];
    mail.attachments[0].content_type = Some("image/png\" onerror=\"alert(1)".into());
    inbox.store(&mail).unwrap();
    let html = get(&inbox, &format!("/mails/{}/html", newest(&inbox).await)).await;
    assert!(!html.text().contains("onerror"), "{}", html.text());
}

#[tokio::test]
async fn an_id_without_a_mail_is_not_found() {
    let (inbox, _) = hostile().await;
    for id in ["unknown", "..%2f..%2fetc%2fpasswd", "%2e%2e", "a.eml", "%00"] {
        for view in ["", "/html", "/source", "/attachments/0"] {
            assert_eq!(get(&inbox, &format!("/mails/{id}{view}")).await.status, StatusCode::NOT_FOUND, "{id}{view}");
        }
    }
}

#[tokio::test]
async fn only_get_is_answered() {
    let (inbox, id) = hostile().await;
    for method in ["POST", "PUT", "DELETE"] {
        let path = format!("/_local/inbox/mails/{id}");
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        assert_eq!(send(router(inbox.clone()), request).await.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
    }
}
