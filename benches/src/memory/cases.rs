//! The events that take the most memory, of each kind that a function reads.

use posthorn_routes::Function;
use posthorn_testkit::{
    events::{EventFile, accepted_file},
    feedback::{sqs_event, sqs_record},
};
use serde_json::{Value, json};

use super::contacts::{COUNT, Contacts, address, list, maps};

/// The bytes of the largest body of a mail, about, once it is escaped in the event.
const MAIL_BYTES: usize = 5_900_000;
/// The bytes of the largest body of a tracked event, about.
const TRACK_BYTES: usize = 65_000;
/// The bytes of the largest report that SNS carries, about.
const REPORT_BYTES: usize = 250_000;

/// An event, the contacts that it meets, and its outcome.
pub(crate) struct Case {
    pub(crate) function: Function,
    pub(crate) name: &'static str,
    pub(crate) file: EventFile,
    pub(crate) event: String,
    pub(crate) contacts: Contacts,
    /// The expected status, or the number of records that have to be given again.
    pub(crate) outcome: usize,
}

/// Every case.
pub(crate) fn all() -> Vec<Case> {
    Function::ALL.into_iter().flat_map(of).collect()
}

/// The cases of a function.
fn of(function: Function) -> Vec<Case> {
    match function {
        // No route of it reads a body, so each event takes what the others take.
        Function::Api => vec![projects()],
        Function::Send => [hostile_mails(), large_mails(), full_contacts()].into_iter().flatten().collect(),
        Function::Track => tracked(),
        Function::RegenerateKeys => rotations(),
        Function::Feedback => reports(),
    }
}

fn projects() -> Case {
    http(Function::Api, "list_projects", "a body of 5.9 MB", "x".repeat(MAIL_BYTES), 413)
}

fn mail(name: &'static str, body: String, outcome: usize) -> Case {
    http(Function::Send, "plain", name, body, outcome)
}

fn track(name: &'static str, body: String, outcome: usize) -> Case {
    http(Function::Track, "plain", name, body, outcome)
}

/// The event of a function's file with another body.
fn http(function: Function, event: &str, name: &'static str, body: String, outcome: usize) -> Case {
    let file = accepted_file(function, event);
    let mut event: Value = serde_json::from_str(&file.event).expect("JSON");
    event["body"] = body.into();
    Case { function, name, event: event.to_string(), file, contacts: Contacts::None, outcome }
}

