//! The result of reading a mail's HTML once.

/// The text of a mail, and the elements for which it has to be read again.
pub(crate) struct Extraction {
    pub(crate) text: String,
    /// The numbers of the start tags that hid the rest of the mail, in ascending order.
    pub(crate) unclosed: Vec<usize>,
    pub(crate) work: usize,
}
