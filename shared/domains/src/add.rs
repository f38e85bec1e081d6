//! Adding a domain to a project. Every step may be done again.

use posthorn_auth::add_domain;
use posthorn_table::project::Project;

use crate::{
    claim::normalise,
    domains::Domains,
    error::DomainError,
    identity::{self, Identity},
};

/// The sub-domain that bounces of a domain that is new to SES come back to, unless another is asked for.
const DEFAULT_MAIL_FROM: &str = "bounce";

/// The domain that bounces are to come back to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailFrom {
    /// `bounce` below a domain that is new to SES; an identity that SES knew before keeps its own.
    Default,
    /// SES's own domain.
    Ses,
    /// This sub-domain, by its label or by its whole name.
    Subdomain(String),
}

/// A domain to add, by names that are valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDomain {
    name: String,
    mail_from: Option<String>,
    /// True if the MAIL FROM domain is set for an identity that SES knew before, too.
    replaces_mail_from: bool,
}

impl NewDomain {
    /// Reads the names. Nothing is stored.
    ///
    /// # Errors
    /// [`DomainError::Invalid`], with the domain or with the sub-domain's whole name.
    pub fn new(domain: &str, mail_from: &MailFrom) -> Result<Self, DomainError> {
        let name = normalise(domain)?;
        let mail_from_name = match mail_from {
            MailFrom::Ses => None,
            MailFrom::Default => Some(subdomain(DEFAULT_MAIL_FROM, &name)?),
            MailFrom::Subdomain(given) => Some(subdomain(given, &name)?),
        };
        Ok(Self { name, mail_from: mail_from_name, replaces_mail_from: *mail_from != MailFrom::Default })
    }

    /// The domain: lower case, Punycode.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// The whole name of a sub-domain that is given by its label or by its whole name.
fn subdomain(given: &str, domain: &str) -> Result<String, DomainError> {
    let given = given.trim().trim_end_matches('.');
    let whole = if given.ends_with(&format!(".{domain}")) { given.to_owned() } else { format!("{given}.{domain}") };
    normalise(&whole).map_err(|_| DomainError::Invalid(whole))
}

impl Domains<'_> {
    /// Claims a domain for a project and has SES verify it. If SES has verified it before, the project may send from it.
    ///
    /// # Errors
    /// [`DomainError::Project`] for one domain too many, before anything is stored; any other [`DomainError`].
    pub async fn add(&self, project: &Project, new: &NewDomain) -> Result<Identity, DomainError> {
        let (domain, id) = (new.name.as_str(), project.facts.id);
        // Before the claim: one domain too many would leave it with a project that can never send from it.
        add_domain(project, domain, self.now)?;
        self.claim(domain, id).await?;
        let is_new = identity::create(self.ses, domain).await?;
        if is_new || new.replaces_mail_from {
            identity::set_mail_from(self.ses, domain, new.mail_from.as_deref()).await?;
        }
        let identity = self.identity(domain, id).await?;
        if identity.is_verified {
            self.allow(domain, id).await?;
        }
        Ok(identity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_from_domain_is_a_label_or_a_whole_name() {
        let subdomain = |given: &str| MailFrom::Subdomain(given.to_owned());
        for (mail_from, expected) in [
            (MailFrom::Default, Some("bounce.shop.example")),
            (MailFrom::Ses, None),
            (subdomain("post"), Some("post.shop.example")),
            (subdomain("a.shop.example."), Some("a.shop.example")),
        ] {
            let new = NewDomain::new("Shop.example", &mail_from).unwrap();
            assert_eq!((new.name(), new.mail_from.as_deref()), ("shop.example", expected), "{mail_from:?}");
        }
        let error = NewDomain::new("shop.example", &subdomain("a b")).unwrap_err();
        assert_eq!(error.to_string(), "a b.shop.example is no domain");
    }
}
