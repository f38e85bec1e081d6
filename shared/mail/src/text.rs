//! The plain-text part of a mail, derived from its HTML.

mod attributes;
mod document;

use std::panic::catch_unwind;

use html2text::config;

use crate::render::without_odd_controls;

/// Columns of the plain-text part.
const WIDTH: usize = 78;
/// The longest HTML that is laid out. Longer bodies only lose their tags.
const MAX_HTML: usize = 256 * 1024;

/// The plain text of `html`: laid out, with links as footnotes. HTML that is too large or too tangled to lay out
/// only loses its tags.
#[must_use]
pub fn from_html(html: &str) -> String {
    // An entity can be any character.
    without_odd_controls(catch_unwind(|| laid_out(html)).ok().flatten().unwrap_or_else(|| stripped(html)))
}

fn laid_out(html: &str) -> Option<String> {
    if html.len() > MAX_HTML || !attributes::are_few(html) {
        return None;
    }
    let config = config::plain().raw_mode(true).allow_width_overflow().no_link_wrapping();
    let tree = config.dom_to_render_tree(&document::parse(html)?).ok()?;
    config.render_to_string(tree, WIDTH).ok()
}

fn name_of(tag: &str) -> &str {
    let name = tag.trim_start_matches('/');
    name.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default()
}

/// The text of `html` without tags, comments, scripts and styles. Entities stay.
pub(crate) fn without_tags(html: &str) -> String {
    Pieces(html).filter_map(Piece::into_text).collect()
}

/// As [`without_tags`], but blocks and line breaks end a line and the common entities are resolved.
fn stripped(html: &str) -> String {
    let mut out = String::with_capacity(html.len() / 2);
    for piece in Pieces(html) {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Tag(tag) if ends_line(tag) => out.push('\n'),
            Piece::Tag(_) => {}
        }
    }
    [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
        .into_iter()
        .fold(out, |text, (entity, c)| text.replace(entity, c))
}

fn ends_line(tag: &str) -> bool {
    const BLOCKS: [&str; 12] = ["br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table"];
    let name = name_of(tag);
    let is_end = tag.starts_with('/') || name.eq_ignore_ascii_case("br");
    is_end && BLOCKS.iter().any(|block| name.eq_ignore_ascii_case(block))
}

/// A text, or the inside of a tag or comment.
enum Piece<'h> {
    Text(&'h str),
    Tag(&'h str),
}

impl<'h> Piece<'h> {
    fn into_text(self) -> Option<&'h str> {
        match self {
            Piece::Text(text) => Some(text),
            Piece::Tag(_) => None,
        }
    }
}

/// The pieces of an HTML text. A script or style is one tag, with all it contains.
struct Pieces<'h>(&'h str);

impl<'h> Iterator for Pieces<'h> {
    type Item = Piece<'h>;

    fn next(&mut self) -> Option<Piece<'h>> {
        if self.0.is_empty() {
            return None;
        }
        let Some(inside) = tag_start(self.0) else {
            let end = self.0.char_indices().skip(1).find(|(_, c)| *c == '<').map_or(self.0.len(), |(at, _)| at);
            return Some(Piece::Text(self.take(end, 0)));
        };
        let end = tag_end(inside).map_or(self.0.len(), |end| end + 1);
        Some(Piece::Tag(self.take(end, 1)))
    }
}

impl<'h> Pieces<'h> {
    /// Removes the text up to `end` and returns it from `from` on.
    fn take(&mut self, end: usize, from: usize) -> &'h str {
        let (taken, rest) = self.0.split_at(end);
        self.0 = rest.strip_prefix('>').filter(|_| from > 0).unwrap_or(rest);
        taken.get(from..).unwrap_or_default()
    }
}

/// What follows the `<` if `html` starts with a tag or comment.
fn tag_start(html: &str) -> Option<&str> {
    let inside = html.strip_prefix('<')?;
    inside.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')).then_some(inside)
}

/// Where the `>` of the tag is that `inside` starts with, or of the tag that ends its script, style or comment.
fn tag_end(inside: &str) -> Option<usize> {
    if inside.starts_with("!--") {
        return inside.find("-->").map(|at| at + 2);
    }
    let name = name_of(inside);
    let is_closed = !inside.starts_with('/');
    if is_closed && ["script", "style"].iter().any(|opaque| name.eq_ignore_ascii_case(opaque)) {
        let (at, _) = inside.match_indices("</").find(|(at, _)| starts_with_name(inside.get(at + 2..), name))?;
        return inside.get(at..)?.find('>').map(|end| at + end);
    }
    inside.find('>')
}

