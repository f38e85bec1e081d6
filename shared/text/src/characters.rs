//! Characters that show nothing, and closing and opening ones.

/// Characters that show as a blank. The wide and the narrow ones fill previews, as the no-break space does; so do the blank
/// of Braille and the fillers of Hangul that stand alone.
pub(crate) fn is_blank(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t' | '\u{A0}' | '\u{2000}'
            ..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{2800}' | '\u{3000}' | '\u{3164}' | '\u{FFA0}'
    )
}

/// Characters that show nothing, but change what stands on both sides of them, within a word: joiners, marks of direction,
/// fillers of a syllable.
pub(crate) fn joins(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}' | '\u{200E}' | '\u{200F}' | '\u{61C}' | '\u{180E}' | '\u{115F}' | '\u{1160}')
}

/// Characters that show nothing, but change the one before: variation selectors, and the tags that make a flag another.
pub(crate) fn varies(c: char) -> bool {
    is_selector(c) || is_tag(c)
}

/// True if a character that changes the one before has that effect on this one.
pub(crate) fn has_variant(before: char, c: char) -> bool {
    const FLAG: char = '\u{1F3F4}';
    if is_tag(c) { before == FLAG || is_tag(before) } else { !before.is_ascii_alphabetic() && !varies(before) }
}

fn is_selector(c: char) -> bool {
    matches!(c, '\u{180B}'..='\u{180D}' | '\u{180F}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

fn is_tag(c: char) -> bool {
    matches!(c, '\u{E0020}'..='\u{E007F}')
}

/// Characters that show nothing: controls, and what else has Unicode's property `Default_Ignorable_Code_Point` or marks
/// annotations. Soft hyphens go with them, for no line is wrapped. The marks that embed text of another direction stay.
pub(crate) fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{AD}' | '\u{34F}' | '\u{17B4}'..='\u{17B5}' | '\u{200B}' | '\u{2060}'..='\u{2065}' | '\u{206A}'
                ..='\u{206F}' | '\u{FEFF}' | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'
                ..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}'
        )
}

/// Characters that stand right behind a word.
pub(crate) fn closes(c: char) -> bool {
    matches!(
        c,
        '.' | ',' | ';' | ':' | '!' | '?' | ')' | ']' | '}' | '>' | '"' | '\'' | '…' | '»' | '”' | '’' | '。' | '、'
    )
}

/// Characters that stand right before a word.
pub(crate) fn opens(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | '[' | '{' | '<' | '"' | '\'' | '«' | '“' | '„' | '‘')
}
