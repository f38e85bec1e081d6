//! Claims of different projects that overlap: a project's domain covers those below it.

use posthorn_table::{Uuid, domain::DomainClaim};

use crate::{domains::Domains, error::DomainError};

/// Another project's claim that overlaps with a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Overlap {
    /// The other project's domain is above, so that project may send from the domain too.
    Above(DomainClaim),
    /// The other project's domain is below, so whoever has the domain may send from it too.
    Below(DomainClaim),
}

impl Overlap {
    fn new(domain: &str, claim: DomainClaim) -> Option<Self> {
        if is_below(domain, &claim.domain) {
            Some(Self::Above(claim))
        } else if is_below(&claim.domain, domain) {
            Some(Self::Below(claim))
        } else {
            None
        }
    }
}

fn is_below(low: &str, high: &str) -> bool {
    low.strip_suffix(high).is_some_and(|rest| rest.ends_with('.'))
}

impl Domains<'_> {
    /// The claims of other projects that overlap with a domain of `project`, in alphabetical order.
    ///
    /// # Errors
    /// [`DomainError::Table`].
    pub async fn overlaps(&self, domain: &str, project: Uuid) -> Result<Vec<Overlap>, DomainError> {
        let others = self.table.domains().await?.into_iter().filter(|claim| claim.project != project);
        Ok(others.filter_map(|claim| Overlap::new(domain, claim)).collect())
    }
}

#[cfg(test)]
mod tests {
    use posthorn_table::Timestamp;

    use super::*;

    #[test]
    fn a_domain_overlaps_with_those_above_and_below_and_no_others() {
        let check = |other: &str, expected: fn(DomainClaim) -> Option<Overlap>| {
            let claim =
                DomainClaim { domain: other.to_owned(), project: Uuid::nil(), claimed_at: Timestamp::UNIX_EPOCH };
            assert_eq!(Overlap::new("mail.example.com", claim.clone()), expected(claim), "{other}");
        };
        check("example.com", |claim| Some(Overlap::Above(claim)));
        check("eu.mail.example.com", |claim| Some(Overlap::Below(claim)));
        check("mail.example.com", |_| None);
        check("ample.com", |_| None);
        check("shop.example.com", |_| None);
    }
}
