//! The rules of style sheets that hide elements or show a picture. A selector is an element, a class or an identifier, perhaps
//! inside of the body. At-rules are ignored, for they are for screens of a certain size, except an `@media` for any screen.

use std::collections::HashMap;

use crate::{
    style::{Style, without_comments},
    tag::{Attribute, Tag},
};

/// The largest number of selectors that are read. Later ones are ignored.
const MAX_SELECTORS: usize = 1_000;
/// The largest length in bytes of a selector that is read.
const MAX_SELECTOR: usize = 64;
/// The largest number of classes of an element that are looked up.
const MAX_CLASSES: usize = 16;

/// The rules of the style sheets so far.
#[derive(Debug, Default)]
pub(crate) struct StyleSheet {
    names: HashMap<String, Rule>,
    classes: HashMap<String, Rules>,
    ids: HashMap<String, Rules>,
    /// The number of selectors that were read so far.
    selectors: usize,
    work: usize,
}

/// The rules for a class or an identifier.
#[derive(Debug, Default)]
struct Rules {
    any_element: Option<Rule>,
    /// The rules for elements with these names.
    by_element: HashMap<String, Rule>,
}

#[derive(Debug, Default)]
struct Rule {
    style: Style,
    /// The position of the rule. Of two rules for an element the later one counts.
    order: usize,
}

impl StyleSheet {
    /// The work so far. It must be linear in the HTML.
    pub(crate) fn work(&self) -> usize {
        self.work
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.selectors == 0
    }

    /// Adds the rules of a `<style>`.
    pub(crate) fn read(&mut self, css: &str) {
        self.work += 2 * css.len();
        let css = without_comments(css);
        let mut rest: &str = &css;
        while let Some((before, block, after)) = rule(rest) {
            rest = after;
            match before.split_once('@') {
                Some(("", at)) if is_media_of_screens(at) => self.read_rules(block),
                Some(("", _)) => {}
                _ => self.read_rule(before, block),
            }
        }
    }

    /// Adds the rules of a block, without those of blocks inside of it.
    fn read_rules(&mut self, css: &str) {
        let mut rest = css;
        while let Some((before, block, after)) = rule(rest) {
            rest = after;
            if !before.starts_with('@') {
                self.read_rule(before, block);
            }
        }
    }

    fn read_rule(&mut self, selectors: &str, block: &str) {
        let style = Style::parse(block).shared();
        if style != Style::default() {
            for selector in selectors.split(',') {
                self.add(without_ancestors(selector.trim()), &style);
            }
        }
    }

    fn add(&mut self, selector: &str, style: &Style) {
        if self.selectors >= MAX_SELECTORS || selector.len() > MAX_SELECTOR || !is_simple(selector) {
            return;
        }
        self.selectors += 1;
        let end = selector.find(['.', '#']).unwrap_or(selector.len());
        let (name, value) = (selector[..end].to_ascii_lowercase(), selector.get(end + 1..).unwrap_or_default());
        let rule = match selector.as_bytes().get(end) {
            None => self.names.entry(name).or_default(),
            Some(b'.') => self.classes.entry(value.to_owned()).or_default().of(name),
            Some(_) => self.ids.entry(value.to_owned()).or_default().of(name),
        };
        rule.style.declare(style);
        rule.order = self.selectors;
    }

    /// The style that all rules together give an element.
    pub(crate) fn style(&self, tag: &Tag) -> Style {
        let mut style = Style::default();
        if !self.is_empty() {
            for rule in self.rules_for(tag) {
                style.declare(&rule.style);
            }
        }
        style
    }

