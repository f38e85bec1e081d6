//! Domains that projects send from.

mod add;
mod check;
pub(crate) mod identity;
mod list;
mod records;
mod remove;

use posthorn_auth::{ChangeOutcome, add_domain, change};
use posthorn_mail::address::normalise_domain;
use posthorn_table::{TableError, Uuid, domain::DomainClaimOutcome, project::Project, retry_transient};

use crate::{error::CliError, options::DomainCommand, report::Report, target::Target};

pub(crate) async fn run(target: &Target, command: DomainCommand) -> Result<Report, CliError> {
    match command {
        DomainCommand::Add { project, domain, mail_from, no_mail_from, zone } => {
            let mail_from = match mail_from {
                Some(below) => add::MailFrom::Below(below),
                None if no_mail_from => add::MailFrom::Ses,
                None => add::MailFrom::Unasked,
            };
            add::add(target, &project, &domain, &mail_from, zone).await
        }
        DomainCommand::Check { domain, wait, interval, timeout } => {
            let wait = wait.then_some(check::Wait { interval, timeout });
            check::check(target, &domain, wait).await
        }
        DomainCommand::List { project } => list::list(target, project.as_deref()).await,
        DomainCommand::Remove { domain, keep_identity, yes } => {
            remove::remove(target, &domain, keep_identity, yes).await
        }
    }
}

/// A domain as it is stored and as SES takes it: lower case, Punycode.
pub(crate) fn normalised(domain: &str) -> Result<String, CliError> {
    normalise_domain(domain.trim()).ok_or_else(|| CliError::InvalidDomain(domain.to_owned()))
}

/// Claims a domain for a project.
pub(crate) async fn claim(target: &Target, domain: &str, project: Uuid) -> Result<(), CliError> {
    let claim = || target.table.claim_domain(domain, project, target.env.now());
    match retry_transient(target.jitter(), claim).await? {
        DomainClaimOutcome::Ours => Ok(()),
        DomainClaimOutcome::Theirs(other) => Err(CliError::DomainOfAnotherProject(domain.to_owned(), other)),
        DomainClaimOutcome::NoSuchProject => Err(CliError::NoSuchProject(project.to_string())),
    }
}

/// Lets a project send from a domain that SES has verified; true if it could not before. The claim is looked at in the
/// same transaction: since the domain was claimed it may have become another project's.
pub(crate) async fn allow(target: &Target, domain: &str, project: Uuid) -> Result<bool, CliError> {
    let now = target.env.now();
    let next = |project: &Project| Ok::<_, CliError>(add_domain(project, domain, now)?.map(|next| (next, None)));
    match change(&target.table, project, target.jitter(), next).await {
        Ok(ChangeOutcome::Changed(_)) => Ok(true),
        Ok(ChangeOutcome::Already(_)) => Ok(false),
        Ok(ChangeOutcome::NoSuchProject) => Err(CliError::NoSuchProject(project.to_string())),
        Err(CliError::Table(conflict @ TableError::Conflict(_))) => match target.table.domain(domain).await? {
            None => Err(CliError::DomainNotClaimed(domain.to_owned())),
            Some(claim) if claim.project != project => {
                Err(CliError::DomainOfAnotherProject(domain.to_owned(), claim.project))
            }
            Some(_) => Err(conflict.into()),
        },
        Err(failed) => Err(failed),
    }
}
