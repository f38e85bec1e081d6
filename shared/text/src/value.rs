//! Reads the values of declarations, as far as they decide whether and how a text is seen.

/// The way in which the white space of the HTML is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum WhiteSpace {
    /// A run of white space becomes a blank.
    #[default]
    Collapse,
    /// Line breaks stay, and other white space becomes a blank.
    PreserveBreaks,
    /// All white space stays.
    Preserve,
}

/// The name of a property in lower case, empty if it is too long for a property that counts.
pub(crate) fn lower_case(property: &str) -> String {
    const MAX_PROPERTY: usize = "content-visibility".len();
    if property.len() > MAX_PROPERTY { String::new() } else { property.to_ascii_lowercase() }
}

/// The value without `!important`, and true if it had it.
pub(crate) fn without_priority(value: &str) -> (&str, bool) {
    let (value, priority) = value.split_once('!').unwrap_or((value, ""));
    (value.trim_end(), priority.trim().eq_ignore_ascii_case("important"))
}

/// True if content outside of the element is not visible.
pub(crate) fn clips(overflow: &str) -> bool {
    starts_with(overflow, "hidden") || overflow.eq_ignore_ascii_case("clip")
}

/// True if the distance is so far to the left, or up, that it is outside of every screen.
pub(crate) fn is_far_away(distance: &str) -> bool {
    const MAX_SEEN: f64 = -900.0;
    let number = distance.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
    let pixels = if distance.len() == number.len() + 2 && !distance.ends_with(['m', 'M']) { 1.0 } else { 16.0 };
    number.parse().is_ok_and(|number: f64| number * pixels <= MAX_SEEN)
}

/// True if all edges of the rectangle are equal, so that it is empty.
pub(crate) fn is_empty_shape(clip: &str) -> bool {
    let lower = clip.to_ascii_lowercase();
    let Some(edges) = lower.strip_prefix("rect(").and_then(|rest| rest.strip_suffix(')')) else { return false };
    let mut edges = edges.split([',', ' ']).filter(|edge| !edge.is_empty()).map(|edge| edge.trim_end_matches("px"));
    let first = edges.next();
    first.is_some_and(|first| first != "auto" && edges.all(|edge| edge == first))
}

pub(crate) fn invisible(visibility: &str) -> Option<bool> {
    let is = |word: &str| visibility.eq_ignore_ascii_case(word);
    if is("hidden") || is("collapse") { Some(true) } else { is("visible").then_some(false) }
}

/// True if text of this color is not visible, `None` if the color is inherited.
pub(crate) fn transparent(color: &str) -> Option<bool> {
    let is = |word: &str| color.eq_ignore_ascii_case(word);
    let is_inherited = ["", "inherit", "currentcolor", "unset"].into_iter().any(is);
    (!is_inherited).then(|| is("transparent") || has_no_opacity(color))
}

/// True if the color has an opacity of zero: `rgba(0, 0, 0, 0)`.
fn has_no_opacity(color: &str) -> bool {
    let parts = (starts_with(color, "rgb") || starts_with(color, "hsl"))
        .then(|| color.split_once('(')?.1.strip_suffix(')'))
        .flatten();
    let parts = parts.map(|parts| parts.split([',', '/', ' ']).filter(|part| !part.is_empty()));
    parts.is_some_and(|mut parts| parts.nth(3).is_some_and(is_zero))
}

fn starts_with(value: &str, word: &str) -> bool {
    value.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

/// True if the shape is empty: `inset(50%)`, or a circle without size.
pub(crate) fn is_empty_path(path: &str) -> bool {
    let size = |shape| first_argument(path, shape);
    let covers_half =
        |inset: &str| inset.strip_suffix('%').and_then(|part| part.parse().ok()).is_some_and(|part: f64| part >= 50.0);
    size("inset").is_some_and(covers_half) || size("circle").is_some_and(is_zero)
}

/// True if the transformation scales an element to nothing.
pub(crate) fn is_scaled_away(transform: &str) -> bool {
    ["scale", "scalex", "scaley", "scale3d"].iter().any(|scale| first_argument(transform, scale).is_some_and(is_zero))
}

/// The first argument of a function in a value.
fn first_argument<'a>(value: &'a str, function: &str) -> Option<&'a str> {
    let mut calls = value.match_indices('(').filter(|(place, _)| {
        let start = value.get(place.wrapping_sub(function.len())..*place);
        start.is_some_and(|name| name.eq_ignore_ascii_case(function))
    });
    let (place, _) = calls.next_back()?;
    value[place + 1..].split([',', ' ', ')']).find(|argument| !argument.is_empty())
}

/// True if the length is at most a pixel, of which a reader sees no more than a line.
pub(crate) fn is_at_most_a_pixel(length: &str) -> bool {
    is_zero(length) || pixels(length).is_some_and(|pixels| pixels <= 1.0)
}

/// A length in pixels or points, which count as equal.
fn pixels(length: &str) -> Option<f64> {
    let number = length.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = &length[number.len()..];
    let is_any = ["", "px", "pt"].iter().any(|known| unit.eq_ignore_ascii_case(known));
    is_any.then(|| number.parse().ok()).flatten().filter(|pixels: &f64| *pixels >= 0.0)
}

pub(crate) fn is_zero(value: &str) -> bool {
    let number = value.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
    number.parse().is_ok_and(|number: f64| number == 0.0)
}

/// True if text of this size is not visible, like that of one pixel, which hides a preview. `None` if the size is relative.
pub(crate) fn zero_font(size: &str) -> Option<bool> {
    let ends_with =
        |unit: &str| size.get(size.len().wrapping_sub(unit.len())..).is_some_and(|end| end.eq_ignore_ascii_case(unit));
    let is_relative = size.ends_with('%')
        || (ends_with("em") && !ends_with("rem"))
        || ["inherit", "smaller", "larger", "unset"].iter().any(|word| size.eq_ignore_ascii_case(word));
    match is_at_most_a_pixel(size) {
        true => Some(true),
        false if is_relative || size.is_empty() => None,
        false => Some(false),
    }
}

/// The size in the value of `font`: the first number. A weight may come first, but is not zero either.
pub(crate) fn font_size(font: &str) -> Option<&str> {
    font.split([' ', '/']).find(|word| word.starts_with(|c: char| c.is_ascii_digit() || c == '.'))
}

pub(crate) fn white_space(value: &str) -> Option<WhiteSpace> {
    let is = |word: &str| value.eq_ignore_ascii_case(word);
    if is("pre") || is("pre-wrap") || is("break-spaces") {
        Some(WhiteSpace::Preserve)
    } else if is("pre-line") {
        Some(WhiteSpace::PreserveBreaks)
    } else {
        (is("normal") || is("nowrap")).then_some(WhiteSpace::Collapse)
    }
}

pub(crate) fn is_block(display: &str) -> bool {
    ["block", "flex", "grid", "list-item", "table", "table-row"].iter().any(|word| display.eq_ignore_ascii_case(word))
}

pub(crate) fn contains_url(value: &str) -> bool {
    value.as_bytes().windows(4).any(|word| word.eq_ignore_ascii_case(b"url("))
}
