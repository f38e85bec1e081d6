//! The style of an element, as far as it decides whether and how its text is seen.

mod hidden;

use std::borrow::Cow;

use self::hidden::Hidden;
use crate::{
    declared::Declared,
    value::{
        WhiteSpace, contains_url, font_size, invisible, is_block, is_far_away, lower_case, transparent, white_space,
        without_priority, zero_font,
    },
};

/// The declarations that have a meaning for the text. A property without a value is inherited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Style {
    hidden: Hidden,
    invisible: Declared<bool>,
    zero_font: Declared<bool>,
    transparent: Declared<bool>,
    indented_away: Declared<bool>,
    white_space: Declared<WhiteSpace>,
    block: Declared<bool>,
    picture: Declared<bool>,
}

impl Style {
    /// Reads declarations. The last one of a property counts, unless an earlier one is important.
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

    /// The part of a rule's style that is certain. Other declarations are inherited, and selectors that are not read may undo them.
    pub(crate) fn shared(&self) -> Self {
        Self { hidden: self.hidden, invisible: self.invisible, picture: self.picture, ..Self::default() }
    }

    /// Adds declarations that take precedence over these.
    pub(crate) fn declare(&mut self, other: &Self) {
        self.hidden.declare(&other.hidden);
        self.invisible.declare(other.invisible);
        self.zero_font.declare(other.zero_font);
        self.transparent.declare(other.transparent);
        self.indented_away.declare(other.indented_away);
        self.white_space.declare(other.white_space);
        self.block.declare(other.block);
        self.picture.declare(other.picture);
    }

    /// True if nothing in the element can be seen, whatever the style of its content. `is_cell` is true for a cell of a table.
    pub(crate) fn is_hidden(&self, is_cell: bool) -> bool {
        self.hidden.is_hidden(is_cell)
    }

    /// True if Outlook does not show the element.
    pub(crate) fn is_hidden_in_outlook(&self) -> bool {
        self.hidden.is_hidden_in_outlook()
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

    pub(crate) fn white_space(&self) -> Option<WhiteSpace> {
        self.white_space.value
    }

    /// True if the style separates the element by line breaks, whatever its kind.
    pub(crate) fn is_block(&self) -> bool {
        self.block.is()
    }

    pub(crate) fn has_picture(&self) -> bool {
        self.picture.is()
    }

    fn read(&mut self, property: &str, value: &str, is_important: bool) {
        self.hidden.read(property, value, is_important);
        self.read_visible(property, value, is_important);
    }

    fn read_visible(&mut self, property: &str, value: &str, is_important: bool) {
        let declared = |value: Option<bool>| Declared { value, is_important };
        match property {
            "visibility" => self.invisible.declare(declared(invisible(value))),
            "font-size" => self.zero_font.declare(declared(zero_font(value))),
            "font" => self.zero_font.declare(declared(font_size(value).and_then(zero_font))),
            "color" => self.transparent.declare(declared(transparent(value))),
            "text-indent" => self.indented_away.declare(declared(Some(is_far_away(value)))),
            "white-space" => self.white_space.declare(Declared { value: white_space(value), is_important }),
            "display" => self.block.declare(declared(Some(is_block(value)))),
            "background" | "background-image" => {
                self.picture.declare(declared(contains_url(value).then_some(true)));
            }
            _ => {}
        }
    }
}

/// The style without its comments.
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
    fn declarations_with_which_authors_hide_elements_hide_them() {
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
            "max-height:0",
            "max-height:0px;max-width:0px",
            "max-height:1px;overflow:hidden",
            "position:absolute;width:1px;height:1px;overflow:hidden",
            "margin-left:-9999px",
            "margin-top:-999em",
            "transform:scale(0)",
            "transform: translate(1px) scaleY( 0 )",
            "clip-path:inset(50%)",
            "clip-path: inset(100% 0 0 0)",
            "clip-path:circle(0)",
            "content-visibility:hidden",
        ] {
            assert!(Style::parse(style).is_hidden(false), "{style}");
        }
        for style in [
            "",
            "display:block",
            "display:none;display:block",
            "opacity:0.5",
            "max-height:1px",
            "max-height:0;max-height:none",
            "overflow:hidden;height:2px;width:1px",
            "overflow:hidden;width:1px",
            "margin-left:-20px",
            "transform:scale(0.5)",
            "transform:rotate(0deg)",
            "clip-path:inset(10%)",
            "clip-path:none",
            "content-visibility:auto",
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
            assert!(!Style::parse(style).is_hidden(false), "{style}");
        }
    }

    #[test]
    fn a_font_size_of_zero_differs_from_an_inherited_one() {
        let check = |style: &str, expected| assert_eq!(Style::parse(style).has_zero_font(), expected, "{style}");
        for style in [
            "font-size:0",
            "font-size:0px",
            "FONT-SIZE: 0em",
            "font-size:0%",
            "font:0/0 a",
            "font-size:.0pt",
            "font-size:1px",
            "font-size:0.01PX",
            "font:1px/1px a",
            "font-size:0rem",
        ] {
            check(style, Some(true));
        }
        for style in [
            "font-size:2px",
            "font-size:1in",
            "font-size:16px!important",
            "font-size:1rem",
            "font-size:small",
            "font:bold 12px/1 a",
        ] {
            check(style, Some(false));
        }
        for style in ["font-size:100%", "font-size:2em", "font-size:inherit", "color:red", "font:inherit", "font-size:"]
        {
            check(style, None);
        }
    }

    #[test]
    fn declarations_that_children_can_undo_are_kept_apart() {
        assert_eq!(Style::parse("visibility:hidden").is_invisible(), Some(true));
        assert_eq!(Style::parse("visibility:visible").is_invisible(), Some(false));
        assert_eq!(Style::parse("white-space:pre-wrap").white_space(), Some(WhiteSpace::Preserve));
        assert_eq!(Style::parse("white-space:pre-line").white_space(), Some(WhiteSpace::PreserveBreaks));
        assert!(Style::parse("background:#fff URL('x;y')").has_picture());
        assert!(Style::parse("mso-hide:all").is_hidden_in_outlook());
    }

    #[test]
    fn transparent_text_and_text_outside_of_the_screen_are_recognised() {
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
