//! Schemas, as tables of fields.

use super::{
    json,
    node::Node,
    prose::{inline, paragraph},
};
use crate::html::Text;

/// A schema of its own: what it is, and its fields.
pub(super) fn schema(name: &str, node: Node<'_>) -> String {
    let description = node.text("description").map(paragraph).unwrap_or_default();
    let fields = fields(node);
    let is_object = node.text("type") == Some("object");
    let kind = if is_object { String::new() } else { format!(r#"<p class="kind">{}</p>"#, kind(node)) };
    format!(r#"<section id="{name}" class="part"><h3>{name}</h3>{kind}{description}{fields}</section>"#)
}

/// The table of an object's fields; empty if it has none.
pub(super) fn fields(node: Node<'_>) -> String {
    let rows = rows(node, "");
    if rows.is_empty() { rows } else { format!(r#"<div class="table"><table>{rows}</table></div>"#) }
}

/// A row for each field, those of objects within it below it. Of several choices one is an object, if any is.
fn rows(node: Node<'_>, prefix: &str) -> String {
    let choices = std::iter::once(node).chain(node.items_of("anyOf"));
    let Some(node) = choices.into_iter().find(|choice| choice.get("properties").is_some()) else {
        return String::new();
    };
    let row = |(name, field): (&str, Node<'_>)| {
        let required = if node.lists("required", name) { r#" <b class="required">required</b>"# } else { "" };
        let description = field.text("description").map(inline).unwrap_or_default();
        let row = format!(
            r#"<tr><th scope="row"><code>{prefix}{}</code>{required}</th><td><span class="kind">{}</span>{description}</td></tr>"#,
            Text(name),
            kind(field)
        );
        let (inside, path) = match field.get("items") {
            Some(items) => (items, format!("{prefix}{name}[].")),
            None => (field, format!("{prefix}{name}.")),
        };
        row + &rows(inside, &path)
    };
    node.entries_of("properties").map(row).collect()
}

/// What a value is, in a few words.
pub(super) fn kind(node: Node<'_>) -> String {
    if let Some(name) = node.reference() {
        return format!(r##"<a href="#{name}">{name}</a>"##);
    }
    if node.get("anyOf").is_some() && node.get("properties").is_none() {
        return node.items_of("anyOf").map(kind).collect::<Vec<_>>().join(" or ");
    }
    let value = |value: Node<'_>| format!("<code>{}</code>", Text(json::line(value.at)));
    if let Some(only) = node.get("const") {
        return value(only);
    }
    let values: Vec<_> = node.items_of("enum").map(value).collect();
    if !values.is_empty() {
        return values.join(", ");
    }
    format!("{}{}", types(node), limits(node))
}

fn types(node: Node<'_>) -> String {
    let one = |name: &str| match (name, node.get("items")) {
        ("array", Some(items)) => format!("array of {}", kind(items)),
        _ => Text(name).to_string(),
    };
    let several = node.items_of("type").filter_map(|it| it.at.as_str()).map(one).collect::<Vec<_>>();
    if several.is_empty() { node.text("type").map(one).unwrap_or_default() } else { several.join(" or ") }
}

fn limits(node: Node<'_>) -> String {
    let between = |least: &str, most: &str, of: &str| match (node.number(least), node.number(most)) {
        (None, None) => None,
        (Some(1), None) => Some(", not empty".to_owned()),
        (Some(least), None) => Some(format!(", at least {least}{of}")),
        (None, Some(most)) => Some(format!(", at most {most}{of}")),
        (Some(least), Some(most)) => Some(format!(", {least} to {most}{of}")),
    };
    let format = node.text("format").map(|format| format!(", {}", Text(format)));
    let default = node.get("default").map(|it| format!(", <code>{}</code> by default", Text(json::line(it.at))));
    let limits = [
        format,
        between("minLength", "maxLength", " characters"),
        between("minItems", "maxItems", " items"),
        between("minProperties", "maxProperties", " keys"),
        between("minimum", "maximum", ""),
        default,
    ];
    limits.into_iter().flatten().collect()
}
