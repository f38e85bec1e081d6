//! Makes and changes projects, and imports keys.

use posthorn_table::Timestamp;
use posthorn_table::{
    api_key::{KeyClass, KeyScope},
    project::{Project, ProjectFacts, ProjectKey, Status},
};

use crate::{KeyDigest, PlainKey, change::next_version, key};

/// The maximum number of domains. A key's item copies them and must stay under 4 KB, one read unit.
const MAX_DOMAINS: usize = 40;
/// The maximum number of keys. Every change of a project must fit one transaction.
const MAX_KEYS: usize = 20;

/// The settings of a new project.
#[derive(Debug, Clone, Default)]
pub struct NewProject {
    /// The name, which is also the sender's where none is given; 1 to 256 characters.
    pub name: String,
    /// The domains that it may send from, in lower case and Punycode; at most 40.
    pub domains: Vec<String>,
    /// The address to send from if a request names none.
    pub default_sender: Option<String>,
    /// The number of emails a calendar month, if limited.
    pub monthly_limit: Option<u64>,
}

/// The reason for which a project cannot be made or changed so.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProjectError {
    /// The name is empty or longer than 256 characters, or has control characters.
    #[error("a project's name must have 1 to 256 characters and no control characters")]
    Name,
    /// The project would have more domains than are permitted.
    #[error("a project can have at most {MAX_DOMAINS} domains")]
    TooManyDomains,
    /// The project would have more keys than are permitted.
    #[error("a project can have at most {MAX_KEYS} keys, those in their grace period included")]
    TooManyKeys,
    /// The text is not a key of Plunk.
    #[error("not a key of Plunk: sk_ or pk_ and 48 or 64 lower-case hex digits")]
    NotPlunks,
    /// The project has this key already.
    #[error("the project has this key already")]
    KnownKey,
    /// The sender is not at one of the project's domains.
    #[error("the sender must be at one of the project's verified domains, or at a sub-domain of one")]
    SenderElsewhere,
}

/// A new project with its first pair of keys, the secret one first. Nothing is stored yet:
/// [`posthorn_table::Table::change_project`] does that.
///
/// # Errors
/// [`ProjectError::Name`] and [`ProjectError::TooManyDomains`].
pub fn new_project(
    new: NewProject,
    now: Timestamp,
    fill: &mut dyn FnMut(&mut [u8]),
) -> Result<(Project, [PlainKey; 2]), ProjectError> {
    if !(1..=256).contains(&new.name.chars().count()) || new.name.chars().any(char::is_control) {
        return Err(ProjectError::Name);
    }
    if new.domains.len() > MAX_DOMAINS {
        return Err(ProjectError::TooManyDomains);
    }
    let mut id = [0; 16];
    fill(&mut id);
    let keys = [KeyClass::Secret, KeyClass::Public].map(|class| PlainKey::mint(class, fill));
    let facts = ProjectFacts {
        id: uuid::Builder::from_random_bytes(id).into_uuid(),
        name: new.name,
        status: Status::Active,
        epoch: 0,
        domains: new.domains,
        default_sender: new.default_sender,
        monthly_limit: new.monthly_limit,
    };
    let project = Project {
        facts,
        version: 1,
        keys: keys.iter().map(|key| live(key.class(), &key.digest())).collect(),
        created_at: now,
        updated_at: now,
        disabled: None,
    };
    Ok((project, keys))
}

/// The project with a key of Plunk added, which then works unchanged until the next rotation of its class. One that was
/// replaced and is still in its grace period is live again.
///
/// # Errors
/// [`ProjectError::NotPlunks`], [`ProjectError::KnownKey`] and [`ProjectError::TooManyKeys`].
pub fn import(project: &Project, plunk_key: &str, now: Timestamp) -> Result<Project, ProjectError> {
    let class = key::class_of(plunk_key).filter(|_| key::is_plunks(plunk_key)).ok_or(ProjectError::NotPlunks)?;
    let digest = KeyDigest::of(plunk_key);
    let mut next = next_version(project, now);
    if let Some(known) = next.keys.iter_mut().find(|key| key.digest == digest.as_str()) {
        return match known.retires_at.take() {
            None => Err(ProjectError::KnownKey),
            Some(_) => Ok(next),
        };
    }
    if next.keys.len() >= MAX_KEYS {
        return Err(ProjectError::TooManyKeys);
    }
    next.keys.push(live(class, &digest));
    Ok(next)
}

