//! What an element's `style` says about whether and how its text is seen.

/// How blanks and line breaks of the HTML are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Blanks {
    /// Runs of them are one blank.
    #[default]
    Collapse,
    /// Line breaks stay.
    KeepLines,
    /// All stay.
    Keep,
}

/// Declarations that hide, by themselves or two together.
#[derive(Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a declaration of its own")]
struct Hidden {
    by_display: bool,
    by_opacity: bool,
    clips: bool,
    has_no_extent: bool,
}

/// The declarations that have a meaning for the text. `None` is what the element inherits.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Style {
    hidden: Hidden,
    /// Outlook does not show it.
    pub(crate) is_hidden_in_outlook: bool,
    pub(crate) is_invisible: Option<bool>,
    pub(crate) has_zero_font: Option<bool>,
    pub(crate) blanks: Option<Blanks>,
    pub(crate) has_picture: bool,
}

impl Style {
    /// Reads declarations; the last one of a property counts.
    pub(crate) fn parse(style: &str) -> Self {
        let mut parsed = Self::default();
        for declaration in style.split(';') {
            if let Some((property, value)) = declaration.split_once(':') {
                parsed.declare(property.trim(), without_priority(value.trim()));
            }
        }
        parsed
    }

    /// Whether nothing within the element can be seen, whatever is said of that.
    pub(crate) fn is_hidden(&self) -> bool {
        let Hidden { by_display, by_opacity, clips, has_no_extent } = self.hidden;
        by_display || by_opacity || (clips && has_no_extent)
    }

    fn declare(&mut self, property: &str, value: &str) {
        let is = |word: &str| value.eq_ignore_ascii_case(word);
        match &*lower_case(property) {
            "display" => self.hidden.by_display = is("none"),
            "opacity" => self.hidden.by_opacity = is_zero(value),
            "overflow" | "overflow-y" => self.hidden.clips = starts_with(value, "hidden") || is("clip"),
            "height" | "max-height" | "width" | "max-width" => self.hidden.has_no_extent |= is_zero(value),
            "mso-hide" => self.is_hidden_in_outlook = is("all"),
            "visibility" if is("hidden") || is("collapse") => self.is_invisible = Some(true),
            "visibility" if is("visible") => self.is_invisible = Some(false),
            "font-size" => self.has_zero_font = zero_font(value),
            "font" => self.has_zero_font = font_size(value).and_then(zero_font),
            "white-space" => self.blanks = blanks(value),
            "background" | "background-image" => self.has_picture = contains_url(value),
            _ => {}
        }
    }
}

/// The property's name in lower case, if it can be one that counts.
fn lower_case(property: &str) -> String {
    const MAX_PROPERTY: usize = "background-image".len();
    if property.len() > MAX_PROPERTY { String::new() } else { property.to_ascii_lowercase() }
}

/// The value without `!important`.
fn without_priority(value: &str) -> &str {
    value.split('!').next().unwrap_or_default().trim_end()
}

fn starts_with(value: &str, word: &str) -> bool {
    value.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

fn is_zero(value: &str) -> bool {
    let number = value.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
    number.parse().is_ok_and(|number: f64| number == 0.0)
}

/// Whether text of this size is not seen. What is relative to nothing is nothing.
fn zero_font(size: &str) -> Option<bool> {
    let ends_with =
        |unit: &str| size.get(size.len().wrapping_sub(unit.len())..).is_some_and(|end| end.eq_ignore_ascii_case(unit));
    let is_relative = size.ends_with('%')
        || (ends_with("em") && !ends_with("rem"))
        || ["inherit", "smaller", "larger", "unset"].iter().any(|word| size.eq_ignore_ascii_case(word));
    match is_zero(size) {
        true => Some(true),
        false if is_relative || size.is_empty() => None,
        false => Some(false),
    }
}

/// The size in the value of `font`: the first number, unless that is a weight, which is no zero either.
fn font_size(font: &str) -> Option<&str> {
    font.split([' ', '/']).find(|word| word.starts_with(|c: char| c.is_ascii_digit() || c == '.'))
}

fn blanks(value: &str) -> Option<Blanks> {
    let is = |word: &str| value.eq_ignore_ascii_case(word);
    if is("pre") || is("pre-wrap") || is("break-spaces") {
        Some(Blanks::Keep)
    } else if is("pre-line") {
        Some(Blanks::KeepLines)
    } else {
        (is("normal") || is("nowrap")).then_some(Blanks::Collapse)
    }
}

fn contains_url(value: &str) -> bool {
    value.as_bytes().windows(4).any(|word| word.eq_ignore_ascii_case(b"url("))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_mail_authors_write_to_hide_is_hidden() {
        for style in [
            "display:none",
            "color:#fff; DISPLAY : None !important; x",
            "display:block;display:none",
            "opacity:0",
            "opacity: 0.0;",
            "max-height:0;overflow:hidden",
            "overflow: hidden; max-height: 0px !important",
            "height:0;width:0;overflow:hidden;",
        ] {
            assert!(Style::parse(style).is_hidden(), "{style}");
        }
        for style in [
            "",
            "display:block",
            "display:none;display:block",
            "opacity:0.5",
            "max-height:0",
            "overflow:hidden",
            "display",
        ] {
            assert!(!Style::parse(style).is_hidden(), "{style}");
        }
    }

    #[test]
    fn a_size_of_nothing_is_told_from_one_that_is_inherited() {
        let check = |style: &str, expected| assert_eq!(Style::parse(style).has_zero_font, expected, "{style}");
        for style in ["font-size:0", "font-size:0px", "FONT-SIZE: 0em", "font-size:0%", "font:0/0 a", "font-size:.0pt"]
        {
            check(style, Some(true));
        }
        for style in
            ["font-size:1px", "font-size:16px!important", "font-size:1rem", "font-size:small", "font:bold 12px/1 a"]
        {
            check(style, Some(false));
        }
        for style in ["font-size:100%", "font-size:2em", "font-size:inherit", "color:red", "font:inherit", "font-size:"]
        {
            check(style, None);
        }
    }

    #[test]
    fn what_children_can_undo_is_kept_apart() {
        assert_eq!(Style::parse("visibility:hidden").is_invisible, Some(true));
        assert_eq!(Style::parse("visibility:visible").is_invisible, Some(false));
        assert_eq!(Style::parse("white-space:pre-wrap").blanks, Some(Blanks::Keep));
        assert_eq!(Style::parse("white-space:pre-line").blanks, Some(Blanks::KeepLines));
        assert!(Style::parse("background:#fff URL('x;y')").has_picture);
        assert!(Style::parse("mso-hide:all").is_hidden_in_outlook);
    }
}
