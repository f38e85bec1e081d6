//! The page.

use super::{
    node::Node,
    operation::{Operation, response},
    prose::paragraphs,
    schema::schema,
};
use crate::html::Text;

/// The whole page, for a stack at `url`.
pub(super) fn page(root: Node<'_>, url: &str) -> String {
    let operations: Vec<_> = root
        .entries_of("paths")
        .flat_map(|(path, methods)| methods.entries().map(move |(method, node)| Operation { method, path, node }))
        .collect();
    let info = |name: &str| root.whole(&["info", name]).and_then(|it| it.at.as_str()).unwrap_or_default();
    let scheme = root.whole(&["components", "securitySchemes", "key"]).and_then(|it| it.text("description"));
    let contents: String = operations.iter().map(Operation::entry).collect();
    let cards: String = operations.iter().map(|operation| operation.card(url)).collect();
    let others = [("404", "NotFound"), ("405", "MethodNotAllowed")];
    let others = others.map(|(status, name)| {
        root.whole(&["components", "responses", name]).map(|it| response(status, it)).unwrap_or_default()
    });
    let schemas = root.whole(&["components", "schemas"]).into_iter().flat_map(Node::entries);
    let schemas: String = schemas.map(|(name, node)| schema(name, node)).collect();
    format!(
        include_str!("page.html"),
        summary = Text(info("summary")),
        description = paragraphs(info("description")),
        keys = paragraphs(scheme.unwrap_or_default()),
        url = Text(url),
        contents = contents,
        cards = cards,
        others = others.concat(),
        schemas = schemas,
    )
}
