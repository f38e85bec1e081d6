//! Every project, in a table.

use anstyle::AnsiColor;
use posthorn_table::project::{Project, Status};
use serde_json::json;

use super::view::project_json;
use crate::{
    error::CliError,
    moment::day,
    report::Report,
    target::Target,
    terminal::{Cell, escaped, table},
};

/// Longer names are cut: a line fits a terminal of 100 columns.
const MAX_NAME_LENGTH: usize = 20;

pub(super) async fn list(target: &Target) -> Result<Report, CliError> {
    let ids: Vec<_> = target.table.directory().await?.into_iter().map(|entry| entry.id).collect();
    let mut projects = target.table.projects(&ids, target.jitter()).await?;
    projects.sort_by_cached_key(|project| (project.facts.name.to_lowercase(), project.facts.id));
    let json = json!({"projects": projects.iter().map(project_json).collect::<Vec<_>>()});
    if projects.is_empty() {
        return Ok(Report::done("There is no project yet. Make one with: posthorn project create <name>", json));
    }
    let rows: Vec<_> = projects.iter().map(row).collect();
    Ok(Report::done(table(["ID", "NAME", "STATUS", "LIMIT", "CREATED", "DOMAINS"], &rows), json))
}

fn row(project: &Project) -> [Cell; 6] {
    let facts = &project.facts;
    let status = if project.facts.status == Status::Disabled {
        Cell::painted("disabled", AnsiColor::Red)
    } else {
        Cell::painted("active", AnsiColor::Green)
    };
    [
        Cell::new(&facts.id.to_string()),
        Cell::new(&cut(&escaped(&facts.name))),
        status,
        Cell::new(&facts.monthly_limit.map_or_else(|| "none".to_owned(), |limit| limit.to_string())),
        Cell::new(&day(project.created_at)),
        Cell::new(&domains(&facts.domains)),
    ]
}

fn cut(name: &str) -> String {
    if name.chars().count() <= MAX_NAME_LENGTH {
        return name.to_owned();
    }
    name.chars().take(MAX_NAME_LENGTH - 1).chain(['\u{2026}']).collect()
}

fn domains(domains: &[String]) -> String {
    match domains {
        [] => "none".to_owned(),
        [one] => one.clone(),
        [first, rest @ ..] => format!("{first} +{}", rest.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_and_many_domains_are_cut() {
        assert_eq!(cut("a name of 20 letters"), "a name of 20 letters");
        assert_eq!(cut("a name of 21 letters!"), "a name of 21 letter\u{2026}");
        assert_eq!(domains(&["a.co".to_owned(), "b.co".to_owned(), "c.co".to_owned()]), "a.co +2");
    }
}
