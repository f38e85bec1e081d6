//! Finds the caller of a presented key.

use posthorn_errors::{Code, Failure, Result};
use posthorn_routes::{Effect, Route};
use posthorn_table::{
    Table, Timestamp,
    api_key::{KeyClass, KeyScope},
    project::{ProjectFacts, Status},
};

use crate::{KeyDigest, PresentedKey};

/// True if a key of this scope may call the route.
#[must_use]
pub fn permits(scope: KeyScope, route: &Route) -> bool {
    match scope {
        KeyScope::Full | KeyScope::Console => true,
        KeyScope::Send => route.effect == Effect::Sends,
        KeyScope::Read => route.effect == Effect::Reads,
    }
}

/// The scope with the fewest rights that may call the route, for the caller who has another.
fn needed_scope(route: &Route) -> KeyScope {
    match route.effect {
        Effect::Reads => KeyScope::Read,
        Effect::Sends => KeyScope::Send,
        Effect::Writes => KeyScope::Full,
    }
}

fn forbidden(scope: KeyScope, route: &Route) -> Failure {
    let needed = needed_scope(route).as_str();
    Failure::new(Code::Forbidden).detail("scope", scope.as_str()).detail("needs", needed)
}

/// The caller of a request: a working key that may call the route, and its project, which may too.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The facts of the project that a request needs.
    pub project: ProjectFacts,
    /// The class of the key.
    pub class: KeyClass,
    /// The key's digest.
    pub key: KeyDigest,
}

impl PresentedKey {
    /// Finds the caller who presents the key, in one strongly consistent read, for a request to `route`. `identified` is called as
    /// soon as the key is found, before any check that may refuse the request, so that a refusal can be attributed.
    ///
    /// # Errors
    /// `INVALID_API_KEY`, the same for unknown and retired keys as for malformed ones; `FORBIDDEN` with the key's scope
    /// and the one that the route needs; `PROJECT_DISABLED`, unless the route changes nothing; or the failure of the read.
    pub async fn caller(
        self,
        table: &Table,
        route: &Route,
        now: Timestamp,
        identified: impl FnOnce(&Caller),
    ) -> Result<Caller> {
        let found = table.api_key(self.digest().as_str()).await?;
        let key = found.filter(|key| key.class == self.class() && !key.is_retired(now)).ok_or(Code::InvalidApiKey)?;
        let caller = Caller { project: key.project, class: key.class, key: self.digest().clone() };
        identified(&caller);
        if !permits(key.scope, route) {
            return Err(forbidden(key.scope, route));
        }
        if caller.project.status == Status::Disabled && route.effect != Effect::Reads {
            return Err(Code::ProjectDisabled.into());
        }
        Ok(caller)
    }
}

/// Finds the caller of a request to `route`, in at most one read. `header` is the value of `Authorization`, if there is one;
/// `identified` is as in [`PresentedKey::caller`].
///
/// # Errors
/// Those of [`PresentedKey::read`] and [`PresentedKey::caller`].
pub async fn authenticate(
    table: &Table,
    header: Option<&[u8]>,
    route: &Route,
    now: Timestamp,
    identified: impl FnOnce(&Caller),
) -> Result<Caller> {
    PresentedKey::read(header, route.key)?.caller(table, route, now, identified).await
}

impl Caller {
    /// Checks that the project named in a path is the caller's. Another project is denied alike whether it exists or not.
    ///
    /// # Errors
    /// `PROJECT_ACCESS_DENIED`.
    pub fn must_own(&self, project: &str) -> Result<()> {
        if project.parse() == Ok(self.project.id) { Ok(()) } else { Err(Code::ProjectAccessDenied.into()) }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use expect_test::expect_file;
    use posthorn_routes::{ROUTES, RequiredKey};

    use super::*;

    /// The matrix of scope by route, for review: a new route shows in it who may call it.
    #[test]
    fn every_route_names_the_scopes_that_may_call_it() {
        let mut matrix = format!("| Route | {} | public key |\n", KeyScope::ALL.map(KeyScope::as_str).join(" | "));
        matrix.push_str("| --- | --- | --- | --- | --- | --- |\n");
        for route in ROUTES.iter().filter(|route| route.key != RequiredKey::None) {
            let yes = |is: bool| if is { "yes" } else { "no" };
            let scopes = KeyScope::ALL.map(|scope| yes(permits(scope, route))).join(" | ");
            let public = yes(route.key == RequiredKey::Any);
            writeln!(matrix, "| {} | {scopes} | {public} |", route.label()).unwrap();
        }
        expect_file!["scopes.md"].assert_eq(&matrix);
    }

    #[test]
    fn the_scope_that_a_route_needs_may_call_it() {
        for route in ROUTES {
            assert!(permits(needed_scope(route), route), "{}", route.label());
        }
    }
}
