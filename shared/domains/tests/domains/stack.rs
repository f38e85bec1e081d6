//! A table and an SES account, as one step sees them.

use aws_sdk_sesv2::Client;
use posthorn_domains::{Domains, MailFrom, NewDomain};
use posthorn_table::{Uuid, project::Project};
use posthorn_testkit::backends::Backends;

pub(crate) struct Stack {
    pub(crate) backends: Backends,
    pub(crate) ses: Client,
}

impl Stack {
    pub(crate) async fn start() -> Self {
        let backends = Backends::start().await;
        let ses = Client::from_conf(backends.ses_config.clone().build());
        Self { backends, ses }
    }

    pub(crate) fn domains(&self) -> Domains<'_> {
        Domains { table: &self.backends.table, ses: &self.ses, now: self.backends.clock.now(), jitter: 7 }
    }

    /// A new project that has no domain yet.
    pub(crate) async fn new_project(&self) -> Project {
        let without_domains = |project: &mut Project| {
            project.facts.domains.clear();
            project.facts.default_sender = None;
        };
        self.backends.project(without_domains).await.project
    }

    pub(crate) async fn stored(&self, id: Uuid) -> Project {
        self.backends.table.project(id).await.unwrap().unwrap()
    }
}

pub(crate) fn new_domain(name: &str) -> NewDomain {
    NewDomain::new(name, &MailFrom::Default).unwrap()
}
