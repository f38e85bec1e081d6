//! The tokens of a source file that matter for paths.

use ra_ap_rustc_lexer::{FrontmatterAllowed, TokenKind, tokenize};

/// A token with its line. `::` is one token, and a raw identifier is without its `r#`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token<'s> {
    pub(crate) text: &'s str,
    pub(crate) line: usize,
    pub(crate) is_identifier: bool,
}

/// The tokens of a file without white space and comments.
pub(crate) fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut tokens: Vec<Token> = Vec::new();
    let (mut offset, mut line) = (0, 1);
    let mut colon = None;
    for token in tokenize(source, FrontmatterAllowed::No) {
        let text = &source[offset..offset + token.len as usize];
        match token.kind {
            TokenKind::Whitespace | TokenKind::LineComment { .. } | TokenKind::BlockComment { .. } => {}
            TokenKind::Colon if colon == Some(offset) => {
                colon = None;
                tokens.pop();
                tokens.push(Token { text: "::", line, is_identifier: false });
            }
            kind => {
                let is_identifier = matches!(kind, TokenKind::Ident | TokenKind::RawIdent);
                colon = (kind == TokenKind::Colon).then_some(offset + 1);
                tokens.push(Token { text: text.trim_start_matches("r#"), line, is_identifier });
            }
        }
        offset += text.len();
        line += text.matches('\n').count();
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_the_insides_of_literals_are_no_identifiers() {
        let source = "// a::b\n/* c\n/* d */ */ e::r#f: \"g::h\" r#\"i\"# 'j' '\\'' &'k l : : m";
        let found = tokens(source).into_iter().map(|token| (token.text, token.line, token.is_identifier));
        let identifiers: Vec<_> = found.clone().filter(|(_, _, is)| *is).map(|(text, line, _)| (text, line)).collect();
        assert_eq!(identifiers, [("e", 3), ("f", 3), ("l", 3), ("m", 3)]);
        assert_eq!(found.filter(|(text, ..)| *text == "::").count(), 1);
    }
}
