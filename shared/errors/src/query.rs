//! Reading the parameters of a query, noting what is wrong instead of stopping at it.

use crate::{Choice, Enumeration, FieldCode, FieldErrors, Limit, ParameterType, WholeNumber};

/// The shortest name for which a parameter that differs in one character is taken for a mistake: of shorter ones too many are words
/// of their own.
const MIN_MISSPELLED_LENGTH: usize = 4;

/// The parameters of a query, percent-decoded, in the order in which they came. An empty value counts as absent, as forms send it.
pub struct Query<'a> {
    parameters: Vec<(&'a str, &'a str)>,
    /// The names that were read.
    known: Vec<&'static str>,
}

/// The number of entries on a page of a list.
#[derive(Debug, Clone, Copy)]
pub struct PageSize {
    /// The number where the caller names none.
    pub default: u32,
    /// The number where the caller names a greater one.
    pub most: u32,
}

/// Reads a query's percent-decoded parameters by `read`, and notes every mistake: a wrong value, a parameter of ours that comes
/// twice, and a parameter that `read` did not ask for, but that looks like a mistake for one that it asked for. Other parameters
/// are ignored.
pub fn read_query<'a, S: AsRef<str>, T>(
    parameters: &'a [(S, S)],
    errors: &mut FieldErrors,
    read: impl FnOnce(&mut Query<'a>, &mut FieldErrors) -> T,
) -> T {
    let parameters = parameters.iter().map(|(name, value)| (name.as_ref(), value.as_ref())).collect();
    let mut query = Query { parameters, known: Vec::new() };
    let value = read(&mut query, errors);
    query.refuse_mistaken(errors);
    value
}

/// Reads one parameter of a path.
pub fn read_parameter<'a, K: ParameterType>(
    name: &str,
    text: &'a str,
    kind: &K,
    errors: &mut FieldErrors,
) -> Option<K::Value<'a>> {
    errors.keep(|| name.to_owned(), kind.parse_text(text))
}

impl<'a> Query<'a> {
    /// A parameter of any type, if it is there and as it must be.
    pub fn read<K: ParameterType>(
        &mut self,
        name: &'static str,
        kind: &K,
        errors: &mut FieldErrors,
    ) -> Option<K::Value<'a>> {
        let text = self.once(name, errors)?;
        errors.keep(|| name.to_owned(), kind.parse_text(text))
    }

    /// A value of an enumeration, by its name.
    pub fn choice<T: Enumeration>(&mut self, name: &'static str, errors: &mut FieldErrors) -> Option<T> {
        self.read(name, &Choice::new(), errors)
    }

    /// `limit`: the number of entries that the caller wants on a page of a list with a cursor.
    pub fn limit(&mut self, size: PageSize, errors: &mut FieldErrors) -> u32 {
        self.count("limit", size, errors)
    }

    /// `pageSize`: the number of entries that the caller wants on a page of a list with numbered pages.
    pub fn page_size(&mut self, size: PageSize, errors: &mut FieldErrors) -> u32 {
        self.count("pageSize", size, errors)
    }

    /// `page`: the number of a page, from 1, which is the default.
    pub fn page(&mut self, errors: &mut FieldErrors) -> u32 {
        self.count("page", PageSize { default: 1, most: u32::MAX }, errors)
    }

    /// `cursor`: the place where the page before ended, as `decode` reads it. `decode` gives `None` for a cursor that is not ours,
    /// or of another list or filter, and the cursor is refused then.
    pub fn cursor<T>(&mut self, decode: impl FnOnce(&'a str) -> Option<T>, errors: &mut FieldErrors) -> Option<T> {
        const MESSAGE: &str = "Must be a cursor that this list gave for the same filters.";
        let cursor = decode(self.once("cursor", errors)?);
        if cursor.is_none() {
            errors.push("cursor", FieldCode::InvalidValue, MESSAGE);
        }
        cursor
    }

    fn count(&mut self, name: &'static str, size: PageSize, errors: &mut FieldErrors) -> u32 {
        let number = WholeNumber(Limit::number(1, size.most.into()));
        let count = self.read(name, &number, errors).and_then(|count| u32::try_from(count).ok());
        count.unwrap_or(size.default)
    }

    fn once(&mut self, name: &'static str, errors: &mut FieldErrors) -> Option<&'a str> {
        self.known.push(name);
        let mut values = self.parameters.iter().filter(|(given, _)| *given == name).map(|(_, value)| *value);
        let value = values.next()?;
        if values.next().is_some() {
            errors.push(name, FieldCode::InvalidValue, "Must be given once.");
            return None;
        }
        Some(value).filter(|value| !value.is_empty())
    }

    /// Notes for each known name the first parameter that looks like a mistake for it.
    fn refuse_mistaken(&self, errors: &mut FieldErrors) {
        let names = self.parameters.iter().map(|(name, _)| *name);
        let mut unknown: Vec<_> = names.filter(|name| !self.known.contains(name)).collect();
        for known in &self.known {
            if let Some(at) = unknown.iter().position(|name| is_mistake_for(known, name)) {
                errors.push(unknown.swap_remove(at), FieldCode::UnknownField, format!("Use \"{known}\"."));
            }
        }
    }
}

/// True if a name differs from a known one in case, in characters that are neither letters nor digits (`page_size`, `types[]`),
/// or in one character.
fn is_mistake_for(known: &str, name: &str) -> bool {
    // A name may be as long as a URL, and such a name is no mistake for a short one.
    if name.len() > 2 * known.len() {
        return false;
    }
    let [known, name] = [known, name].map(|name| name.to_ascii_lowercase().replace(|c: char| !c.is_alphanumeric(), ""));
    known == name || (known.len() >= MIN_MISSPELLED_LENGTH && strsim::osa_distance(&known, &name) == 1)
}

#[cfg(test)]
mod tests;