    /// The rules for an element in ascending order of their weight.
    fn rules_for(&self, tag: &Tag) -> Vec<&Rule> {
        let name = String::from_utf8_lossy(tag.name());
        let mut found: Vec<(usize, &Rule)> = self.names.get(&*name).map(|rule| (0, rule)).into_iter().collect();
        if tag.has_attributes() {
            let (classes, id) = (tag.value(Attribute::Class), tag.value(Attribute::Id));
            let classes = classes.iter().flat_map(|classes| classes.split_ascii_whitespace()).take(MAX_CLASSES);
            for rules in classes.filter_map(|class| self.classes.get(class)) {
                found.extend(rules.weighed(&name, 1));
            }
            for rules in id.iter().filter_map(|id| self.ids.get(id.trim())) {
                found.extend(rules.weighed(&name, 3));
            }
        }
        found.sort_by_key(|(weight, rule)| (*weight, rule.order));
        found.into_iter().map(|(_, rule)| rule).collect()
    }
}

impl Rules {
    /// The rule for elements with this name, or for any element if the name is empty.
    fn of(&mut self, name: String) -> &mut Rule {
        if name.is_empty() {
            self.any_element.get_or_insert_default()
        } else {
            self.by_element.entry(name).or_default()
        }
    }

    /// The rules for an element with this name, with their weights. A rule with the name has a greater weight.
    fn weighed(&self, name: &str, weight: usize) -> impl Iterator<Item = (usize, &Rule)> {
        let named = if self.by_element.is_empty() { None } else { self.by_element.get(name) };
        self.any_element.iter().map(move |rule| (weight, rule)).chain(named.map(|rule| (weight + 1, rule)))
    }
}

/// True for an `@media` with a condition that every screen meets.
fn is_media_of_screens(at: &str) -> bool {
    at.get(.."media".len()).is_some_and(|name| name.eq_ignore_ascii_case("media"))
        && is_for_screens(&at["media".len()..])
}

/// True if these media include every screen.
pub(crate) fn is_for_screens(media: &str) -> bool {
    ["", "all", "screen", "only screen"].iter().any(|screens| media.trim().eq_ignore_ascii_case(screens))
}

/// The selector without ancestors that every element has, and without `*`.
fn without_ancestors(selector: &str) -> &str {
    let (around, last) = selector.rsplit_once([' ', '>']).unwrap_or(("", selector));
    let mut around = around.split([' ', '>']).filter(|part| !part.is_empty());
    let is_around_all = around.all(|part| ["html", "body", "*"].iter().any(|all| part.eq_ignore_ascii_case(all)));
    let last = last.strip_prefix('*').filter(|rest| rest.starts_with(['.', '#'])).unwrap_or(last);
    if is_around_all { last } else { selector }
}

/// The selectors and the declarations of the first rule, or those parts of an at-rule with a block, and the text behind it.
fn rule(css: &str) -> Option<(&str, &str, &str)> {
    let mut rest = css;
    loop {
        rest = rest.trim_start().trim_start_matches("<!--").trim_start_matches("-->").trim_start();
        let end = rest.find(['{', ';'])?;
        let (before, after) = (&rest[..end], &rest[end + 1..]);
        let is_block = rest.as_bytes()[end] == b'{';
        let (block, after) = if is_block { block(after) } else { ("", after) };
        rest = after;
        if is_block {
            return Some((before, block, rest));
        }
    }
}

/// The text of a block up to the brace that ends it, and the text behind the block.
fn block(css: &str) -> (&str, &str) {
    let mut depth = 1_usize;
    for (place, byte) in css.bytes().enumerate().filter(|(_, byte)| matches!(byte, b'{' | b'}')) {
        depth = if byte == b'{' { depth + 1 } else { depth - 1 };
        if depth == 0 {
            return (&css[..place], &css[place + 1..]);
        }
    }
    (css, "")
}

/// True if the selector is an element, a class, an identifier, or an element with one of them.
fn is_simple(selector: &str) -> bool {
    let is_word =
        |word: &str| word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte) || byte > 127);
    match selector.split_once(['.', '#']) {
        Some((name, value)) => is_word(name) && is_word(value) && !value.is_empty(),
        None => is_word(selector) && !selector.is_empty(),
    }
}
