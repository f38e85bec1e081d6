//! Reads one file: the modules that it declares, its imports, and the paths that it names.

use crate::tokens::{Token, tokens};

/// A module as a file has it: the file's own, or one that is written out in it.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    /// The names of the modules of this file around it and its own, none for the file's own module.
    pub(crate) name: Vec<String>,
    pub(crate) children: Vec<Child>,
    pub(crate) imports: Vec<Import>,
    pub(crate) paths: Vec<NamedPath>,
}

/// A module that is declared by `mod name;` and is in another file.
#[derive(Debug)]
pub(crate) struct Child {
    pub(crate) name: String,
    /// The argument of `#[path = "…"]`.
    pub(crate) file: Option<String>,
}

/// A path with its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedPath {
    pub(crate) segments: Vec<String>,
    pub(crate) line: usize,
}

/// A name that a `use` brings in. A group of a `use` brings in several.
#[derive(Debug)]
pub(crate) struct Import {
    pub(crate) path: NamedPath,
    /// The name that the path has in this module, `*` for a glob import.
    pub(crate) name: String,
    /// True for `pub use`, whatever the visibility.
    pub(crate) is_reexport: bool,
}

/// Reads the modules of a file, the file's own first.
pub(crate) fn read(source: &str) -> Vec<Scope> {
    let mut reader = Reader { tokens: tokens(source), at: 0, scopes: Vec::new() };
    reader.module(&[]);
    reader.scopes
}

/// The attributes of the next item.
#[derive(Default)]
struct Attributes {
    is_test: bool,
    file: Option<String>,
}

struct Reader<'s> {
    tokens: Vec<Token<'s>>,
    at: usize,
    scopes: Vec<Scope>,
}

