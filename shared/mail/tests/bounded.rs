//! What the worst templates take while they are rendered: live bytes above what was there before, and the time, which is
//! only told. One test, for the allocator counts everybody's.

#![expect(clippy::print_stdout, reason = "the figures are for whoever runs it")]

use peak_alloc::PeakAlloc;
use posthorn_lambda::edge::stopwatch;
use posthorn_mail::render::{Part, Template, Variables};
use serde_json::{Value, json};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// The most that a rendering may take, its result with it, beside twice the template's own text.
const MOST: usize = 10 * 1024 * 1024;

/// Templates that would grow without end: each doubles, copies or repeats another way.
fn worst() -> Vec<String> {
    let seed = "{% assign x = 'abcdefgh' %}";
    let looped = |body: &str| format!("{seed}{{% for i in (1..1000) %}}{body}{{% endfor %}}{{{{ x }}}}");
    let bodies = [
        "{% assign x = x | append: x %}",
        "{% capture x %}{{ x }}{{ x }}{% endcapture %}",
        "{% assign x = x | replace: '', x %}",
        "{% assign x = x | split: '' | join: x %}",
        "{% assign x = x | escape | newline_to_br | append: x %}",
        "{% assign x = rows | concat: rows %}",
        "{% assign x = rows | sort: 'a' | reverse | uniq %}",
        "{% assign x = big | split: ',' | compact %}",
        "{{ big }}",
        "{{ big | upcase | downcase }}",
        "{% if rows == rows %}{% endif %}",
        "{% if big contains 'y' %}{% endif %}",
        "{{ 'now' | date: '%Y-%m-%d %H:%M:%S' }}",
        "{% for j in (1..1000) %}{% cycle 'a', 'b' %}{% endfor %}",
    ];
    let mut all: Vec<_> = bodies.into_iter().map(looped).collect();
    all.push("{{ big }}".repeat(2_000));
    all.push((0..2_000).fold(String::new(), |all, i| all + &format!("{{% assign a{i} = rows %}}")));
    all.push(
        (0..2_000).fold(String::new(), |all, i| all + &format!("{{% capture a{i} %}}{{{{ big }}}}{{% endcapture %}}")),
    );
    all.push("{% if a %}".repeat(9_000));
    all.push("{{ big ?? x }} {% nonsense %}".repeat(3_000));
    all.push(format!("{{% nonsense %}}{}", "text {{ big }}".repeat(200_000)));
    all.push("{{ controls }}".repeat(200));
    all
}

fn data() -> Variables {
    let rows: Vec<Value> = (0..2_000).map(|row| json!({"a": format!("{row}")})).collect();
    let Value::Object(values) = json!({"big": "x,".repeat(15_000), "controls": "\u{1}".repeat(30_000), "rows": rows})
    else {
        unreachable!()
    };
    Variables::new(values)
}

#[test]
fn no_template_takes_more_than_ten_megabytes() {
    let variables = data();
    for source in worst() {
        for part in [Part::Subject, Part::Html, Part::Text] {
            let before = ALLOCATOR.current_usage();
            ALLOCATOR.reset_peak_usage();
            let began = stopwatch();
            let out = Template::parse(&source, part).render(&variables);
            let (time, peak) = (began.elapsed(), ALLOCATOR.peak_usage() - before);
            let shown: String = source.chars().skip(27).take(70).collect();
            let text = out.map_or_else(|error| format!("{error:?}"), |out| format!("{} KB of text", out.len() / 1024));
            println!("{:>6} KB, {:>4} ms, {text}: {shown}", peak / 1024, time.as_millis());
            assert!(peak <= MOST + 2 * source.len(), "{peak} bytes: {shown}");
        }
    }
}
