//! An element's `style`, as far as it says whether and how its text is seen.

use std::borrow::Cow;

use crate::value::{
    blanks, clips, contains_url, font_size, invisible, is_empty_shape, is_far_away, is_zero, lower_case, transparent,
    without_priority, zero_font,
};

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

/// The declaration of a property, if there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Declared<T> {
    value: Option<T>,
    is_important: bool,
}

impl<T> Default for Declared<T> {
    fn default() -> Self {
        Self { value: None, is_important: false }
    }
}

impl<T: Copy> Declared<T> {
    /// Declares the property once more, which counts unless what was said before is important and this is not.
    fn declare(&mut self, other: Self) {
        if other.value.is_some() && (other.is_important || !self.is_important) {
            *self = other;
        }
    }
}

impl Declared<bool> {
    fn is(self) -> bool {
        self.value == Some(true)
    }
}

/// Declarations that hide an element and all within it, by themselves or two together. None of them is inherited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Hidden {
    by_display: Declared<bool>,
    by_opacity: Declared<bool>,
    in_outlook: Declared<bool>,
    clips_x: Declared<bool>,
    clips_y: Declared<bool>,
    has_no_height: Declared<bool>,
    has_no_most_height: Declared<bool>,
    has_no_width: Declared<bool>,
    has_no_most_width: Declared<bool>,
    is_positioned: Declared<bool>,
    is_far_left: Declared<bool>,
    is_far_up: Declared<bool>,
    shows_no_part: Declared<bool>,
}

impl Hidden {
    fn declare(&mut self, other: &Self) {
        let pairs = [
            (&mut self.by_display, other.by_display),
            (&mut self.by_opacity, other.by_opacity),
            (&mut self.in_outlook, other.in_outlook),
            (&mut self.clips_x, other.clips_x),
            (&mut self.clips_y, other.clips_y),
            (&mut self.has_no_height, other.has_no_height),
            (&mut self.has_no_most_height, other.has_no_most_height),
            (&mut self.has_no_width, other.has_no_width),
            (&mut self.has_no_most_width, other.has_no_most_width),
            (&mut self.is_positioned, other.is_positioned),
            (&mut self.is_far_left, other.is_far_left),
            (&mut self.is_far_up, other.is_far_up),
            (&mut self.shows_no_part, other.shows_no_part),
        ];
        for (property, other) in pairs {
            property.declare(other);
        }
    }

    /// True if nothing can be seen, but maybe in Outlook.
    fn is_hidden(&self) -> bool {
        let extents = [self.has_no_height, self.has_no_most_height, self.has_no_width, self.has_no_most_width];
        let is_clipped = (self.clips_x.is() || self.clips_y.is()) && extents.into_iter().any(Declared::is);
        let is_away = self.is_positioned.is() && (self.is_far_left.is() || self.is_far_up.is());
        self.by_display.is() || self.by_opacity.is() || self.shows_no_part.is() || is_clipped || is_away
    }
}

/// The declarations that have a meaning for the text. What is `None` is inherited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Style {
    hidden: Hidden,
    invisible: Declared<bool>,
    zero_font: Declared<bool>,
    transparent: Declared<bool>,
    indented_away: Declared<bool>,
    blanks: Declared<Blanks>,
    picture: Declared<bool>,
}

impl Style {
    /// Reads declarations; the last one of a property counts, unless one before is important.
    pub(crate) fn parse(style: &str) -> Self {
        let mut parsed = Self::default();
        for declaration in without_comments(style).split(';') {
            if let Some((property, value)) = declaration.split_once(':') {
                let (value, is_important) = without_priority(value.trim());
                parsed.read(&lower_case(property.trim()), value, is_important);
            }
        }
        parsed
    }

    /// What hides for certain, of a style that other elements share. What is inherited may be undone by selectors that are
    /// not read.
    pub(crate) fn hiding(&self) -> Self {
        Self { hidden: self.hidden, invisible: self.invisible, ..Self::default() }
    }

    /// Adds declarations that count more.
    pub(crate) fn declare(&mut self, other: &Self) {
        self.hidden.declare(&other.hidden);
        self.invisible.declare(other.invisible);
        self.zero_font.declare(other.zero_font);
        self.transparent.declare(other.transparent);
        self.indented_away.declare(other.indented_away);
        self.blanks.declare(other.blanks);
        self.picture.declare(other.picture);
    }

    /// True if nothing within the element can be seen, whatever is said of that.
    pub(crate) fn is_hidden(&self) -> bool {
        self.hidden.is_hidden()
    }

    /// Outlook does not show it.
    pub(crate) fn is_hidden_in_outlook(&self) -> bool {
        self.hidden.in_outlook.is()
    }

    pub(crate) fn is_invisible(&self) -> Option<bool> {
        self.invisible.value
    }

    pub(crate) fn has_zero_font(&self) -> Option<bool> {
        self.zero_font.value
    }

    pub(crate) fn is_transparent(&self) -> Option<bool> {
        self.transparent.value
    }

    pub(crate) fn is_indented_away(&self) -> Option<bool> {
        self.indented_away.value
    }

    pub(crate) fn blanks(&self) -> Option<Blanks> {
        self.blanks.value
    }

    pub(crate) fn has_picture(&self) -> bool {
        self.picture.is()
    }