fn starts_with_name(text: Option<&str>, name: &str) -> bool {
    text.and_then(|text| text.get(..name.len())).is_some_and(|start| start.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_is_laid_out_as_text() {
        let text =
            from_html("<style>p{}</style><h1>Hi</h1><p>a <b>b</b> &amp; c</p><p><a href='https://x.test/'>go</a></p>");
        assert!(text.contains("a **b** & c") || text.contains("a b & c"), "{text}");
        assert!(text.contains("https://x.test/"), "{text}");
        assert!(!text.contains("p{}") && !text.contains('<'), "{text}");
    }

    #[test]
    fn any_text_survives() {
        for html in ["<", "a < b", "<>", "</", "<!--", "<script>", "&", "&#x110000;", "<table><td><table>", "<a <b"] {
            let html = format!("before {html}");
            assert!(from_html(&html).starts_with("before"), "{html}");
            assert!(stripped(&html).starts_with("before"), "{html}");
        }
        assert_eq!(from_html(""), "");
        assert_eq!(stripped("a < b"), "a < b");
    }

    #[test]
    fn tags_are_stripped_with_scripts_styles_and_comments() {
        let check = |html, expected| assert_eq!(without_tags(html), expected, "{html}");
        check("<p class='a'>x</p>y", "xy");
        check("a<script>if (1 < 2) { '</b>' }</SCRIPT >b", "ab");
        check("a<!-- <p> -- > -->b", "ab");
        check("a<style", "a");
        check("a<script>b", "a");
        check("é<é>1 < 2<br/>", "é<é>1 < 2");
    }

    #[test]
    fn html_too_tangled_to_lay_out_only_loses_its_tags() {
        let check = |html: String, expected: usize| {
            assert!(laid_out(&html).is_none());
            let text = from_html(&html);
            assert_eq!(text.matches('x').count(), expected);
            assert!(!text.contains('<'));
        };
        check("<div>x".repeat(20_000), 20_000);
        check("<br>x".repeat(20_000), 20_000);
        check(format!("{}{}", "<b>".repeat(200), "<p>x".repeat(20_000)), 20_000);
        check(format!("<p>{}</p>", "x".repeat(2 * MAX_HTML)), 2 * MAX_HTML);
        check(format!("<p{}>x", " a".repeat(attributes::MAX_ATTRIBUTES + 1)), 1);
    }

    /// Each of these nests far deeper, or becomes far more, than a count of its tags says.
    #[test]
    fn html_that_hides_its_depth_is_not_laid_out() {
        let formatting = (0..200).fold(String::new(), |all, number| all + &format!("<b a{number}></x>"));
        let deep = |one: &str| one.repeat(document::MAX_DEPTH + 50);
        for html in [
            deep("<div></x>"),
            deep("<div a='></div>'>"),
            deep("<b><div></b>"),
            deep("<table><td></div>"),
            format!("<textarea><style></textarea>{}", deep("<div>")),
            format!("<!-- --!>{}", deep("<div>")),
            format!("<svg><style>{}", deep("<div>")),
            deep("<div><script><!--<script></script></div>--></script>"),
            format!("<p>{formatting}</p>{}", deep("<p>y</p>")),
            "<template><div>x".to_owned(),
        ] {
            assert!(laid_out(&html).is_none(), "{}", html.get(..60).unwrap_or_default());
        }
    }

    #[test]
    fn a_table_whose_rows_take_more_than_they_hold_is_not_laid_out() {
        let table = |columns: usize, rows: usize| {
            format!("<table><tr>{}{}</table>", "<td>x".repeat(columns), "<tr>".repeat(rows))
        };
        assert!(laid_out(&table(2_000, 2_000)).is_none());
        assert!(laid_out(&table(100, 500)).is_some());
        let spanning = format!("<table><tr>{}{}</table>", "<td colspan=100>x".repeat(100), "<tr>".repeat(100));
        assert!(laid_out(&spanning).is_none());
        // Cells that hang into the rows below would be made anew in each of them.
        let hanging = (2..800).map(|rows| format!("<td rowspan={rows}>x"));
        let text = laid_out(&format!("<table><tr>{}</table>", hanging.collect::<String>()));
        assert_eq!(text.map(|text| text.matches('x').count()), Some(798));
    }

    #[test]
    fn numbers_that_overflow_are_none() {
        let most = usize::MAX;
        let cells = format!("<td colspan={most} rowspan={most}>x<td colspan={most}>y<td colspan=0>z");
        let text = laid_out(&format!("<table><tr>{cells}<tr>{cells}</table><ol start={}><li>a<li>b</ol>", i64::MAX));
        assert!(text.is_some_and(|text| text.contains("1. a") && text.matches('y').count() == 2));
    }

    #[test]
    fn html_of_a_few_thousand_elements_is_laid_out() {
        let row = "<tr><td><p>a<td><b>b</b><br><a href=x>c</a></tr>";
        let text = laid_out(&format!("<table>{}</table>", row.repeat(1_000))).unwrap();
        assert_eq!(text.matches("**b**").count(), 1_000);
    }

    #[test]
    fn the_deepest_html_that_is_laid_out_is_laid_out() {
        let depth = document::MAX_DEPTH - 4;
        let html = format!("{}x{}", "<div>".repeat(depth), "</div>".repeat(depth));
        assert_eq!(laid_out(&html).as_deref().map(str::trim), Some("x"));
    }

    #[test]
    fn stripping_ends_lines_and_resolves_entities() {
        assert_eq!(stripped("<p>a&nbsp;&lt;b</p>c<br>d &amp;lt;"), "a <b\nc\nd &lt;");
    }
}