/// Several keys imported in one change.
#[derive(Debug)]
pub struct ImportSummary {
    /// The project after the import.
    pub next: Project,
    /// The number of secret keys that it gets.
    pub secret: usize,
    /// The number of public keys that it gets.
    pub public: usize,
    /// The number of live keys that it had before, or that were given twice.
    pub known: usize,
}

/// The project with all of these keys of Plunk added, or none.
///
/// # Errors
/// The index of the first key that cannot be added, and the reason.
pub fn import_all<'a>(
    project: &Project,
    plunk_keys: impl IntoIterator<Item = &'a str>,
    now: Timestamp,
) -> Result<ImportSummary, (usize, ProjectError)> {
    let mut imported = ImportSummary { next: next_version(project, now), secret: 0, public: 0, known: 0 };
    for (place, key) in plunk_keys.into_iter().enumerate() {
        match import(&imported.next, key, now) {
            Ok(next) => {
                match key::class_of(key) {
                    Some(KeyClass::Public) => imported.public += 1,
                    _ => imported.secret += 1,
                }
                imported.next = Project { version: imported.next.version, ..next };
            }
            Err(ProjectError::KnownKey) => imported.known += 1,
            Err(error) => return Err((place, error)),
        }
    }
    Ok(imported)
}

/// The project with another monthly limit, or none; `None` if it has that already.
#[must_use]
pub fn set_monthly_limit(project: &Project, limit: Option<u64>, now: Timestamp) -> Option<Project> {
    (project.facts.monthly_limit != limit).then(|| {
        let mut next = next_version(project, now);
        next.facts.monthly_limit = limit;
        next
    })
}

/// The project with another default sender, a normalised address, or none; `None` if it has that already.
///
/// # Errors
/// [`ProjectError::SenderElsewhere`].
pub fn set_default_sender(
    project: &Project,
    sender: Option<&str>,
    now: Timestamp,
) -> Result<Option<Project>, ProjectError> {
    if sender.is_some_and(|sender| !is_at(sender, &project.facts.domains)) {
        return Err(ProjectError::SenderElsewhere);
    }
    if project.facts.default_sender.as_deref() == sender {
        return Ok(None);
    }
    let mut next = next_version(project, now);
    next.facts.default_sender = sender.map(str::to_owned);
    Ok(Some(next))
}

/// The project with one domain more that it may send from; `None` if it may already.
///
/// # Errors
/// [`ProjectError::TooManyDomains`].
pub fn add_domain(project: &Project, domain: &str, now: Timestamp) -> Result<Option<Project>, ProjectError> {
    if project.facts.domains.iter().any(|known| known == domain) {
        return Ok(None);
    }
    if project.facts.domains.len() >= MAX_DOMAINS {
        return Err(ProjectError::TooManyDomains);
    }
    let mut next = next_version(project, now);
    next.facts.domains.push(domain.to_owned());
    Ok(Some(next))
}

/// The project without a domain, and without a default sender that is at none of its domains any more; `None` if it may
/// not send from the domain anyway.
#[must_use]
pub fn remove_domain(project: &Project, domain: &str, now: Timestamp) -> Option<Project> {
    project.facts.domains.iter().any(|known| known == domain).then(|| {
        let mut next = next_version(project, now);
        next.facts.domains.retain(|known| known != domain);
        let domains = &next.facts.domains;
        next.facts.default_sender = next.facts.default_sender.take().filter(|sender| is_at(sender, domains));
        next
    })
}

/// True if a normalised address is at one of the domains or at a sub-domain of one.
fn is_at(address: &str, domains: &[String]) -> bool {
    let Some((_, at)) = address.rsplit_once('@') else { return false };
    let covers = |rest: &str| rest.is_empty() || rest.ends_with('.');
    domains.iter().any(|domain| at.strip_suffix(domain.as_str()).is_some_and(covers))
}

