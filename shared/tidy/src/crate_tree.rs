//! The modules of one library or binary, and the edges between their files.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use crate::{
    circles::Edge,
    source::{Import, NamedPath, Scope, read},
};

/// The number of imports and re-exports that are followed to the definition of an item, lest two that name each other have no end.
const MAX_HOPS: usize = 16;

/// The modules of a library or binary by their names from its root on.
#[derive(Default)]
pub(crate) struct CrateTree {
    modules: BTreeMap<Vec<String>, Module>,
}

struct Module {
    file: PathBuf,
    scope: Scope,
}

/// The target of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PathTarget<'t> {
    Module(&'t [String]),
    /// An item of this module.
    Item(&'t [String]),
}

impl CrateTree {
    /// Reads the modules from the root file on. `text_of` gives the text of a file, `None` if there is none.
    ///
    /// # Panics
    /// If a module that is declared has no file.
    pub(crate) fn read(root: &Path, text_of: &impl Fn(&Path) -> Option<String>) -> CrateTree {
        let mut tree = CrateTree::default();
        let folder = root.parent().unwrap_or(root).to_owned();
        tree.add(root, &folder, &[], text_of);
        tree
    }

    /// Adds the module `name` and those that it declares, which are below `folder`.
    fn add(&mut self, file: &Path, folder: &Path, name: &[String], text_of: &impl Fn(&Path) -> Option<String>) {
        let text = text_of(file).unwrap_or_else(|| panic!("{} has no text", file.display()));
        for scope in read(&text) {
            let scope_name = [name, &scope.name].concat();
            let below = scope.name.iter().fold(folder.to_owned(), |folder, segment| folder.join(segment));
            for child in &scope.children {
                let own_folder = below.join(&child.name);
                let (file, folder) = match &child.file {
                    Some(path) => {
                        let file = file.parent().unwrap_or(file).join(path);
                        let folder = file.parent().map(Path::to_owned).unwrap_or_default();
                        (file, folder)
                    }
                    None if text_of(&own_folder.with_extension("rs")).is_some() => {
                        (own_folder.with_extension("rs"), own_folder)
                    }
                    None => (own_folder.join("mod.rs"), own_folder),
                };
                self.add(&file, &folder, &[&scope_name[..], std::slice::from_ref(&child.name)].concat(), text_of);
            }
            self.modules.insert(scope_name, Module { file: file.to_owned(), scope });
        }
    }

    /// The edges from file to file.
    pub(crate) fn edges(&self) -> BTreeSet<Edge> {
        self.modules.iter().flat_map(|(name, module)| self.edges_of(name, module)).collect()
    }

    fn edges_of<'t>(&'t self, name: &'t [String], module: &'t Module) -> impl Iterator<Item = Edge> + 't {
        let imports = module.scope.imports.iter().filter(|import| !import.is_reexport);
        let imported = imports.filter_map(move |import| match self.target_of_import(name, import, MAX_HOPS)? {
            PathTarget::Module(_) if import.name != "*" => None,
            PathTarget::Module(home) | PathTarget::Item(home) => Some((home, &import.path)),
        });
        let paths = module.scope.paths.iter().filter(move |path| !self.is_imported(name, &module.scope, path));
        let named = paths.filter_map(move |path| match self.target(name, &path.segments, MAX_HOPS)? {
            PathTarget::Module(_) => None,
            PathTarget::Item(home) => Some((home, path)),
        });
        imported.chain(named).filter_map(|(home, path)| {
            let to = &self.modules.get(home)?.file;
            let edge =
                || Edge { from: module.file.clone(), to: to.clone(), line: path.line, path: path.segments.join("::") };
            (*to != module.file).then(edge)
        })
    }

    /// The target of a path that the module `here` names, `None` if it is of another crate, or a name of `here` itself.
    fn target<'t>(&'t self, here: &'t [String], path: &[String], hops: usize) -> Option<PathTarget<'t>> {
        let (first, rest) = path.split_first()?;
        let start = match first.as_str() {
            "crate" => &[],
            "self" => here,
            "super" => here.split_last()?.1,
            _ => match self.member(here, first, hops)? {
                PathTarget::Item(home) => return Some(PathTarget::Item(home)),
                PathTarget::Module(module) => module,
            },
        };
        let mut at = self.modules.get_key_value(start)?.0.as_slice();
        for segment in rest {
            match self.member(at, segment, hops) {
                _ if segment == "super" => at = self.modules.get_key_value(at.split_last()?.1)?.0,
                Some(PathTarget::Module(module)) => at = module,
                Some(item) => return Some(item),
                None if self.is_foreign(at, segment) => return None,
                None => return Some(PathTarget::Item(at)),
            }
        }
        Some(PathTarget::Module(at))
    }

    /// The module or imported item that has this name in `module`.
    fn member<'t>(&'t self, module: &[String], name: &str, hops: usize) -> Option<PathTarget<'t>> {
        if let Some((child, _)) = self.modules.get_key_value(&[module, &[name.to_owned()]].concat()) {
            return Some(PathTarget::Module(child));
        }
        let (module, Module { scope, .. }) = self.modules.get_key_value(module)?;
        let import = scope.imports.iter().find(|import| import.name == name)?;
        self.target_of_import(module, import, hops)
    }

    fn target_of_import<'t>(&'t self, module: &'t [String], import: &Import, hops: usize) -> Option<PathTarget<'t>> {
        // `pub(crate) use a_macro;` names an item of the module itself, or another crate.
        let is_own = import.path.segments == [import.name.as_str()];
        if is_own { None } else { self.target(module, &import.path.segments, hops.checked_sub(1)?) }
    }

    /// True if the path names a local item, or one for which an import of this module has an edge already.
    fn is_imported(&self, module: &[String], scope: &Scope, path: &NamedPath) -> bool {
        match scope.imports.iter().find(|import| import.name == path.segments[0]) {
            None => path.segments.len() == 1,
            Some(import) if import.is_reexport => false,
            Some(import) => !matches!(self.target_of_import(module, import, MAX_HOPS), Some(PathTarget::Module(_))),
        }
    }

    /// True if `module` imports the name from another crate.
    fn is_foreign(&self, module: &[String], name: &str) -> bool {
        let imports = self.modules.get(module).map_or(&[][..], |module| &module.scope.imports);
        imports.iter().any(|import| import.name == name && import.path.segments.len() > 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The edges of a crate of these files, each as `from -> to`.
    fn check(files: &[(&str, &str)], expected: &[&str]) {
        let text_of =
            |file: &Path| files.iter().find(|(name, _)| file == Path::new(name)).map(|(_, text)| (*text).to_owned());
        let tree = CrateTree::read(Path::new("lib.rs"), &text_of);
        let edges: BTreeSet<_> =
            tree.edges().iter().map(|edge| format!("{} -> {}", edge.from.display(), edge.to.display())).collect();
        assert_eq!(edges.into_iter().collect::<Vec<_>>(), expected, "{files:?}");
    }

    #[test]
    fn an_import_or_path_is_an_edge_to_the_file_that_defines_the_item() {
        check(&[("lib.rs", "mod a; mod b;"), ("a.rs", "use crate::b::X;"), ("b.rs", "")], &["a.rs -> b.rs"]);
        check(
            &[("lib.rs", "mod a; mod b;"), ("a.rs", "fn f() { vec![super::b::x()] }"), ("b.rs", "")],
            &["a.rs -> b.rs"],
        );
        check(
            &[("lib.rs", "mod a; fn f() { a::b::g() }"), ("a.rs", "pub mod b;"), ("a/b.rs", "use super::X;")],
            &["a/b.rs -> a.rs", "lib.rs -> a/b.rs"],
        );
    }

    #[test]
    fn declarations_reexports_and_imported_modules_are_no_edges() {
        check(&[("lib.rs", "mod a; pub use a::X;"), ("a.rs", "")], &[]);
        check(&[("lib.rs", "mod a; use a as b; use std::fmt;"), ("a.rs", "")], &[]);
        check(&[("lib.rs", "mod a; pub use a::X; fn f(x: X) {}"), ("a.rs", "")], &["lib.rs -> a.rs"]);
        check(&[("lib.rs", "mod a; use a::*;"), ("a.rs", "")], &["lib.rs -> a.rs"]);
    }

    #[test]
    fn names_are_followed_to_their_definitions() {
        check(&[("lib.rs", "mod a; mod b; pub use b::X;"), ("a.rs", "use crate::X;"), ("b.rs", "")], &["a.rs -> b.rs"]);
        check(
            &[
                ("lib.rs", "mod a; use std::fmt::Debug; use a::b;"),
                ("a.rs", "pub mod b;"),
                ("a/b.rs", "use crate::Debug;"),
            ],
            &[],
        );
        check(
            &[("lib.rs", "mod a; mod b;"), ("a.rs", "use crate::b as c; fn f() { c::X }"), ("b.rs", "use crate::a;")],
            &["a.rs -> b.rs"],
        );
        check(&[("lib.rs", "mod a;"), ("a.rs", "macro_rules! m {} pub(crate) use m; use crate::a::m as n;")], &[]);
    }

    #[test]
    fn modules_inside_of_a_file_belong_to_it() {
        check(
            &[("lib.rs", "mod a; mod b { use crate::a::X; mod c; }"), ("a.rs", ""), ("b/c.rs", "use super::Y;")],
            &["b/c.rs -> lib.rs", "lib.rs -> a.rs"],
        );
        check(
            &[("lib.rs", "#[path = \"x/y.rs\"] mod a;"), ("x/y.rs", "mod z; use z::X;"), ("x/z.rs", "")],
            &["x/y.rs -> x/z.rs"],
        );
    }
}
