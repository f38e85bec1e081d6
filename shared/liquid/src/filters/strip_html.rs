//! HTML without its tags, for the filter `strip_html`.

/// The text of `html` without tags, comments, scripts and styles. Character references stay.
pub(super) fn without_tags(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(first) = rest.chars().next() {
        if let Some(inside) = tag_start(rest) {
            rest = tag_end(inside).and_then(|end| inside.get(end + 1..)).unwrap_or_default();
        } else {
            let after = &rest[first.len_utf8()..];
            let end = first.len_utf8() + after.find('<').unwrap_or(after.len());
            text.push_str(&rest[..end]);
            rest = &rest[end..];
        }
    }
    text
}

/// The text behind the `<`, if `html` begins with a tag or comment.
fn tag_start(html: &str) -> Option<&str> {
    let inside = html.strip_prefix('<')?;
    inside.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')).then_some(inside)
}

/// The index of the `>` of the tag with which `inside` begins, or of the tag that ends its script, style or comment.
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

fn name_of(tag: &str) -> &str {
    let name = tag.trim_start_matches('/');
    name.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
