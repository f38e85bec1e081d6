//! Domains that projects send from.

mod add;
mod check;
mod list;
mod records;
mod remove;

use posthorn_domains::MailFrom;

use crate::{error::CliError, options::DomainCommand, report::Report, target::Target};

pub(crate) async fn run(target: &Target, command: DomainCommand) -> Result<Report, CliError> {
    match command {
        DomainCommand::Add { project, domain, mail_from, no_mail_from, zone } => {
            let mail_from = match mail_from {
                Some(name) => MailFrom::Subdomain(name),
                None if no_mail_from => MailFrom::Ses,
                None => MailFrom::Default,
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
