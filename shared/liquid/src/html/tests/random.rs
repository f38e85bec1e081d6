//! Random templates and hostile values, read by another tokenizer.

use html5gum::{DefaultEmitter, Token, Tokenizer};
use proptest::prelude::*;

use super::*;

/// Pieces of templates, in any order.
const PIECES: [&str; 48] = [
    "x",
    " ",
    "\n",
    "<p",
    "<p ",
    "<a href",
    "<a href=\"",
    "<a href='",
    "<a href=",
    "<IMG SRC=\"",
    "<img srcset=\"",
    "<td ",
    " class=\"",
    " title=",
    " title='",
    " href=\"",
    " href=",
    " checked",
    "=",
    "\"",
    "'",
    ">",
    "\">",
    "'>",
    "/>",
    "/",
    "</p>",
    "</",
    "<",
    "<!--",
    "-->",
    "--",
    "-",
    "!",
    "<!--[if mso]>",
    "<![endif]-->",
    "<!--[if !mso]><!-->",
    "<!doctype html>",
    "<script>",
    "</script>",
    "<style>",
    "</style>",
    "<title>",
    "</title>",
    "<textarea ",
    "https://a/",
    ":",
    "java",
];

/// Values that try to leave their place.
const VALUES: [&str; 24] = [
    "",
    "a",
    " ",
    "\"",
    "'",
    ">",
    "<",
    "=",
    "--",
    "-->",
    "--!",
    "/",
    "a onclick=alert(1)",
    "\"><script>alert(1)</script>",
    "' onload='a",
    "javascript:alert(1)",
    "javascript",
    ":alert(1)",
    "script:alert(1)",
    "java\tscript:a",
    "data:text/html,a",
    "a, javascript:b",
    "</title><a href=x>",
    "onclick",
];