impl<'s> Reader<'s> {
    fn text(&self, ahead: usize) -> &'s str {
        self.tokens.get(self.at + ahead).map_or("", |token| token.text)
    }

    fn is_identifier(&self, ahead: usize) -> bool {
        self.tokens.get(self.at + ahead).is_some_and(|token| token.is_identifier)
    }

    /// Reads a module up to its closing brace or the end of the file.
    fn module(&mut self, name: &[String]) {
        let index = self.scopes.len();
        self.scopes.push(Scope { name: name.to_owned(), ..Scope::default() });
        let (mut depth, mut attributes) = (0_usize, Attributes::default());
        while let Some(token) = self.tokens.get(self.at) {
            match token.text {
                "#" if self.text(1) == "[" => {
                    self.attribute(&mut attributes);
                    continue;
                }
                _ if attributes.is_test => self.skip_item(),
                "mod" if self.is_identifier(1) => self.child(index, name, attributes.file.take()),
                "use" => self.import(index),
                _ if token.is_identifier => self.path(index),
                "{" => {
                    depth += 1;
                    self.at += 1;
                }
                "}" if depth == 0 => return,
                "}" => {
                    depth -= 1;
                    self.at += 1;
                }
                _ => self.at += 1,
            }
            attributes = Attributes::default();
        }
    }

    /// Reads `#[…]`. The paths in it are not read: derive macros and lints are not of the workspace.
    fn attribute(&mut self, attributes: &mut Attributes) {
        let start = self.at + 2;
        self.at += 1;
        self.skip_group();
        let inside: Vec<_> = self.tokens[start..self.at].iter().map(|token| token.text).collect();
        // `not(test)` and `any(test, …)` are compiled without tests too.
        let is_for_tests = inside.contains(&"test") && !inside.contains(&"not") && !inside.contains(&"any");
        attributes.is_test |= inside.first() == Some(&"cfg") && is_for_tests;
        if let ["path", "=", file, ..] = inside[..] {
            attributes.file = Some(file.trim_matches('"').to_owned());
        }
    }

    /// Skips a group in brackets, of which the first is next.
    fn skip_group(&mut self) {
        let mut depth = 0_usize;
        while self.at < self.tokens.len() {
            match self.text(0) {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }

    /// Skips an item, a field, a statement or a match arm.
    fn skip_item(&mut self) {
        loop {
            match self.text(0) {
                "" | "}" | ")" | "]" => return,
                ";" | "," => {
                    self.at += 1;
                    return;
                }
                "{" => {
                    self.skip_group();
                    return;
                }
                "(" | "[" => self.skip_group(),
                _ => self.at += 1,
            }
        }
    }

    fn child(&mut self, scope: usize, parent: &[String], file: Option<String>) {
        let name = self.text(1).to_owned();
        let is_inline = self.text(2) == "{";
        self.at += 3;
        if is_inline {
            self.module(&[parent, std::slice::from_ref(&name)].concat());
            self.at += 1;
        } else {
            self.scopes[scope].children.push(Child { name, file });
        }
    }

    fn import(&mut self, scope: usize) {
        let before = self.at.checked_sub(1).map_or("", |at| self.tokens[at].text);
        // Of all that stands before `use`, only a visibility ends so.
        let is_reexport = before == "pub" || before == ")";
        self.at += 1;
        let mut found = Vec::new();
        self.use_tree(&[], &mut found);
        let imports = found.into_iter().map(|(path, name)| Import { path, name, is_reexport });
        self.scopes[scope].imports.extend(imports);
    }

    /// Reads a path of a `use`, with the groups in it.
    fn use_tree(&mut self, prefix: &[String], found: &mut Vec<(NamedPath, String)>) {
        let mut segments = prefix.to_vec();
        loop {
            let (text, line) = (self.text(0), self.tokens.get(self.at).map_or(0, |token| token.line));
            self.at += 1;
            match text {
                "{" => {
                    while !matches!(self.text(0), "}" | "") {
                        self.use_tree(&segments, found);
                        if self.text(0) == "," {
                            self.at += 1;
                        }
                    }
                    self.at += 1;
                    return;
                }
                "*" => {
                    found.push((NamedPath { segments, line }, "*".to_owned()));
                    return;
                }
                "::" => continue,
                // `a::{self}` is `a`.
                "self" if !segments.is_empty() => {}
                segment => segments.push(segment.to_owned()),
            }
            if self.text(0) != "::" {
                let mut name = segments.last().cloned().unwrap_or_default();
                if self.text(0) == "as" {
                    self.text(1).clone_into(&mut name);
                    self.at += 2;
                }
                found.push((NamedPath { segments, line }, name));
                return;
            }
        }
    }

    /// Reads a path in code. A name behind a dot is a field or a method, and one behind `::` belongs to a type that was read before.
    fn path(&mut self, scope: usize) {
        let before = self.at.checked_sub(1).map_or("", |at| self.tokens[at].text);
        let line = self.tokens[self.at].line;
        let mut segments = vec![self.text(0).to_owned()];
        self.at += 1;
        while self.text(0) == "::" && self.is_identifier(1) {
            segments.push(self.text(1).to_owned());
            self.at += 2;
        }
        if !matches!(before, "." | "::") {
            self.scopes[scope].paths.push(NamedPath { segments, line });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(path: &NamedPath) -> String {
        format!("{}:{}", path.line, path.segments.join("::"))
    }

    #[test]
    fn every_name_of_a_group_is_an_import() {
        let scopes = read("use a::{self, b::{C, d as e}, f::*};\npub(crate) use g;\n");
        let found: Vec<_> =
            scopes[0].imports.iter().map(|import| (joined(&import.path), &*import.name, import.is_reexport)).collect();
        let expected = [
            ("1:a", "a", false),
            ("1:a::b::C", "C", false),
            ("1:a::b::d", "e", false),
            ("1:a::f", "*", false),
            ("2:g", "g", true),
        ];
        assert_eq!(found, expected.map(|(path, name, is_reexport)| (path.to_owned(), name, is_reexport)));
    }

    #[test]
    fn paths_are_found_in_code_and_in_macros_but_not_in_fields_methods_attributes_and_tests() {
        let source = "#[derive(x::Y)]\nfn f(a: b::C) { a.d(vec![e::f(), g]); <h::I as j>::k }\n\
                      #[cfg(test)]\nfn t() { l::m(); }\n#[cfg(test)]\nmod tests { n::o!() }\n#[cfg(any(test, unix))]\nconst P: q::R = 1;";
        let found: Vec<_> = read(source)[0].paths.iter().map(joined).filter(|path| path.contains("::")).collect();
        assert_eq!(found, ["2:b::C", "2:e::f", "2:h::I", "8:q::R"]);
    }

    #[test]
    fn modules_are_in_other_files_or_written_out() {
        let scopes =
            read("mod a;\n#[path = \"x/y.rs\"]\nmod b;\nmod c { mod d; fn f() { g::h() } }\nfn i() { j::k() }");
        let children = |scope: &Scope| {
            scope.children.iter().map(|child| (child.name.clone(), child.file.clone())).collect::<Vec<_>>()
        };
        assert_eq!(children(&scopes[0]), [("a".into(), None), ("b".into(), Some("x/y.rs".into()))]);
        assert_eq!((children(&scopes[1]), &scopes[1].name[..]), (vec![("d".into(), None)], &["c".to_owned()][..]));
        assert!(scopes[1].paths.iter().any(|path| joined(path) == "4:g::h"));
        assert!(scopes[0].paths.iter().any(|path| joined(path) == "5:j::k"));
    }
}
