//! Templates.

use posthorn_cost::{liquid_of, variables_of};
use posthorn_liquid::{MAX_FUEL, MailPart, Template, Variables, work_of};

/// The line between a template and the data that it is rendered over.
const DATA_SEPARATOR: &str = "\n---\n";
/// The most bytes of a rendering.
const MAX_OUTPUT: usize = 4 * 1024 * 1024;
/// The most bytes of a rendering beside its template's own text.
const MAX_VALUES: usize = 1024 * 1024;

/// The most bytes of a template, and of its data, that a recipe is expanded to.
const MAX_RECIPE: usize = 64 * 1024;
/// The most work of parsing for each byte of a template.
const MAX_WORK: usize = 4;
/// The most work of parsing a template of no length.
const MAX_FIXED_WORK: usize = 1_000;

const PARTS: [MailPart; 3] = [MailPart::Subject, MailPart::Html, MailPart::Text];

/// Takes a template and, after a line `---`, its data. The template is refused or renders, the same every time and within the limit.
/// A subject stays one line, no value becomes markup, and the work is linear in the template.
pub fn liquid(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (source, data) = text.split_once(DATA_SEPARATOR).unwrap_or((&text, ""));
    let variables = variables_of(data).unwrap_or_else(default_variables);
    for part in PARTS {
        check_rendering(source, part, &variables);
        check_work(source, part, &variables);
    }
}

/// Takes a recipe of a large template and its data, for work that is linear in the template. `posthorn-benches gate` holds the
/// instructions of the kept recipes to a limit.
pub fn liquid_cost(bytes: &[u8]) {
    let recipe = String::from_utf8_lossy(bytes);
    let liquid = liquid_of(&recipe, MAX_RECIPE);
    let variables = liquid.variables().unwrap_or_else(default_variables);
    check_work(&liquid.source, MailPart::Html, &variables);
}

fn check_rendering(source: &str, part: MailPart, variables: &Variables) {
    let rendered = Template::parse(source, part).render(variables);
    assert_eq!(rendered, Template::parse(source, part).render(variables));
    let Ok(out) = rendered else { return };
    assert!(out.len() <= MAX_OUTPUT.max(source.len() + MAX_VALUES), "{} bytes", out.len());
    match part {
        MailPart::Subject => assert!(!out.contains(char::is_control)),
        MailPart::Html => assert!(has_markup(source) || !without_own_markup(&out).contains(['<', '>']), "{out}"),
        MailPart::Text => {}
    }
}

/// True if the author may have written markup.
fn has_markup(source: &str) -> bool {
    source.contains(['<', '>']) || ["raw", "tablerow"].iter().any(|word| source.contains(word))
}

/// The text without the markup that filters make of line breaks and lists.
fn without_own_markup(out: &str) -> String {
    ["<br />", "<li>", "</li>"].iter().fold(out.to_owned(), |out, tag| out.replace(tag, ""))
}

fn check_work(source: &str, part: MailPart, variables: &Variables) {
    let (work, fuel) = work_of(source, part, variables);
    assert!(work <= MAX_FIXED_WORK + MAX_WORK * source.len(), "a work of {work} for {} bytes", source.len());
    assert!(fuel <= MAX_FUEL, "{fuel} units of fuel");
}

fn default_variables() -> Variables {
    let data = r#"{"email":"ada@example.org","name":"Ada <b>","tag":"<b>&\"'","list":["a",1,null,{"k":"<"}],"n":7,
        "half":0.5,"no":false,"empty":"","user":{"name":"B","tags":["x"]},"date":"2025-11-30T10:30:00Z",
        "url":"javascript:alert(1)"}"#;
    variables_of(data).expect("an object")
}
