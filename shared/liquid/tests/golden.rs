//! The golden-liquid suite: a thousand templates with the results of Shopify's Liquid, and templates that it refuses. The suite is
//! not part of the project. If its file is not beside the checkout, the test says so and checks nothing.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Write as _},
    path::Path,
};

use jiff::Timestamp;
use posthorn_liquid::{MailPart, Template, Variables};
use serde::Deserialize;

/// The file of the suite, relative to a folder above this crate.
const FILE: &str = "shared/cases/golden-liquid.json";

/// Zero and the empty text are false, as in JavaScript.
const TRUTH: &str = "Plunk's truth is JavaScript's";
/// A name may have blanks.
const BLANKS: &str = "Plunk's names may have blanks";
/// A step of a path may be a number: `items.0`.
const NUMBERS: &str = "Plunk's engine reads numbers as steps of a path";

/// The templates whose result differs from the suite's, with the reasons.
const EXCEPTIONS: [(&str, &str); 7] = [
    ("{% if 0 %}Hello{% else %}Goodbye{% endif %}", TRUTH),
    ("{% if 0.0 %}Hello{% else %}Goodbye{% endif %}", TRUTH),
    ("{% if '' %}TRUE{% else %}FALSE{% endif %}", TRUTH),
    ("{% unless 0 %}Hello{% else %}Goodbye{% endunless %}", TRUTH),
    ("{{ foo \n\tbar }}", BLANKS),
    ("{{ products.0.title }}", NUMBERS),
    (
        "{% case title %}{% when 'foo' %}foo{% when 'bar' and 'Hello', 'Hello' %}bar{% endcase %}",
        "the suite has it twice, with a result and as refused: it has that result in a mail, and is refused on saving",
    ),
];

#[derive(Deserialize)]
struct Suite {
    tests: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    template: String,
    data: Option<serde_json::Value>,
    /// Templates for `include` and `render`.
    templates: Option<serde_json::Value>,
    result: Option<String>,
    #[serde(default)]
    results: Vec<String>,
    #[serde(default)]
    invalid: bool,
}

impl Case {
    fn variables(&self) -> Variables {
        let mut variables = Variables::new(Timestamp::UNIX_EPOCH);
        if let Some(serde_json::Value::Object(entries)) = &self.data {
            entries.iter().for_each(|(key, value)| variables.insert(key, value));
        }
        variables
    }

    /// The deviation from the suite, if there is one.
    fn deviation(&self) -> Option<String> {
        let template = Template::parse(&self.template, MailPart::Text);
        let preview = template.preview(&self.variables());
        if self.invalid || self.templates.is_some() {
            return preview.problems.is_empty().then(|| format!("{:?} is taken", self.template));
        }
        let text = template.render(&self.variables());
        assert_eq!(text, preview.text, "a preview is the mail");
        let is_right =
            text.as_ref().is_ok_and(|text| self.result.iter().chain(&self.results).any(|right| right == text));
        let problems = template.problems();
        let is_clean = is_right && problems.is_empty();
        (!is_clean).then(|| format!("{:?} gives {text:?}, {problems:?}", self.template))
    }
}

#[test]
fn the_suite_has_our_results_except_for_the_exceptions() {
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|folder| folder.join(FILE));
    let Some(file) = above.into_iter().find(|file| file.exists()) else {
        // The test harness captures the output of a test that passes, except what is written to standard error directly.
        let _ = writeln!(
            io::stderr(),
            "SKIPPED: the golden-liquid suite is not here ({FILE} in no folder above this crate)"
        );
        return;
    };
    let suite: Suite = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    assert!(suite.tests.len() > 1_000, "the suite is whole");
    let (mut deviating, mut wrong) = (BTreeSet::new(), Vec::new());
    for case in &suite.tests {
        let Some(deviation) = case.deviation() else { continue };
        if EXCEPTIONS.iter().any(|(template, _)| *template == case.template) {
            deviating.insert(case.template.as_str());
        } else {
            wrong.push(deviation);
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), suite.tests.len(), wrong.join("\n"));
    assert_eq!(deviating.len(), EXCEPTIONS.len(), "an exception that is none");
}
