//! One operation: what it takes, and what it answers.

use super::{
    json,
    node::Node,
    prose::{inline, paragraph, paragraphs},
    schema::{fields, kind},
};
use crate::html::Text;

/// An operation at its place, such as `post` on `/v1/send`.
pub(super) struct Operation<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) node: Node<'a>,
}

impl Operation<'_> {
    /// Its id, by which the page links to it.
    pub(super) fn id(&self) -> &str {
        self.node.text("operationId").unwrap_or_default()
    }

    /// A line of the table of contents.
    pub(super) fn entry(&self) -> String {
        let summary = self.node.text("summary").unwrap_or_default();
        let (id, heading) = (self.id(), self.heading());
        format!(r##"<li><a href="#{id}">{heading}<span class="quiet">{}</span></a></li>"##, Text(summary))
    }

    fn heading(&self) -> String {
        let (method, path) = (self.method, Text(self.path));
        format!(r#"<span class="method {method}">{}</span><code>{path}</code>"#, method.to_ascii_uppercase())
    }

    /// The whole.
    pub(super) fn card(&self, url: &str) -> String {
        let (id, heading, node) = (self.id(), self.heading(), self.node);
        let summary = Text(node.text("summary").unwrap_or_default());
        let description = paragraphs(node.text("description").unwrap_or_default());
        let (parameters, body, commands) = (self.parameters(), self.body(), self.commands(url));
        let responses: String =
            node.entries_of("responses").map(|(status, it)| response(status, it.resolved())).collect();
        format!(
            r#"<section id="{id}" class="card"><h2>{summary}</h2><p class="place">{heading}</p>
{description}{parameters}{body}{commands}<h3>Answers</h3>{responses}</section>
"#
        )
    }

    fn parameters(&self) -> String {
        let row = |parameter: Node<'_>| {
            let name = Text(parameter.text("name").unwrap_or_default());
            let place = Text(parameter.text("in").unwrap_or_default());
            let kind = parameter.get("schema").map(kind).unwrap_or_default();
            let description = inline(parameter.text("description").unwrap_or_default());
            format!(
                r#"<tr><th scope="row"><code>{name}</code> <span class="quiet">{place}</span></th><td><span class="kind">{kind}</span>{description}</td></tr>"#
            )
        };
        let rows: String = self.node.items_of("parameters").map(|it| row(it.resolved())).collect();
        if rows.is_empty() {
            rows
        } else {
            format!(r#"<h3>Parameters</h3><div class="table"><table>{rows}</table></div>"#)
        }
    }

    fn request_body(&self) -> Option<Node<'_>> {
        self.node.get("requestBody").map(Node::resolved)
    }

    fn body(&self) -> String {
        let Some(body) = self.request_body() else { return String::new() };
        let description = body.text("description").map(paragraph).unwrap_or_default();
        let fields = media(body).and_then(|media| media.get("schema")).map(|it| fields(it.resolved()));
        format!("<h3>Body</h3>{description}{}", fields.unwrap_or_default())
    }

    /// Lines to paste.
    fn commands(&self, url: &str) -> String {
        let media = self.request_body().and_then(media);
        let examples = media.into_iter().flat_map(|media| media.entries_of("examples"));
        let commands: String = examples.map(|(_, example)| self.titled(url, example)).collect();
        if commands.is_empty() { format!("<pre>{}</pre>", Text(self.command(url, None))) } else { commands }
    }

    fn titled(&self, url: &str, example: Node<'_>) -> String {
        let summary = Text(example.text("summary").unwrap_or_default());
        format!("<h4>{summary}</h4><pre>{}</pre>", Text(self.command(url, example.get("value"))))
    }

    fn command(&self, url: &str, body: Option<Node<'_>>) -> String {
        let path = self.path.replace("{id}", "$POSTHORN_PROJECT_ID");
        // With `-X HEAD` curl would wait for a body that never comes.
        let option = if self.method == "head" {
            "--head".to_owned()
        } else {
            format!("-X {}", self.method.to_ascii_uppercase())
        };
        let mut words = vec![format!("curl {option} \"{url}{path}\"")];
        if self.node.get("security").is_none() {
            let is_for_browsers = self.node.lists("tags", "Events");
            let key = if is_for_browsers { "POSTHORN_PUBLIC_KEY" } else { "POSTHORN_SECRET_KEY" };
            words.push(format!("-H \"Authorization: Bearer ${key}\""));
        }
        if let Some(body) = body {
            words.push("-H 'Content-Type: application/json'".to_owned());
            words.push(format!("-d '{}'", json::line(body.at).replace('\'', r"'\''")));
        }
        words.join(" \\\n  ")
    }
}

/// The JSON of a request's body or a response.
fn media(body: Node<'_>) -> Option<Node<'_>> {
    body.get("content")?.get("application/json")
}

/// What is answered with a status.
pub(super) fn response(status: &str, node: Node<'_>) -> String {
    let media = media(node);
    let description = inline(node.text("description").unwrap_or_default());
    let headers: Vec<_> = node.entries_of("headers").map(|(name, _)| format!("<code>{}</code>", Text(name))).collect();
    let headers = headers.join(", ");
    let headers = if headers.is_empty() { headers } else { format!(r#"<p class="headers">Headers: {headers}</p>"#) };
    let schema =
        media.and_then(|media| media.get("schema")).map(|schema| format!(r#"<p class="kind">{}</p>"#, kind(schema)));
    let examples: String = media.into_iter().flat_map(|media| media.entries_of("examples")).map(example).collect();
    let class = status.get(..1).unwrap_or_default();
    format!(
        r#"<div class="answer"><span class="status s{class}">{status}</span><div>{description}{}{headers}{examples}</div></div>"#,
        schema.unwrap_or_default()
    )
}

fn example((name, node): (&str, Node<'_>)) -> String {
    let value = node.resolved().get("value").map(|value| json::lines(value.at)).unwrap_or_default();
    format!("<details><summary><code>{}</code></summary><pre>{}</pre></details>", Text(name), Text(value))
}