/// The body of a mail with one more field, whose value is JSON text.
fn with(field: &str, json: &str) -> String {
    format!(r#"{{"to":"ada@example.org","subject":"s","body":"<p>b</p>","{field}":{json}}}"#)
}

fn addresses(count: usize) -> Value {
    (0..count).map(address).collect()
}

/// Bodies whose values would take far more memory than their text, if they were read.
fn hostile_mails() -> Vec<Case> {
    let list = |item: &str| list(item, MAIL_BYTES / 2);
    let twenty_thousand = format!("[{}1]", format!("{},", maps(1)).repeat(9_000));
    vec![
        mail("maps inside maps", with("x", &list(&maps(30))), 422),
        mail("maps inside maps in data", with("data", &format!(r#"{{"a":{}}}"#, list(&maps(30)))), 422),
        mail("small maps", with("x", &list(r#"{"":{}}"#)), 422),
        mail("empty lists", with("x", &list("[]")), 422),
        mail("small strings", with("x", &list(r#""a""#)), 422),
        mail("numbers", with("attachments", &list("1")), 422),
        mail("fields", format!("{{{}\"to\":1}}", r#""k":1,"#.repeat(400_000)), 422),
        mail("depth", with("data", &"[".repeat(MAIL_BYTES)), 422),
        mail("as many maps as a body may have", with("x", &twenty_thousand), 200),
        mail("no JSON after megabytes", with("x", &format!("\"{}\" x", "a".repeat(MAIL_BYTES))), 400),
        mail("a name of megabytes", with(&"k".repeat(MAIL_BYTES), "1"), 200),
        mail("halves of surrogate pairs", with("x", &format!("\"{}\"", r"\ud83d".repeat(MAIL_BYTES / 7))), 200),
    ]
}

/// Mails that are large, or become so.
fn large_mails() -> Vec<Case> {
    let to_all = |fields: Value| {
        let mut body = json!({"to": addresses(50), "subject": "s", "body": "<p>b</p>"});
        body.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
        body.to_string()
    };
    let file =
        |bytes: usize| json!({"filename": "a.txt", "contentType": "text/plain", "content": "QUJD".repeat(bytes / 4)});
    let filler = |times: usize| {
        json!({
            "body": format!("{{% for i in (1..{times}) %}}{{{{ data.filler }}}}{{% endfor %}}"),
            "text": format!("{{% for i in (1..{times}) %}}{{{{ data.filler }}}}{{% endfor %}}"),
            "data": {"filler": "x".repeat(32_000)},
        })
    };
    let doubling =
        "{% assign x = 'abcdefgh' %}{% for i in (1..1000) %}{% assign x = x | append: x %}{% endfor %}{{ x }}";
    let names = format!("{{% nonsense %}}{}{}", "{{ a }}".repeat(150_000), "x ".repeat(MAIL_BYTES / 2 - 600_000));
    vec![
        mail("an attachment of 4.4 MB to 50", to_all(json!({"attachments": [file(MAIL_BYTES - 5_000)]})), 200),
        mail("ten attachments to 50", to_all(json!({"attachments": vec![file(MAIL_BYTES / 10 - 1_000); 10]})), 200),
        mail("HTML of 5.8 MB to 50", to_all(json!({"body": "x ".repeat(MAIL_BYTES / 2 - 10_000)})), 200),
        mail("tags of 5.8 MB to 50", to_all(json!({"body": "<p>x".repeat(MAIL_BYTES / 4 - 10_000)})), 200),
        mail(
            "HTML and text to 50",
            to_all(json!({"body": "x".repeat(MAIL_BYTES / 2 - 9_000), "text": "y".repeat(MAIL_BYTES / 2 - 9_000)})),
            200,
        ),
        mail("quotes in HTML to 50", to_all(json!({"body": "\"".repeat(1_400_000)})), 200),
        mail("loops that write 4 MB, to 50", to_all(filler(120)), 200),
        mail("a value that doubles, to 50", to_all(json!({"body": doubling})), 422),
        mail("names in a text that is not Liquid, to 50", to_all(json!({"body": names})), 200),
        mail("Liquid without end, to 50", to_all(json!({"body": "{% if a %}".repeat(580_000)})), 422),
    ]
}

/// Mails to contacts that hold much, rendered one after the other while eight are under way.
fn full_contacts() -> Vec<Case> {
    let body =
        json!({"to": addresses(COUNT), "subject": "s", "body": "{{ k00 }}{% for k in data.k01 %}{{ k }}{% endfor %}"});
    let to = |contacts, name| Case { contacts, ..mail(name, body.to_string(), 200) };
    vec![
        to(Contacts::Maps, "to 16 contacts full of maps"),
        to(Contacts::Rows, "to 16 contacts full of rows"),
        to(Contacts::OlderMaps, "to 16 older contacts full of maps"),
        to(Contacts::OlderRows, "to 16 older contacts full of rows"),
        to(Contacts::OlderKeys, "to 16 older contacts full of keys"),
    ]
}

fn tracked() -> Vec<Case> {
    let event = |field: &str, json: &str| format!(r#"{{"event":"e","email":"{}","{field}":{json}}}"#, address(0));
    let data = |json: &str| event("data", &format!(r#"{{"a":{json}}}"#));
    let to = |contacts, name, body, outcome| Case { contacts, ..track(name, body, outcome) };
    vec![
        track("maps inside maps", event("x", &list(&maps(30), TRACK_BYTES)), 200),
        track("maps inside maps in data", data(&list(&maps(30), 32_000)), 200),
        track("small strings", event("x", &list(r#""a""#, TRACK_BYTES)), 200),
        track("more values than there may be", event("x", &list("1", TRACK_BYTES)), 422),
        track("a body of 5.9 MB", event("x", &list(&maps(30), MAIL_BYTES / 2)), 413),
        to(Contacts::OlderMaps, "of an older contact full of maps", data(&list(&maps(30), 32_000)), 422),
        to(Contacts::OlderKeys, "of an older contact full of keys", data(&list(&maps(30), 32_000)), 422),
    ]
}

fn rotations() -> Vec<Case> {
    let case = |name, body, outcome| http(Function::RegenerateKeys, "secret_with_grace", name, body, outcome);
    vec![
        case("maps inside maps of 4 KB", format!(r#"{{"keys":{}}}"#, list(&maps(30), 4_000)), 422),
        case("a body of 5.9 MB", format!(r#"{{"keys":{}}}"#, list(&maps(30), MAIL_BYTES / 2)), 413),
    ]
}

/// Batches of ten reports. SES writes them, and puts into them texts of the recipients' servers.
fn reports() -> Vec<Case> {
    let batch = |name, change: &dyn Fn(&mut Value)| {
        let file = accepted_file(Function::Feedback, "bounce-permanent-general");
        let event = report(&file);
        let records = (0..10).map(|number| {
            let mut event = event.clone();
            change(&mut event);
            sqs_record(&event.to_string(), &number.to_string())
        });
        let event = sqs_event(&records.collect::<Vec<_>>()).to_string();
        Case { function: Function::Feedback, name, file, event, contacts: Contacts::None, outcome: 0 }
    };
    let parsed = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
    let maps = parsed(&list(&maps(60), REPORT_BYTES));
    let strings = parsed(&list(r#""a@b.co""#, REPORT_BYTES));
    let recipients = parsed(&list(r#"{"emailAddress":"a@b.co"}"#, REPORT_BYTES));
    vec![
        batch("maps inside maps", &|event| event["x"] = maps.clone()),
        batch("maps where a time should be", &|event| event["bounce"]["timestamp"] = maps.clone()),
        batch("many tags", &|event| event["mail"]["tags"]["x"] = strings.clone()),
        batch("many destinations", &|event| event["mail"]["destination"] = strings.clone()),
        batch("many recipients", &|event| event["bounce"]["bouncedRecipients"] = recipients.clone()),
    ]
}

/// SES's event in a file.
fn report(file: &EventFile) -> Value {
    let event: Value = serde_json::from_str(&file.event).expect("JSON");
    let envelope: Value = serde_json::from_str(event["Records"][0]["body"].as_str().expect("a body")).expect("JSON");
    serde_json::from_str(envelope["Message"].as_str().expect("a message")).expect("JSON")
}