    fn read(&mut self, property: &str, value: &str, is_important: bool) {
        let hidden = &mut self.hidden;
        let declared = |value: Option<bool>| Declared { value, is_important };
        let is = |word: &str| value.eq_ignore_ascii_case(word);
        let is_any = |words: &[&str]| declared(Some(words.iter().any(|word| is(word))));
        match property {
            "display" => hidden.by_display.declare(is_any(&["none"])),
            "opacity" => hidden.by_opacity.declare(declared(Some(is_zero(value)))),
            "overflow" => {
                hidden.clips_x.declare(declared(Some(clips(value))));
                hidden.clips_y.declare(declared(Some(clips(value))));
            }
            "overflow-x" => hidden.clips_x.declare(declared(Some(clips(value)))),
            "overflow-y" => hidden.clips_y.declare(declared(Some(clips(value)))),
            "height" => hidden.has_no_height.declare(declared(Some(is_zero(value)))),
            "max-height" => hidden.has_no_most_height.declare(declared(Some(is_zero(value)))),
            "width" => hidden.has_no_width.declare(declared(Some(is_zero(value)))),
            "max-width" => hidden.has_no_most_width.declare(declared(Some(is_zero(value)))),
            "mso-hide" => hidden.in_outlook.declare(is_any(&["all"])),
            "position" => hidden.is_positioned.declare(is_any(&["absolute", "fixed", "relative"])),
            "left" => hidden.is_far_left.declare(declared(Some(is_far_away(value)))),
            "top" => hidden.is_far_up.declare(declared(Some(is_far_away(value)))),
            "clip" => hidden.shows_no_part.declare(declared(Some(is_empty_shape(value)))),
            _ => self.read_inherited(property, value, is_important),
        }
    }

    fn read_inherited(&mut self, property: &str, value: &str, is_important: bool) {
        let declared = |value: Option<bool>| Declared { value, is_important };
        match property {
            "visibility" => self.invisible.declare(declared(invisible(value))),
            "font-size" => self.zero_font.declare(declared(zero_font(value))),
            "font" => self.zero_font.declare(declared(font_size(value).and_then(zero_font))),
            "color" => self.transparent.declare(declared(transparent(value))),
            "text-indent" => self.indented_away.declare(declared(Some(is_far_away(value)))),
            "white-space" => self.blanks.declare(Declared { value: blanks(value), is_important }),
            "background" | "background-image" => {
                self.picture.declare(declared(contains_url(value).then_some(true)));
            }
            _ => {}
        }
    }
}

/// The style without what is written between `/*` and `*/`.
pub(crate) fn without_comments(style: &str) -> Cow<'_, str> {
    let Some((before, mut rest)) = style.split_once("/*") else { return style.into() };
    let mut kept = before.to_owned();
    while let Some((_comment, after)) = rest.split_once("*/") {
        let (before, comment) = after.split_once("/*").unwrap_or((after, ""));
        kept.push(' ');
        kept.push_str(before);
        rest = comment;
    }
    kept.into()
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
            "overflow-x:hidden;width:0",
            "overflow-y:hidden;height:0",
            "display:none!important;display:block",
            "display:none ! IMPORTANT; display: block",
            "display:/* x; */none",
            "/**/display:none/* x",
            "position:absolute;left:-9999px",
            "position:fixed;top:-999em",
            "clip:rect(0,0,0,0)",
            "position:absolute;clip: RECT(0 0 0 0);",
            "clip:rect(1px, 1px, 1px, 1px)",
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
            "display:none;display:block!important",
            "/*display:none*/",
            "/*display:none",
            "overflow:hidden;width:0;width:100%",
            "left:-9999px",
            "position:absolute;left:-20px",
            "position:relative;top:-2em",
            "position:absolute;clip:rect(0,10px,10px,0)",
            "clip:auto",
            "clip:rect(auto,auto,auto,auto)",
        ] {
            assert!(!Style::parse(style).is_hidden(), "{style}");
        }
    }

    #[test]
    fn a_size_of_nothing_is_told_from_one_that_is_inherited() {
        let check = |style: &str, expected| assert_eq!(Style::parse(style).has_zero_font(), expected, "{style}");
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
        assert_eq!(Style::parse("visibility:hidden").is_invisible(), Some(true));
        assert_eq!(Style::parse("visibility:visible").is_invisible(), Some(false));
        assert_eq!(Style::parse("white-space:pre-wrap").blanks(), Some(Blanks::Keep));
        assert_eq!(Style::parse("white-space:pre-line").blanks(), Some(Blanks::KeepLines));
        assert!(Style::parse("background:#fff URL('x;y')").has_picture());
        assert!(Style::parse("mso-hide:all").is_hidden_in_outlook());
    }

    #[test]
    fn text_without_a_color_or_outside_of_the_screen_is_told_from_other_text() {
        let color = |style: &str, expected| assert_eq!(Style::parse(style).is_transparent(), expected, "{style}");
        color("color: Transparent", Some(true));
        color("color:rgba(0, 0, 0, 0)", Some(true));
        color("color:rgb(0 0 0 / 0%)", Some(true));
        color("color:rgba(0,0,0,.5)", Some(false));
        color("color:rgb(0,0,0)", Some(false));
        color("color:#fff", Some(false));
        color("color:inherit", None);
        color("background-color:transparent", None);
        let indent = |style: &str, expected| assert_eq!(Style::parse(style).is_indented_away(), expected, "{style}");
        indent("text-indent:-9999px", Some(true));
        indent("text-indent: -999em", Some(true));
        indent("text-indent:-2em", Some(false));
        indent("text-indent:9999px", Some(false));
        indent("margin:0", None);
    }
}
