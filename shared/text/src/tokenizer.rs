//! Passes the output of the HTML tokenizer to the document.

use html5gum::{Emitter, Error, State, Tokenizer};

use crate::{
    document::Document,
    element::content_state,
    extraction::Extraction,
    style_sheet::is_for_screens,
    tag::{Attribute, Tag},
};

/// The number of bytes of text that are collected before they are passed on.
const TEXT_CHUNK: usize = 16 * 1024;

/// Reads `html`. `unclosed` has the numbers of the start tags of hidden elements that end where the next block begins.
pub(crate) fn read(html: &str, unclosed: &[usize]) -> Extraction {
    let mut document = Document::new(unclosed);
    // The only token says that the text is full, and a text has no errors.
    let _end = Tokenizer::new_with_emitter(html, DocumentEmitter::new(&mut document)).next();
    document.finish()
}

/// The state of reading: the current tag, and the text that is collected.
struct DocumentEmitter<'d, 'u> {
    document: &'d mut Document<'u>,
    tag: Tag,
    last_start: Vec<u8>,
    /// True if the text that is collected is a style sheet.
    is_sheet: bool,
    /// The text in UTF-8. The last character may be incomplete.
    text: Vec<u8>,
}

impl<'d, 'u> DocumentEmitter<'d, 'u> {
    fn new(document: &'d mut Document<'u>) -> Self {
        Self { document, tag: Tag::default(), last_start: Vec::new(), is_sheet: false, text: Vec::new() }
    }

    fn pass_on_text(&mut self) {
        if self.text.is_empty() {
            return;
        }
        let text = String::from_utf8_lossy(&self.text);
        if std::mem::take(&mut self.is_sheet) {
            self.document.sheet(&text);
        } else {
            self.document.text(&text);
        }
        self.text.clear();
    }

    /// Passes on the complete characters of the text.
    fn pass_on_characters(&mut self) {
        let whole = match std::str::from_utf8(&self.text) {
            Ok(text) => text,
            Err(error) => std::str::from_utf8(&self.text[..error.valid_up_to()]).unwrap_or_default(),
        };
        self.document.text(whole);
        let length = whole.len();
        self.text.drain(..length);
    }

    fn begin_tag(&mut self, is_end: bool) {
        self.pass_on_text();
        self.tag.begin(is_end);
    }
}

/// True if a start tag begins a style sheet for screens.
fn is_sheet(tag: &Tag) -> bool {
    tag.name() == b"style" && tag.value(Attribute::Media).is_none_or(|media| is_for_screens(&media))
}

impl Emitter for DocumentEmitter<'_, '_> {
    type Token = ();

    fn pop_token(&mut self) -> Option<()> {
        self.document.is_full().then_some(())
    }

    fn emit_string(&mut self, text: &[u8]) {
        if self.is_sheet {
            self.text.extend_from_slice(text);
        } else if self.document.shows_text() {
            self.text.extend_from_slice(text);
            if self.text.len() >= TEXT_CHUNK {
                self.pass_on_characters();
            }
        }
    }

    fn emit_eof(&mut self) {
        self.pass_on_text();
    }

    fn init_start_tag(&mut self) {
        self.begin_tag(false);
    }

    fn init_end_tag(&mut self) {
        self.begin_tag(true);
    }

    fn push_tag_name(&mut self, name: &[u8]) {
        self.tag.push_name(name);
    }

    fn init_attribute(&mut self) {
        self.tag.begin_attribute();
    }

    fn push_attribute_name(&mut self, name: &[u8]) {
        self.tag.push_attribute_name(name);
    }

    fn init_attribute_value(&mut self) {
        self.tag.begin_value();
    }

    fn push_attribute_value(&mut self, value: &[u8]) {
        self.tag.push_value(value);
    }

    fn set_self_closing(&mut self) {
        self.tag.is_self_closing = true;
    }

    fn emit_current_tag(&mut self) -> Option<State> {
        self.tag.end_attribute();
        if self.tag.is_end {
            self.document.end(self.tag.element());
            return None;
        }
        self.document.start(&self.tag);
        self.is_sheet = is_sheet(&self.tag);
        self.last_start.clear();
        self.last_start.extend_from_slice(self.tag.name());
        content_state(self.tag.name())
    }

    fn current_is_appropriate_end_tag_token(&mut self) -> bool {
        self.tag.is_end && self.tag.name() == self.last_start
    }

    fn set_last_start_tag(&mut self, name: Option<&[u8]>) {
        self.last_start = name.unwrap_or_default().to_vec();
    }

    fn should_emit_errors(&mut self) -> bool {
        false
    }

    fn emit_error(&mut self, _: Error) {}

    fn init_comment(&mut self) {}

    fn push_comment(&mut self, _: &[u8]) {}

    fn emit_current_comment(&mut self) {}

    fn init_doctype(&mut self) {}

    fn push_doctype_name(&mut self, _: &[u8]) {}

    fn set_force_quirks(&mut self) {}

    fn set_doctype_public_identifier(&mut self, _: &[u8]) {}

    fn set_doctype_system_identifier(&mut self, _: &[u8]) {}

    fn push_doctype_public_identifier(&mut self, _: &[u8]) {}

    fn push_doctype_system_identifier(&mut self, _: &[u8]) {}

    fn emit_current_doctype(&mut self) {}
}
