//! Text from elsewhere on a terminal: no character of it moves the cursor, sets a colour, turns the direction of the text
//! around, begins a line or hides. Each such character shows as its code, `\u{1b}`.

use std::fmt::Write as _;

/// The text on one line.
#[must_use]
pub fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut shown, c| {
        push(&mut shown, c);
        shown
    })
}

/// The text with its line breaks and tabs.
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

/// A JSON document, in whose strings such characters become JSON's own escapes: programs read the same document. (A JSON
/// writer escapes the controls below U+0020 and no others.)
#[must_use]
pub fn escaped_json(document: &str) -> String {
    document.chars().fold(String::with_capacity(document.len()), |mut shown, c| {
        if c == '\n' || !is_hostile(c) {
            shown.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(shown, "\\u{unit:04x}");
            }
        }
        shown
    })
}

/// Adds a character, or its code.
fn push(shown: &mut String, c: char) {
    if is_hostile(c) {
        shown.extend(c.escape_unicode());
    } else {
        shown.push(c);
    }
}

/// Characters that act on the terminal or on the text around them, or are not seen.
fn is_hostile(c: char) -> bool {
    c.is_control() || is_ignorable(c) || is_format(c) || is_noncharacter(c) || is_blank_sign(c)
}

/// Unicode's property `Default_Ignorable_Code_Point` (`DerivedCoreProperties.txt` of Unicode 14): marks of direction, joiners,
/// fillers, variation selectors and tags. It has the unassigned characters of its blocks, too.
fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// The rest of Unicode's categories Zl, Zp and Cf: line and paragraph separators, and marks that change how others look.
fn is_format(c: char) -> bool {
    matches!(c,
        '\u{600}'..='\u{605}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}' | '\u{8e2}' | '\u{2028}'..='\u{2029}'
        | '\u{fff9}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}')
}

fn is_noncharacter(c: char) -> bool {
    matches!(c, '\u{fdd0}'..='\u{fdef}') || (u32::from(c) & 0xfffe) == 0xfffe
}

/// The sign of Braille without a dot is drawn as nothing, and is no space.
fn is_blank_sign(c: char) -> bool {
    c == '\u{2800}'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_control_mark_or_invisible_character_is_left() {
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

    /// One property's first and last characters, range by range, as `DerivedCoreProperties.txt` lists them.
    #[test]
    fn nothing_that_unicode_says_is_not_shown_is_left() {
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
            assert!(is_hostile(char::from_u32(code).unwrap()), "{code:x}");
        }
        for c in ['\u{2801}', '\u{fe10}', '\u{3163}', '\u{115e}', '\u{1f1e9}'] {
            assert!(!is_hostile(c), "{c}");
        }
    }

    #[test]
    fn ordinary_text_stays_as_it_is() {
        for text in ["Größe 日本語 עברית العربية 😀 \\u{1b}", "\"a\" <b> 'c' \u{a0}\u{2003}"] {
            assert_eq!(escaped(text), text);
        }
    }

    #[test]
    fn lines_keep_their_breaks_and_nothing_else() {
        assert_eq!(escaped_lines("a\n\tb\r\u{1b}[2J"), "a\n\tb\\u{d}\\u{1b}[2J");
    }

    #[test]
    fn a_document_stays_the_same_document() {
        let document = "{\n  \"a\": \"\u{9b}\u{202e}\u{7f}\u{e0041}é\"\n}";
        assert_eq!(escaped_json(document), "{\n  \"a\": \"\\u009b\\u202e\\u007f\\udb40\\udc41é\"\n}");
    }
}