fn live(class: KeyClass, digest: &KeyDigest) -> ProjectKey {
    ProjectKey { digest: digest.as_str().to_owned(), class, scope: KeyScope::Full, retires_at: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{KeySelection, replace_keys};

    fn project() -> Project {
        let new = NewProject { name: "demo".into(), domains: vec!["example.com".into()], ..NewProject::default() };
        new_project(new, at(0), &mut |buffer| buffer.fill(7)).unwrap().0
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    fn plunk(class: &str, number: usize) -> String {
        format!("{class}_{number:048x}")
    }

    #[test]
    fn keys_are_imported_together_as_one_change() {
        let keys = [plunk("sk", 1), plunk("pk", 2), plunk("sk", 1), plunk("sk", 3)];
        let imported = import_all(&project(), keys.iter().map(String::as_str), at(1)).unwrap();
        assert_eq!((imported.secret, imported.public, imported.known), (2, 1, 1));
        assert_eq!((imported.next.keys.len(), imported.next.version), (5, 2));
    }

    #[test]
    fn an_imported_key_is_live_whether_it_was_retiring_or_its_time_was_over() {
        let key = plunk("sk", 1);
        let imported = import(&project(), &key, at(1)).unwrap();
        let fill = &mut |buffer: &mut [u8]| buffer.fill(8);
        let rotated = replace_keys(&imported, KeySelection::Secret, 60, at(10), fill).next;
        let digest = KeyDigest::of(&key);
        for now in [69, 70] {
            let again = import_all(&rotated, [key.as_str()], at(now)).unwrap();
            assert_eq!((again.secret, again.known), (1, 0), "{now}");
            let found: Vec<_> = again.next.keys.iter().filter(|key| key.digest == digest.as_str()).collect();
            assert!(found.len() == 1 && found[0].is_live(), "{now}: {found:?}");
        }
    }

    #[test]
    fn one_bad_key_or_one_too_many_imports_none() {
        let bad = [plunk("sk", 1), "sk_short".to_owned()];
        let refused = import_all(&project(), bad.iter().map(String::as_str), at(1)).unwrap_err();
        assert_eq!(refused, (1, ProjectError::NotPlunks));
        let many: Vec<_> = (0..19).map(|number| plunk("sk", number)).collect();
        let refused = import_all(&project(), many.iter().map(String::as_str), at(1)).unwrap_err();
        assert_eq!(refused, (18, ProjectError::TooManyKeys));
    }

    #[test]
    fn a_sender_is_at_a_domain_of_the_project_and_goes_with_it() {
        let project = project();
        for elsewhere in ["a@example.org", "a@badexample.com", "a"] {
            assert_eq!(set_default_sender(&project, Some(elsewhere), at(1)), Err(ProjectError::SenderElsewhere));
        }
        let with = set_default_sender(&project, Some("a@mail.example.com"), at(1)).unwrap().unwrap();
        assert_eq!(set_default_sender(&with, Some("a@mail.example.com"), at(2)), Ok(None));
        let both = add_domain(&with, "mail.example.com", at(2)).unwrap().unwrap();
        let kept = remove_domain(&both, "example.com", at(3)).unwrap();
        assert_eq!(kept.facts.default_sender.as_deref(), Some("a@mail.example.com"));
        let cleared = remove_domain(&kept, "mail.example.com", at(4)).unwrap();
        assert_eq!((cleared.facts.default_sender.as_deref(), cleared.version), (None, 5));
        assert_eq!(remove_domain(&cleared, "mail.example.com", at(5)), None);
    }

    #[test]
    fn a_project_has_at_most_forty_domains() {
        let mut project = project();
        for number in 1..40 {
            project = add_domain(&project, &format!("d{number}.example"), at(1)).unwrap().unwrap();
        }
        assert_eq!(add_domain(&project, "example.com", at(1)), Ok(None));
        assert_eq!(add_domain(&project, "one-more.example", at(1)), Err(ProjectError::TooManyDomains));
    }
}