#[derive(Debug, Clone)]
enum Piece {
    Text(&'static str),
    Output(&'static str),
    /// Two branches, of which the first is written.
    Branches(Vec<Piece>, Vec<Piece>),
}

fn piece() -> impl Strategy<Value = Piece> {
    prop_oneof![
        3 => prop::sample::select(&PIECES[..]).prop_map(Piece::Text),
        2 => prop::sample::select(&VALUES[..]).prop_map(Piece::Output),
    ]
}

fn template() -> impl Strategy<Value = Vec<Piece>> {
    let branch = || prop::collection::vec(piece(), 0..4);
    let branches = (branch(), branch()).prop_map(|(taken, other)| Piece::Branches(taken, other));
    prop::collection::vec(prop_oneof![8 => piece(), 1 => branches], 1..16)
}

/// A template rendered twice: with its values, and with a harmless mark in place of each.
#[derive(Default)]
struct Rendered {
    tracker: Tracker,
    hostile: String,
    harmless: String,
    marks: usize,
}

impl Rendered {
    fn render(&mut self, pieces: &[Piece]) {
        for piece in pieces {
            match piece {
                Piece::Text(text) => {
                    self.tracker.advance(text);
                    self.hostile += text;
                    self.harmless += text;
                }
                Piece::Output(value) => self.output(value),
                Piece::Branches(taken, other) => {
                    let mut aside = Rendered { tracker: self.tracker.clone(), ..Rendered::default() };
                    aside.render(other);
                    self.render(taken);
                    self.tracker.join(&aside.tracker);
                }
            }
        }
    }

    /// Writes a value. The marks differ, since HTML ignores the second attribute of one name.
    fn output(&mut self, value: &str) {
        let context = self.tracker.context();
        let start = self.hostile.len();
        write_into(&mut self.hostile, value, Trust::Text, context);
        let written = &self.hostile[start..];
        match context.place {
            // In a tag, names may be written, or nothing.
            Place::ElementName | Place::AttributeName => self.harmless += written,
            _ if written.is_empty() => {}
            _ => {
                self.marks += 1;
                write_into(&mut self.harmless, &format!("z{}{MARK}", self.marks), Trust::Text, context);
            }
        }
        self.tracker.after_output();
    }
}

/// The end of each mark. No other text contains it.
const MARK: &str = "qz";

/// The names of a token, and its texts.
type Shape = (Vec<String>, Vec<String>);

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn tokens(html: &str) -> Vec<Shape> {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut shapes: Vec<Shape> = Vec::new();
    for token in Tokenizer::new_with_emitter(html, emitter) {
        let Ok(token) = token;
        let (kind, text) = match token {
            Token::StartTag(tag) => {
                let names = std::iter::once(&tag.name).chain(tag.attributes.keys()).map(|name| text_of(name)).collect();
                shapes.push((names, tag.attributes.values().map(|value| text_of(value)).collect()));
                continue;
            }
            Token::EndTag(tag) => (format!("/{}", text_of(&tag.name)), String::new()),
            Token::String(text) => ("text".to_owned(), text_of(&text)),
            Token::Comment(text) => ("comment".to_owned(), text_of(&text)),
            Token::Doctype(_) => ("doctype".to_owned(), String::new()),
            Token::Error(_) => continue,
        };
        match shapes.last_mut() {
            Some((names, texts)) if kind == "text" && *names == ["text"] => texts[0] += &text,
            _ => shapes.push((vec![kind], vec![text])),
        }
    }
    shapes
}

/// True if a browser would run or show the content of the address.
fn is_harmful(address: &str) -> bool {
    let base = url::Url::parse("https://example.com/").unwrap();
    base.join(address).is_ok_and(|url| ["javascript", "vbscript", "data"].contains(&url.scheme()))
}

fn assert_same_shape(hostile: &str, harmless: &str) {
    let (found, expected) = (tokens(hostile), tokens(harmless));
    let shown = || format!("\n{hostile}\n{harmless}\n{found:?}\n{expected:?}");
    assert_eq!(found.len(), expected.len(), "{}", shown());
    for ((names, texts), (expected_names, expected_texts)) in found.iter().zip(&expected) {
        assert_eq!(names.len(), expected_names.len(), "{}", shown());
        assert_eq!(texts.len(), expected_texts.len(), "{}", shown());
        let (kind, expected_kind) = (&names[0], &expected_names[0]);
        assert!(kind == expected_kind || expected_kind.contains(MARK), "{}", shown());
        assert_eq!((names.len(), texts.len()), (expected_names.len(), expected_texts.len()), "{}", shown());
        // A value may continue a name that the author left unfinished. Attributes are in the order of their names.
        for (index, expected) in expected_texts.iter().enumerate() {
            let found = match expected_names.get(index + 1) {
                Some(name) if name.contains(MARK) => continue,
                Some(name) => names.iter().skip(1).position(|found| found == name),
                None => Some(index),
            };
            let found = found.and_then(|at| texts.get(at));
            assert!(found.is_some_and(|text| text == expected || expected.contains(MARK)), "{}", shown());
        }
        for (name, value) in names.iter().skip(1).zip(texts) {
            assert!(!name.starts_with("on"), "{}", shown());
            let addresses: Vec<&str> = match name.as_str() {
                "href" | "src" => vec![value],
                "srcset" => value.split([',', ' ', '\t', '\n']).collect(),
                _ => vec![],
            };
            assert!(!addresses.into_iter().any(is_harmful), "{}", shown());
        }
    }
}

/// The mail as Outlook reads it, with the content of conditional comments.
fn in_outlook(html: &str) -> String {
    html.replace("<!--[if mso]>", "").replace("<![endif]-->", "")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_value_changes_the_tokens_of_any_template(pieces in template()) {
        let mut rendered = Rendered::default();
        rendered.render(&pieces);
        assert_same_shape(&rendered.hostile, &rendered.harmless);
    }

    #[test]
    fn a_text_leads_to_the_same_state_whole_and_character_by_character(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 1..16)) {
        let text = pieces.concat();
        let (mut whole, mut single) = (Tracker::default(), Tracker::default());
        whole.advance(&text);
        text.chars().for_each(|c| single.advance(&c.to_string()));
        prop_assert_eq!(whole, single, "{}", text);
    }

    #[test]
    fn no_value_changes_what_outlook_reads(pieces in prop::collection::vec(prop_oneof![
        2 => prop::sample::select(&["<p>", "</p>", "x", "<br/>"][..]).prop_map(|text| vec![Piece::Text(text)]),
        4 => (
            prop::sample::select(&["", "<a href=\"#\"", "<p class=\"", "<v:rect href=\"", "<v:fill src='", "<td title="][..]),
            prop::collection::vec(prop::sample::select(&VALUES[..]), 1..3),
            prop::sample::select(&["", "\"", "'", " "][..]),
        ).prop_map(|(before, values, after)| {
            let outputs = values.into_iter().map(Piece::Output);
            std::iter::once(Piece::Text(before)).chain(outputs).chain([Piece::Text(after), Piece::Text(">")]).collect()
        }),
    ], 1..8)) {
        let pieces: Vec<Piece> = pieces.concat();
        let mut rendered = Rendered::default();
        rendered.render(&[Piece::Text("<!--[if mso]>")]);
        rendered.render(&pieces);
        rendered.render(&[Piece::Text("<![endif]--><p>")]);
        assert_same_shape(&rendered.hostile, &rendered.harmless);
        assert_same_shape(&in_outlook(&rendered.hostile), &in_outlook(&rendered.harmless));
    }
}
