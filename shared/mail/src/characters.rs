//! Invisible characters that change how the text around them is shown.

/// True for Unicode's line and paragraph separators: some programs break a line there.
#[must_use]
pub fn is_line_separator(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

/// True for characters with Unicode's property `Bidi_Control`: with them `invoice<RLO>fdp.exe` is shown as `invoiceexe.pdf`.
#[must_use]
pub fn is_direction_control(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
