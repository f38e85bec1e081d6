//! Classes of characters: blank, invisible, opening and closing ones.

/// True for characters that are shown as a blank. Wide and narrow blanks fill previews, like the no-break space, the blank of
/// Braille and the fillers of Hangul.
pub(crate) fn is_blank(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t' | '\u{A0}' | '\u{2000}'
            ..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{2800}' | '\u{3000}' | '\u{3164}' | '\u{FFA0}'
    )
}

/// True for invisible characters that change the characters on both sides of them within a word: joiners, marks of direction,
/// fillers of a syllable.
pub(crate) fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}' | '\u{200E}' | '\u{200F}' | '\u{61C}' | '\u{180E}' | '\u{115F}' | '\u{1160}')
}

/// True for invisible characters that change the character before them: variation selectors, and the tags that change a flag.
pub(crate) fn is_variation(c: char) -> bool {
    is_selector(c) || is_tag(c)
}

/// True if `c`, which changes the character before it, has an effect on `before`.
pub(crate) fn has_variant(before: char, c: char) -> bool {
    const FLAG: char = '\u{1F3F4}';
    if is_tag(c) { before == FLAG || is_tag(before) } else { !before.is_ascii_alphabetic() && !is_variation(before) }
}

fn is_selector(c: char) -> bool {
    matches!(c, '\u{180B}'..='\u{180D}' | '\u{180F}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

fn is_tag(c: char) -> bool {
    matches!(c, '\u{E0020}'..='\u{E007F}')
}

/// True for invisible characters: control characters, those with Unicode's property `Default_Ignorable_Code_Point`, and marks of
/// annotations. The soft hyphen is one of them, for no line is wrapped. Marks that embed text of another direction are not.
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{AD}' | '\u{34F}' | '\u{17B4}'..='\u{17B5}' | '\u{200B}' | '\u{2060}'..='\u{2065}' | '\u{206A}'
                ..='\u{206F}' | '\u{FEFF}' | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'
                ..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}'
        )
}

/// True for characters that follow a word without a blank.
pub(crate) fn is_closing(c: char) -> bool {
    matches!(
        c,
        '.' | ',' | ';' | ':' | '!' | '?' | ')' | ']' | '}' | '>' | '"' | '\'' | '…' | '»' | '”' | '’' | '。' | '、'
    )
}

/// True for characters that precede a word without a blank.
pub(crate) fn is_opening(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | '[' | '{' | '<' | '"' | '\'' | '«' | '“' | '„' | '‘')
}
