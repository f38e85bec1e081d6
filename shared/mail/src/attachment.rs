//! Files that are attached to a message.

use std::fmt;

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use posthorn_errors::{Enumeration, Limit};

use crate::characters::{is_direction_control, is_line_separator};

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The characters of a file's name.
pub const FILENAME: Limit = Limit::characters(1, 255);
/// The characters of a MIME type, all of them ASCII (SES API reference, `Attachment`).
pub const CONTENT_TYPE: Limit = Limit::characters(3, 78);
/// The characters of a content id (SES API reference, `Attachment`).
pub const CONTENT_ID: Limit = Limit::elements(1, 78, "printable ASCII character", "printable ASCII characters");
/// The extensions of file names that SES refuses (developer guide, "SES unsupported attachment types").
const REFUSED_EXTENSIONS: &str = "ade adp app asp bas bat cer chm cmd com cpl crt csh der exe fxp gadget hlp hta inf ins isp \
    its js jse ksh lib lnk mad maf mag mam maq mar mas mat mau mav maw mda mdb mde mdt mdw mdz msc msh msh1 msh2 mshxml \
    msh1xml msh2xml msi msp mst ops pcd pif plg prf prg reg scf scr sct shb shs sys ps1 ps1xml ps2 ps2xml psc1 psc2 tmp url \
    vb vbe vbs vps vsmacros vss vst vsw vxd ws wsc wsf wsh xnk";

/// The way in which a mail program shows an attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    /// The attachment is listed with the files of the mail.
    Attachment,
    /// The attachment is shown at the place where the HTML refers to its content id.
    Inline,
}

impl Enumeration for Disposition {
    const ALL: &'static [Self] = &[Self::Attachment, Self::Inline];

    fn name(self) -> &'static str {
        match self {
            Self::Attachment => "attachment",
            Self::Inline => "inline",
        }
    }
}

/// A file that was checked.
#[derive(Clone, PartialEq, Eq)]
pub struct Attachment {
    /// The name of the file: 1 to 255 characters, without control characters, line separators, direction marks, double quotes and
    /// path separators.
    pub filename: String,
    /// The content of the file.
    pub content: Vec<u8>,
    /// The MIME type, if the caller named one.
    pub content_type: Option<String>,
    /// The content id by which the HTML refers to the file, without angle brackets.
    pub content_id: Option<String>,
    /// The way in which a mail program shows the file.
    pub disposition: Disposition,
}

impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attachment").field("bytes", &self.content.len()).finish_non_exhaustive()
    }
}

/// Decodes standard Base64 (RFC 4648 section 4), padded or not. White space, which MIME encoders add, is ignored. `None` if the
/// text is not Base64.
#[must_use]
pub fn decode(content: &str) -> Option<Vec<u8>> {
    if content.bytes().any(|byte| byte.is_ascii_whitespace()) {
        let packed: String = content.split_ascii_whitespace().collect();
        return BASE64.decode(packed).ok();
    }
    BASE64.decode(content).ok()
}

/// True if an attachment can have this name.
#[must_use]
pub fn is_filename(name: &str) -> bool {
    let is_invisible = |c: char| c.is_control() || is_line_separator(c) || is_direction_control(c);
    let forbidden = |c: char| is_invisible(c) || matches!(c, '"' | '/' | '\\');
    FILENAME.contains(name.chars().count() as u64) && !name.contains(forbidden)
}

/// True if SES accepts files with the extension of this name, or the name has none.
#[must_use]
pub fn has_supported_extension(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    !REFUSED_EXTENSIONS.split(' ').any(|refused| refused.eq_ignore_ascii_case(extension))
}

/// True for `type/subtype`, perhaps with parameters (RFC 2045, section 5.1), in at most 78 characters of printable ASCII.
#[must_use]
pub fn is_mime_type(text: &str) -> bool {
    let is_token = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&byte))
    };
    let printable = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    let (essence, parameters) = text.split_once(';').unwrap_or((text, ""));
    CONTENT_TYPE.contains(text.len() as u64)
        && printable
        && essence.trim_end().split_once('/').is_some_and(|(a, b)| is_token(a) && is_token(b))
        && are_parameters(parameters)
}

