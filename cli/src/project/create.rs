//! Creates a project. Its keys exist in the answer alone, so problems that come up after it is stored are reported beside them.

use posthorn_auth::{KeyClass, NewProject, PlainKey, change, new_project, set_default_sender};
use posthorn_domains::{identity, normalise};
use posthorn_mail::{address::Address, mailbox::Mailbox};
use posthorn_table::{Uuid, project::Project, retry_transient};
use serde_json::json;

use crate::{
    error::CliError,
    report::{Outcome, Report},
    target::Target,
    terminal::escaped,
};

const SHORT_ADDRESS: &str = "a@example.com";

pub(super) async fn create(
    target: &Target,
    name: String,
    domains: &[String],
    sender: Option<&str>,
    limit: Option<u64>,
) -> Result<Report, CliError> {
    let mut domains = domains.iter().map(|domain| normalise(domain)).collect::<Result<Vec<_>, _>>()?;
    domains.sort();
    domains.dedup();
    let address = |text: &str| Address::parse(text).map_err(|_| CliError::InvalidAddress(text.to_owned()));
    let sender = sender.map(address).transpose()?;
    refuse_long_name(&name, sender.as_ref())?;
    if sender.as_ref().is_some_and(|sender| !sender.is_at(&domains)) {
        return Err(CliError::SenderWithoutDomain);
    }
    for domain in &domains {
        refuse_if_taken(target, domain).await?;
    }
    let projects = target.table.directory().await?;
    if let Some(namesake) = projects.iter().find(|entry| entry.name == name) {
        return Err(CliError::NameTaken(name, namesake.id));
    }
    let new = NewProject { name, monthly_limit: limit, domains: Vec::new(), default_sender: None };
    let fill = &mut |buffer: &mut [u8]| target.env.fill(buffer);
    let (project, keys) = new_project(new, target.env.now(), fill)?;
    retry_transient(target.jitter(), || target.table.change_project(None, &project, None)).await?;
    let setup = add_domains(target, &project, &domains, sender.as_ref()).await;
    Ok(report(target, &project, &keys, &setup, sender.as_ref().map(Address::as_str)))
}

/// The project's name is its sender's, unless a request names another: it must be one that the mail service takes, with
/// the sender's address where it is known, and with a short one at least.
fn refuse_long_name(name: &str, sender: Option<&Address>) -> Result<(), CliError> {
    let Some(address) = sender.cloned().or_else(|| Address::parse(SHORT_ADDRESS).ok()) else { return Ok(()) };
    let mailbox = Mailbox { address, name: Some(name.to_owned()) };
    if mailbox.fits() { Ok(()) } else { Err(CliError::NameTooLong) }
}

/// Refuses a domain of another project before anything is stored.
async fn refuse_if_taken(target: &Target, domain: &str) -> Result<(), CliError> {
    match target.table.domain(domain).await? {
        Some(claim) if target.table.project(claim.project).await?.is_some() => {
            Err(CliError::DomainOfAnotherProject(domain.to_owned(), claim.project))
        }
        _ => Ok(()),
    }
}

/// The domains and the sender of a project that is stored, as far as they could be set.
#[derive(Default)]
struct ProjectSetup {
    verified: Vec<String>,
    pending: Vec<String>,
    sender: Option<String>,
    problems: Vec<String>,
}

async fn add_domains(target: &Target, project: &Project, domains: &[String], sender: Option<&Address>) -> ProjectSetup {
    let mut setup = ProjectSetup::default();
    for domain in domains {
        match add(target, project.facts.id, domain).await {
            Ok(true) => setup.verified.push(domain.clone()),
            Ok(false) => setup.pending.push(domain.clone()),
            Err(error) => setup.problems.push(target.explain(error).to_string()),
        }
    }
    if let Some(sender) = sender {
        match set_sender(target, project.facts.id, sender).await {
            Ok(true) => setup.sender = Some(sender.as_str().to_owned()),
            Ok(false) => {}
            Err(error) => setup.problems.push(target.explain(error).to_string()),
        }
    }
    setup
}

/// Claims a domain, and adds it if SES has verified it before; true if it was added.
async fn add(target: &Target, id: Uuid, domain: &str) -> Result<bool, CliError> {
    target.domains().claim(domain, id).await?;
    if !identity::find(&target.ses, domain).await?.is_some_and(|identity| identity.is_verified) {
        return Ok(false);
    }
    target.domains().allow(domain, id).await?;
    Ok(true)
}

/// Sets the default sender if its domain is verified; true if it was set.
async fn set_sender(target: &Target, id: Uuid, sender: &Address) -> Result<bool, CliError> {
    let mut is_set = false;
    let now = target.env.now();
    let next = |project: &Project| {
        is_set = sender.is_at(&project.facts.domains);
        let next = if is_set { set_default_sender(project, Some(sender.as_str()), now)? } else { None };
        Ok::<_, CliError>(next.map(|next| (next, None)))
    };
    change(&target.table, id, target.jitter(), next).await?;
    Ok(is_set)
}

fn report(
    target: &Target,
    project: &Project,
    keys: &[PlainKey; 2],
    setup: &ProjectSetup,
    sender: Option<&str>,
) -> Report {
    let id = project.facts.id;
    let key = |class: KeyClass| keys.iter().find(|key| key.class() == class).map_or("", PlainKey::expose);
    let (secret, public) = (key(KeyClass::Secret), key(KeyClass::Public));
    let mut lines = vec![
        format!("Made the project {}, {id}", escaped(&project.facts.name)),
        String::new(),
        format!("  Secret key  {secret}"),
        format!("  Public key  {public}"),
        String::new(),
        "The keys are shown this once: keep them now.".to_owned(),
    ];
    if !setup.verified.is_empty() {
        lines.push(format!("It may send from {}.", setup.verified.join(", ")));
    }
    lines.extend(setup.problems.iter().map(|problem| format!("But: {}", escaped(problem))));
    lines.push(String::new());
    lines.extend(next_steps(target, id, setup, sender));
    let json = json!({
        "id": id,
        "name": project.facts.name,
        "secret": secret,
        "public": public,
        "domains": {"verified": setup.verified, "pending": setup.pending},
        "sender": setup.sender,
        "monthlyLimit": project.facts.monthly_limit,
        "problems": setup.problems,
    });
    let outcome = if setup.problems.is_empty() { Outcome::Done } else { Outcome::Incomplete };
    Report { outcome, keys_of: Some(id), ..Report::done(lines.join("\n"), json) }
}

fn next_steps(target: &Target, id: Uuid, setup: &ProjectSetup, sender: Option<&str>) -> Vec<String> {
    let mut steps = vec!["Next:".to_owned()];
    for domain in &setup.pending {
        steps.push(format!("  posthorn domain add {id} {domain}"));
    }
    if setup.verified.is_empty() && setup.pending.is_empty() {
        steps.push(format!("  posthorn domain add {id} <domain>"));
    }
    if setup.sender.is_none() {
        let sender = sender.unwrap_or("<address on a verified domain>");
        steps.push(format!("  posthorn project sender {id} {sender}"));
    }
    steps.push("  read -rs POSTHORN_SECRET_KEY; export POSTHORN_SECRET_KEY".to_owned());
    // The address of a local stack is found, not given: the key of a variable goes there only where it is given.
    let url = target.local_state().and(target.resources.api_url.as_ref()).map(|url| format!(" --url {url}"));
    steps.push(format!("  posthorn send{} --to <your address>", url.unwrap_or_default()));
    steps
}
