//! The declarations of a style that hide an element with its content.

use crate::{
    declared::Declared,
    value::{clips, is_at_most_a_pixel, is_empty_path, is_empty_shape, is_far_away, is_scaled_away, is_zero},
};

/// Declarations that hide an element with its content, alone or two together. They are not inherited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Hidden {
    by_display: Declared<bool>,
    by_opacity: Declared<bool>,
    in_outlook: Declared<bool>,
    clips_x: Declared<bool>,
    clips_y: Declared<bool>,
    has_no_height: Declared<bool>,
    has_no_max_height: Declared<bool>,
    has_no_width: Declared<bool>,
    has_no_max_width: Declared<bool>,
    is_positioned: Declared<bool>,
    is_far_left: Declared<bool>,
    is_far_up: Declared<bool>,
    is_a_pixel_high: Declared<bool>,
    is_a_pixel_wide: Declared<bool>,
    is_collapsed: Declared<bool>,
    is_moved_left: Declared<bool>,
    is_moved_up: Declared<bool>,
    is_scaled_away: Declared<bool>,
    shows_no_part: Declared<bool>,
    shows_no_path: Declared<bool>,
    skips_content: Declared<bool>,
}

impl Hidden {
    pub(super) fn declare(&mut self, other: &Self) {
        let pairs = [
            (&mut self.by_display, other.by_display),
            (&mut self.by_opacity, other.by_opacity),
            (&mut self.in_outlook, other.in_outlook),
            (&mut self.clips_x, other.clips_x),
            (&mut self.clips_y, other.clips_y),
            (&mut self.has_no_height, other.has_no_height),
            (&mut self.has_no_max_height, other.has_no_max_height),
            (&mut self.has_no_width, other.has_no_width),
            (&mut self.has_no_max_width, other.has_no_max_width),
            (&mut self.is_positioned, other.is_positioned),
            (&mut self.is_far_left, other.is_far_left),
            (&mut self.is_far_up, other.is_far_up),
            (&mut self.is_a_pixel_high, other.is_a_pixel_high),
            (&mut self.is_a_pixel_wide, other.is_a_pixel_wide),
            (&mut self.is_collapsed, other.is_collapsed),
            (&mut self.is_moved_left, other.is_moved_left),
            (&mut self.is_moved_up, other.is_moved_up),
            (&mut self.is_scaled_away, other.is_scaled_away),
            (&mut self.shows_no_part, other.shows_no_part),
            (&mut self.shows_no_path, other.shows_no_path),
            (&mut self.skips_content, other.skips_content),
        ];
        for (property, other) in pairs {
            property.declare(other);
        }
    }

    /// True if nothing of the element can be seen, except perhaps in Outlook. The cells of a table are as wide as their column,
    /// whatever their style: a cell without width is shown as an ellipsis.
    pub(super) fn is_hidden(&self, is_cell: bool) -> bool {
        let has_no_width = !is_cell && (self.has_no_width.is() || self.has_no_max_width.is());
        let has_no_height = self.has_no_height.is() || self.has_no_max_height.is();
        let is_a_pixel = self.is_a_pixel_high.is() && self.is_a_pixel_wide.is();
        let has_no_size = has_no_width || has_no_height || is_a_pixel;
        let is_clipped = has_no_size && (self.clips_x.is() || self.clips_y.is());
        let is_away = self.is_positioned.is() && (self.is_far_left.is() || self.is_far_up.is());
        let alone = [
            self.by_display,
            self.by_opacity,
            self.is_collapsed,
            self.is_moved_left,
            self.is_moved_up,
            self.is_scaled_away,
            self.shows_no_part,
            self.shows_no_path,
            self.skips_content,
        ];
        is_clipped || is_away || alone.into_iter().any(Declared::is)
    }

    /// True if Outlook shows nothing of the element.
    pub(super) fn is_hidden_in_outlook(&self) -> bool {
        self.in_outlook.is()
    }

    /// Reads a declaration if its property is one of these.
    pub(super) fn read(&mut self, property: &str, value: &str, is_important: bool) {
        let declared = |value: Option<bool>| Declared { value, is_important };
        let is = |word: &str| value.eq_ignore_ascii_case(word);
        let is_any = |words: &[&str]| declared(Some(words.iter().any(|word| is(word))));
        match property {
            "display" => self.by_display.declare(is_any(&["none"])),
            "opacity" => self.by_opacity.declare(declared(Some(is_zero(value)))),
            "overflow" => {
                self.clips_x.declare(declared(Some(clips(value))));
                self.clips_y.declare(declared(Some(clips(value))));
            }
            "overflow-x" => self.clips_x.declare(declared(Some(clips(value)))),
            "overflow-y" => self.clips_y.declare(declared(Some(clips(value)))),
            "height" => {
                self.has_no_height.declare(declared(Some(is_zero(value))));
                self.is_a_pixel_high.declare(declared(Some(is_at_most_a_pixel(value))));
            }
            "max-height" => {
                self.has_no_max_height.declare(declared(Some(is_at_most_a_pixel(value))));
                self.is_collapsed.declare(declared(Some(is_zero(value))));
            }
            "width" => {
                self.has_no_width.declare(declared(Some(is_zero(value))));
                self.is_a_pixel_wide.declare(declared(Some(is_at_most_a_pixel(value))));
            }
            "max-width" => self.has_no_max_width.declare(declared(Some(is_zero(value)))),
            "mso-hide" => self.in_outlook.declare(is_any(&["all"])),
            "position" => self.is_positioned.declare(is_any(&["absolute", "fixed", "relative"])),
            "left" => self.is_far_left.declare(declared(Some(is_far_away(value)))),
            "top" => self.is_far_up.declare(declared(Some(is_far_away(value)))),
            "margin-left" => self.is_moved_left.declare(declared(Some(is_far_away(value)))),
            "margin-top" => self.is_moved_up.declare(declared(Some(is_far_away(value)))),
            "clip" => self.shows_no_part.declare(declared(Some(is_empty_shape(value)))),
            "clip-path" => self.shows_no_path.declare(declared(Some(is_empty_path(value)))),
            "transform" => self.is_scaled_away.declare(declared(Some(is_scaled_away(value)))),
            "content-visibility" => self.skips_content.declare(is_any(&["hidden"])),
            _ => {}
        }
    }
}