/// True for any number of parameters `name=token` or `name="any text"` with semicolons between them. Many programs write a
/// semicolon at the end too, and some write blanks around the equals sign.
fn are_parameters(text: &str) -> bool {
    let text = text.trim_start_matches([' ', ';']);
    let Some((name, value)) = text.split_once('=') else { return text.is_empty() };
    let name = name.trim_end();
    let is_name = !name.is_empty() && name.chars().all(is_token_character);
    let rest = after_value(value.trim_start()).map(str::trim_start);
    is_name && rest.is_some_and(|rest| (rest.is_empty() || rest.starts_with(';')) && are_parameters(rest))
}

/// The text behind the token or quoted string with which `text` begins.
fn after_value(text: &str) -> Option<&str> {
    let Some(quoted) = text.strip_prefix('"') else {
        let length = text.find(|c| !is_token_character(c)).unwrap_or(text.len());
        return text.get(length..).filter(|_| length > 0);
    };
    let mut is_escaped = false;
    let end = quoted.find(|c| {
        let is_end = c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        is_end
    });
    quoted.get(end? + 1..)
}

/// True for the characters of a `token` (RFC 2045, section 5.1).
fn is_token_character(c: char) -> bool {
    c.is_ascii_graphic() && !"()<>@,;:\\\"/[]?=".contains(c)
}

/// True for a content id without angle brackets: 1 to 78 characters of printable ASCII and no blanks.
#[must_use]
pub fn is_content_id(text: &str) -> bool {
    CONTENT_ID.contains(text.len() as u64)
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_decoded_as_callers_write_it() {
        for (given, expected) in [
            ("aGk=", Some(&b"hi"[..])),
            ("aGk", Some(b"hi")),
            ("aG\r\nk=", Some(b"hi")),
            ("", Some(b"")),
            ("a", None),
            ("aGk-", None),
            ("a*==", None),
        ] {
            assert_eq!(decode(given).as_deref(), expected, "{given:?}");
        }
    }

    #[test]
    fn files_that_ses_refuses_are_recognised_by_their_extension() {
        for name in ["a.exe", "a.pdf.JS", ".bat", "a.b.vbs"] {
            assert!(!has_supported_extension(name), "{name}");
        }
        for name in ["exe", "a.", "a", "a.exe.txt", "a.jsx", "a.pdf"] {
            assert!(has_supported_extension(name), "{name}");
        }
    }

    #[test]
    fn names_and_types_are_checked() {
        assert!(is_filename("Rechnung für März.pdf") && is_filename("Ada's plan.pdf") && is_filename(&"a".repeat(255)));
        for name in ["", "a/b", "a\\b", "a\"b", "a\nb", "a\0", &"a".repeat(256)] {
            assert!(!is_filename(name), "{name:?}");
        }
        for invisible in "\u{2028}\u{2029}\u{202a}\u{202e}\u{2066}\u{2069}\u{200e}\u{200f}\u{61c}".chars() {
            assert!(!is_filename(&format!("invoice{invisible}fdp.txt")), "{invisible:?}");
        }
        assert!(is_filename("חשבונית.pdf") && is_filename("👩\u{200d}💻.png"));
        for text in [
            "image/svg+xml",
            "text/plain; charset=utf-8",
            "text/calendar; method=REQUEST; charset=\"UTF-8\"",
            "TEXT/Calendar;METHOD=request;charset=\"utf-8\"",
            "text/plain ; name=\"a; b=\\\"c\\\".txt\" ;format=flowed",
            "text/plain; name*=UTF-8''a%20b.txt; x=''",
            "text/html; charset = utf-8;",
            "text/html;",
            "text/html; x=\"\"",
        ] {
            assert!(is_mime_type(text), "{text:?}");
        }
        for text in [
            "text/plain; charset",
            "text/plain; charset=",
            "text/plain; =utf-8",
            "text/plain; charset=\"utf-8",
            "text/plain; charset=\"utf-8\\\"",
            "text/plain; charset=\"utf-8\" x",
            "text/plain; charset=utf-8 method=x",
            "text/plain; a b=c",
            "text/plain; a=b/c",
            "text/plain, text/html",
            "",
            "text",
            "text/",
            "/plain",
            "te xt/plain",
            "text/plain\r\nX: y",
            "text/plain\r\n",
            "text/plain\t;",
            "text/plain; ü",
        ] {
            assert!(!is_mime_type(text), "{text:?}");
        }
        assert!(
            is_mime_type(&format!("text/{}", "a".repeat(73))) && !is_mime_type(&format!("text/{}", "a".repeat(74)))
        );
        assert!(is_content_id("logo@example") && !is_content_id("<logo>") && !is_content_id("a b"));
    }
}
