//! The reasons for which a mail has no text for a recipient.

use std::fmt;

use posthorn_liquid::RenderError;

/// The mistakes of a mail's templates, by the field that has no text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct RenderFailures {
    /// The subject's mistake, if it has one.
    pub subject: Option<RenderError>,
    /// The HTML's mistake, if it has one.
    pub body: Option<RenderError>,
    /// The plain text's mistake, if it has one.
    pub text: Option<RenderError>,
}

impl RenderFailures {
    /// Each field that has no text, and its mistake.
    pub fn errors(self) -> impl Iterator<Item = (&'static str, RenderError)> {
        let fields = [("subject", self.subject), ("body", self.body), ("text", self.text)];
        fields.into_iter().filter_map(|(field, error)| Some((field, error?)))
    }
}

impl fmt::Display for RenderFailures {
    /// Every field with its mistake.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let errors: Vec<_> = self.errors().map(|(field, error)| format!("{field}: {error}")).collect();
        f.write_str(&errors.join(" "))
    }
}
