//! Finds the modules of the workspace that import each other in a circle, so that a reader can read every crate in some order.
//!
//! A module is a file. Modules that are written out inside a file belong to it, and whatever stands under `#[cfg(test)]` is left out.
//! Each library, binary and integration test is a tree of its own, for Cargo keeps those from importing each other in a circle.
//!
//! An edge leads from one file to another if the first names an item that the second defines: in `use`, in a path such as
//! `crate::a::b` or `super::b`, in a macro's arguments too. Parents and children are like any others:
//!
//! * `mod child;` is no edge.
//! * A name that a module imports or re-exports counts for the module that defines the item. If `a` has `pub use b::Item`, whoever
//!   names `a::Item` has an edge to `b`, and none to `a`.
//! * A re-export is no edge, unless the module that has it also names the item elsewhere.
//! * An import of a whole module is no edge: the paths behind it are.
//! * A glob import is an edge to the module that it names.
//!
//! Items are found by their names alone. A method that is called, a type that is inferred, and a path in an attribute make no edge.

mod circles;
mod crate_tree;
mod source;
mod tokens;
mod workspace;

pub use circles::{Circle, Edge};
pub use workspace::circles;
