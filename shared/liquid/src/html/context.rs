//! The context of an output: the place in HTML where its value is written.

/// The least units of work for judging a value.
const MIN_JUDGING_COST: usize = 1_000;

/// A place in HTML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Text,
    /// The value of an attribute, between these quotes.
    Quoted(char),
    /// The value of an attribute without quotes.
    Unquoted,
    ElementName,
    /// The inside of a tag where attributes have their names.
    AttributeName,
    /// The value of an attribute that is a script, between quotes.
    Handler,
    /// The value of an attribute that is a script, without quotes.
    UnquotedHandler,
    Script,
    Style,
    /// Any of these places: the branches of an `if` ended in different ones.
    Unknown,
}

/// The addresses in the value of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Addresses {
    None,
    One,
    Many,
    /// One or many addresses: the attribute is not known.
    Unknown,
}

/// The context of an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Context {
    pub(super) place: Place,
    pub(super) addresses: Addresses,
    /// True in a comment. A conditional comment has a place inside of it, too.
    pub(super) in_comment: bool,
    /// True in text that has no tags, as in `<title>`.
    pub(super) is_raw_text: bool,
    /// True if the value is JSON, which keeps its quotes in a script.
    pub(super) is_json: bool,
}

impl Context {
    /// The text of a body.
    #[cfg(test)]
    pub(crate) const TEXT: Context = Context {
        place: Place::Text,
        addresses: Addresses::None,
        in_comment: false,
        is_raw_text: false,
        is_json: false,
    };

    /// Any place at all.
    pub(crate) const UNKNOWN: Context = Context {
        place: Place::Unknown,
        addresses: Addresses::Unknown,
        in_comment: true,
        is_raw_text: true,
        is_json: false,
    };

    /// True for text in which tags may stand.
    pub(crate) fn is_text(self) -> bool {
        self.place == Place::Text && !self.is_raw_text
    }

    /// This context for a value that is JSON.
    pub(crate) fn for_json(self) -> Context {
        Context { is_json: true, ..self }
    }

    /// The units of work for judging a value of this length word by word, or together with the output before it. Each takes 4
    /// instructions.
    pub(crate) fn judging_cost(self, len: usize) -> usize {
        let for_each_byte = match (self.place, self.addresses) {
            (Place::ElementName | Place::AttributeName | Place::Unknown, _)
            | (_, Addresses::Many | Addresses::Unknown) => 60,
            (Place::Unquoted | Place::Handler | Place::UnquotedHandler | Place::Script | Place::Style, _) => 20,
            (_, Addresses::One) => 1,
            _ => return 0,
        };
        len.saturating_mul(for_each_byte).saturating_add(MIN_JUDGING_COST)
    }

    /// The context of a value that may stand in either of two contexts, so that it is safe in both.
    pub(super) fn either(self, other: Context) -> Context {
        let place = match (self.place, other.place) {
            (one, two) if one == two => one,
            (Place::ElementName, Place::AttributeName) | (Place::AttributeName, Place::ElementName) => {
                Place::ElementName
            }
            _ => Place::Unknown,
        };
        let addresses = match (self.addresses, other.addresses) {
            (Addresses::None, addresses) | (addresses, Addresses::None) => addresses,
            (one, two) if one == two => one,
            _ => Addresses::Unknown,
        };
        Context {
            place,
            addresses,
            in_comment: self.in_comment || other.in_comment,
            is_raw_text: self.is_raw_text || other.is_raw_text,
            is_json: false,
        }
    }
}

/// The kind of a value's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Data, which is not trusted.
    Text,
    /// HTML, in which all data was escaped for text.
    Html,
}
