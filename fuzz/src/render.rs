//! Templates, and the plain text of a mail.

use std::panic::{self, UnwindSafe};

use posthorn_html_cost::html_of;
use posthorn_mail::render::{Part, Template, Variables};
use posthorn_text::{MAX_TEXT, from_html, work_of};
use serde_json::{Map, Value};

/// Between a template and the data that it is rendered over.
const DATA: &str = "\n---\n";
/// A rendering's bound, and what a template's own text may add to it.
const MOST: usize = 4 * 1024 * 1024;
/// Bytes of plain text for each byte of HTML: a line of one character within quotations and lists is marked and indented.
const GROWTH: usize = 20;

/// Bytes of HTML that a recipe is tried with.
const MAX_HTML: usize = 64 * 1024;
/// Work for each byte of HTML: it is written twice at most, with its marks and indents, and read again for its links.
const MAX_WORK: usize = 50;
/// Work for HTML of any length.
const MAX_FIXED_WORK: usize = 10_000;

/// A template, and after a line `---` the data: it renders, to the same text every time, within the bound; a subject
/// stays one line; and no value becomes markup. What exceeds a limit, or where a part of Liquid panics, has no text, every
/// time.
pub fn template(bytes: &[u8]) {
    quietly(|| render(bytes));
}

fn render(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (source, data) = text.split_once(DATA).unwrap_or((text, ""));
    let variables = Variables::new(values(data));
    for part in [Part::Subject, Part::Html, Part::Text] {
        let template = Template::parse(source, part);
        let rendered = template.render(&variables);
        // These two words are the time, for the filter `date`.
        let tells_time = text.contains("now") || text.contains("today");
        assert!(tells_time || rendered == Template::parse(source, part).render(&variables));
        let Ok(out) = rendered else { continue };
        assert!(out.len() <= MOST.max(2 * source.len() + MOST / 4), "{} bytes", out.len());
        let has_markup = source.contains(['<', '>']) || source.contains("raw");
        match part {
            Part::Subject => assert!(!out.contains(char::is_control)),
            Part::Html => assert!(has_markup || !out.replace("<br />", "").contains(['<', '>']), "{out}"),
            Part::Text => {}
        }
    }
}

/// HTML: it has a plain text, of a bounded size, in which nothing is left that a mail does not have.
pub fn html_to_text(bytes: &[u8]) {
    has_text(&String::from_utf8_lossy(bytes));
}

/// A recipe of large HTML, which has a plain text as well, for work that is linear in its length. `posthorn-benches gate` holds the
/// instructions that the kept recipes take to a bound for each byte.
pub fn html_cost(bytes: &[u8]) {
    let html = html_of(&String::from_utf8_lossy(bytes), MAX_HTML);
    has_text(&html);
    let work = work_of(&html);
    assert!(work <= MAX_FIXED_WORK + MAX_WORK * html.len(), "a work of {work} for {} bytes", html.len());
}

fn has_text(html: &str) {
    let text = from_html(html);
    assert!(text.len() <= MAX_TEXT.min(GROWTH * html.len()), "{} bytes of {}", text.len(), html.len());
    assert!(!text.contains(|c: char| c.is_control() && !matches!(c, '\t' | '\n')));
}

/// Panics that are caught within are nobody's: libFuzzer, which ends a run in the hook for panics, is not told of them. One
/// that gets out is.
fn quietly<T>(work: impl FnOnce() -> T + UnwindSafe) -> T {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let done = panic::catch_unwind(work);
    panic::set_hook(hook);
    done.unwrap_or_else(|cause| {
        let text = cause.downcast_ref::<String>().map(String::as_str).or(cause.downcast_ref::<&str>().copied());
        panic!("{}", text.unwrap_or("a panic"))
    })
}

fn values(data: &str) -> Map<String, Value> {
    match serde_json::from_str(data) {
        Ok(Value::Object(values)) => values,
        _ => usual(),
    }
}

fn usual() -> Map<String, Value> {
    let values = serde_json::json!({
        "email": "ada@example.org", "name": "Ada <b>", "tag": "<b>&\"'", "list": ["a", 1, null, {"k": "<"}], "n": 7,
        "half": 0.5, "no": false, "empty": "", "user": {"name": "B", "tags": ["x"]}, "date": "2025-11-30T10:30:00Z",
    });
    values.as_object().cloned().unwrap_or_default()
}
