//! Makes text from elsewhere safe to show on a terminal: no character of it moves the cursor, sets a colour, changes the direction
//! of the text, begins a line or is invisible. Such a character is shown by its code, as `\u{1b}`.

use std::fmt::Write as _;

/// The text on one line, with unsafe characters escaped.
#[must_use]
pub fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut shown, c| {
        push(&mut shown, c);
        shown
    })
}

/// The text with its line breaks and tabs, and with other unsafe characters escaped.
#[must_use]
pub fn escaped_lines(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut shown, c| {
        if matches!(c, '\n' | '\t') {
            shown.push(c);
        } else {
            push(&mut shown, c);
        }
        shown
    })
}

/// A JSON document in whose strings unsafe characters are JSON escapes, so that programs read an equal document. (A JSON writer
/// escapes only the control characters below U+0020.)
#[must_use]
pub fn escaped_json(document: &str) -> String {
    document.chars().fold(String::with_capacity(document.len()), |mut shown, c| {
        if c == '\n' || !is_unsafe(c) {
            shown.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(shown, "\\u{unit:04x}");
            }
        }
        shown
    })
}

/// Appends a character, or its code if it is unsafe.
fn push(shown: &mut String, c: char) {
    if is_unsafe(c) {
        shown.extend(c.escape_unicode());
    } else {
        shown.push(c);
    }
}

/// True for characters that act on the terminal or on the text around them, or are invisible.
fn is_unsafe(c: char) -> bool {
    c.is_control() || is_ignorable(c) || is_format(c) || is_noncharacter(c) || is_blank_sign(c)
}

/// True for characters with Unicode's property `Default_Ignorable_Code_Point` (`DerivedCoreProperties.txt` of Unicode 14): marks of
/// direction, joiners, fillers, variation selectors and tags. It includes the unassigned characters of their blocks.
fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// True for the other characters of Unicode's categories Zl, Zp and Cf: line and paragraph separators, and marks that change how
/// other characters look.
fn is_format(c: char) -> bool {
    matches!(c,
        '\u{600}'..='\u{605}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}' | '\u{8e2}' | '\u{2028}'..='\u{2029}'
        | '\u{fff9}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}')
}

fn is_noncharacter(c: char) -> bool {
    matches!(c, '\u{fdd0}'..='\u{fdef}') || (u32::from(c) & 0xfffe) == 0xfffe
}

/// True for the Braille pattern without a dot, which is drawn empty but is no space.
fn is_blank_sign(c: char) -> bool {
    c == '\u{2800}'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_marks_and_invisible_characters_are_escaped() {
        for (text, shown) in [
            ("\u{1b}[31mred\u{1b}[0m", "\\u{1b}[31mred\\u{1b}[0m"),
            ("a\r\nb\tc\u{8}\u{7f}\0", "a\\u{d}\\u{a}b\\u{9}c\\u{8}\\u{7f}\\u{0}"),
            ("\u{9b}31m\u{9d}0;title\u{9c}", "\\u{9b}31m\\u{9d}0;title\\u{9c}"),
            ("\u{202e}txt\u{2066}\u{2069}\u{200f}\u{61c}", "\\u{202e}txt\\u{2066}\\u{2069}\\u{200f}\\u{61c}"),
            ("a\u{2028}b\u{2029}c\u{85}", "a\\u{2028}b\\u{2029}c\\u{85}"),
            (
                "\u{200b}\u{200d}\u{feff}\u{2060}\u{ad}\u{e0041}",
                "\\u{200b}\\u{200d}\\u{feff}\\u{2060}\\u{ad}\\u{e0041}",
            ),
            ("\u{fdd0}\u{ffff}\u{1fffe}", "\\u{fdd0}\\u{ffff}\\u{1fffe}"),
        ] {
            assert_eq!(escaped(text), shown);
        }
    }

    /// The first and last characters of each range of the property, as in `DerivedCoreProperties.txt`.
    #[test]
    fn every_ignorable_character_of_unicode_is_escaped() {
        let listed = "ad ad 34f 34f 61c 61c 115f 1160 17b4 17b5 180b 180f 200b 200f 202a 202e 2060 206f 3164 3164 fe00 fe0f feff \
                      feff ffa0 ffa0 fff0 fff8 1bca0 1bca3 1d173 1d17a e0000 e0fff";
        let ends: Vec<_> = listed.split(' ').map(|code| u32::from_str_radix(code, 16).unwrap()).collect();
        let count: usize = ends.chunks(2).map(|range| (range[0]..=range[1]).count()).sum();
        assert_eq!(count, 4_174, "as the file adds them up");
        for code in ends.chunks(2).flat_map(|range| range[0]..=range[1]) {
            let c = char::from_u32(code).unwrap();
            assert_eq!(escaped(&c.to_string()), format!("\\u{{{code:x}}}"));
        }
        for code in [0x2800, 0x600, 0x110cd, 0x1343f, 0x10_ffff] {
            assert!(is_unsafe(char::from_u32(code).unwrap()), "{code:x}");
        }
        for c in ['\u{2801}', '\u{fe10}', '\u{3163}', '\u{115e}', '\u{1f1e9}'] {
            assert!(!is_unsafe(c), "{c}");
        }
    }

    #[test]
    fn ordinary_text_stays_unchanged() {
        for text in ["Größe 日本語 עברית العربية 😀 \\u{1b}", "\"a\" <b> 'c' \u{a0}\u{2003}"] {
            assert_eq!(escaped(text), text);
        }
    }

    #[test]
    fn lines_keep_only_their_breaks_and_tabs() {
        assert_eq!(escaped_lines("a\n\tb\r\u{1b}[2J"), "a\n\tb\\u{d}\\u{1b}[2J");
    }

    #[test]
    fn an_escaped_document_has_equal_values() {
        let document = "{\n  \"a\": \"\u{9b}\u{202e}\u{7f}\u{e0041}é\"\n}";
        assert_eq!(escaped_json(document), "{\n  \"a\": \"\\u009b\\u202e\\u007f\\udb40\\udc41é\"\n}");
    }
}
