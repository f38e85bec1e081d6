//! A place in the description, in the order in which it is written.

use saphyr::Yaml;

/// A value of the description, and the whole that its references lead into.
#[derive(Clone, Copy)]
pub(super) struct Node<'a> {
    root: &'a Yaml<'a>,
    pub(super) at: &'a Yaml<'a>,
}

impl<'a> Node<'a> {
    /// The whole description.
    pub(super) fn root(root: &'a Yaml<'a>) -> Self {
        Self { root, at: root }
    }

    /// A field, as it is written.
    pub(super) fn get(self, name: &str) -> Option<Self> {
        self.at.as_mapping_get(name).map(|at| Self { at, ..self })
    }

    /// What a path of fields from the whole description leads to.
    pub(super) fn whole(self, path: &[&str]) -> Option<Self> {
        path.iter().try_fold(Self::root(self.root), |node, name| node.get(name))
    }

    /// The last name of its `$ref`, such as `Address`, if it is nothing but a reference.
    pub(super) fn reference(self) -> Option<&'a str> {
        self.text("$ref").and_then(|reference| reference.rsplit('/').next())
    }

    /// What its `$ref` names; itself if it has none. A name in a `$ref` of ours has no escapes.
    pub(super) fn resolved(self) -> Self {
        let path = self.text("$ref").map(|reference| reference.split('/').skip(1).collect::<Vec<_>>());
        path.and_then(|path| self.whole(&path)).map_or(self, Self::resolved)
    }

    /// A text field.
    pub(super) fn text(self, name: &str) -> Option<&'a str> {
        self.at.as_mapping_get(name).and_then(Yaml::as_str)
    }

    /// A number field.
    pub(super) fn number(self, name: &str) -> Option<i64> {
        self.at.as_mapping_get(name).and_then(Yaml::as_integer)
    }

    /// The fields.
    pub(super) fn entries(self) -> impl Iterator<Item = (&'a str, Self)> {
        let entries = self.at.as_mapping().into_iter().flatten();
        entries.filter_map(move |(name, at)| Some((name.as_str()?, Self { at, ..self })))
    }

    /// The fields of a field; none if it is not there.
    pub(super) fn entries_of(self, name: &str) -> impl Iterator<Item = (&'a str, Self)> {
        self.get(name).into_iter().flat_map(Self::entries)
    }

    /// The items of a field that is a list; none if it is not there.
    pub(super) fn items_of(self, name: &str) -> impl Iterator<Item = Self> {
        let items = self.at.as_mapping_get(name).and_then(Yaml::as_vec).into_iter().flatten();
        items.map(move |at| Self { at, ..self })
    }

    /// Whether a list of names has this one.
    pub(super) fn lists(self, name: &str, one: &str) -> bool {
        self.items_of(name).any(|item| item.at.as_str() == Some(one))
    }
}
