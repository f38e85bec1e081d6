//! Whether everything that callers were told is so.

use std::{
    collections::{HashMap, HashSet},
    fs,
    io::{self, BufRead, BufReader},
};

use aws_sdk_dynamodb::Client;
use posthorn_testkit::{backends::local_config, ses::Mail};
use serde_json::Value;

use crate::{Faults, say, stack::Stack, traffic};

/// What was told, stored and handed over.
#[derive(Debug, Default)]
pub(crate) struct Audit {
    /// Emails that a caller was told of: id and recipient.
    emails: HashMap<String, String>,
    /// Events that a caller was told of: contact and id.
    events: HashSet<(String, String)>,
    /// Stored emails, by id: their status.
    statuses: HashMap<String, String>,
    /// Stored events: contact and id.
    stored: HashSet<(String, String)>,
    /// Mails, by email id.
    mails: HashMap<String, usize>,
    /// Mails, by recipient.
    received: HashMap<String, usize>,
}

/// Looks at everything.
pub(crate) async fn of(stack: &Stack) -> io::Result<Audit> {
    let mut audit = Audit::default();
    traffic::for_each(&stack.folder, |status, body| {
        if status == 200 {
            audit.told(&body);
        }
    })?;
    audit.read_mails(stack)?;
    audit.read_table(stack).await?;
    Ok(audit)
}

impl Audit {
    fn told(&mut self, answer: &Value) {
        let data = &answer["data"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        for email in data["emails"].as_array().into_iter().flatten() {
            self.emails.insert(text(&email["email"]), text(&email["contact"]["email"]));
        }
        if data["event"].is_string() {
            self.events.insert((text(&data["contact"]), text(&data["event"])));
        }
    }

    /// The mailbox's records: a summary on the first line, the mail on the second.
    fn read_mails(&mut self, stack: &Stack) -> io::Result<()> {
        for entry in fs::read_dir(stack.folder.join(".posthorn/mail/.inbox"))? {
            let path = entry?.path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let line = BufReader::new(fs::File::open(path)?).lines().nth(1).ok_or(io::ErrorKind::InvalidData)??;
            let mail: Mail = serde_json::from_str(&line)?;
            let id = mail.tags.iter().find(|(name, _)| name == "posthorn-email").map(|(_, id)| id.clone());
            *self.mails.entry(id.unwrap_or_default()).or_default() += 1;
            for recipient in mail.recipients().filter(|recipient| !recipient.starts_with("probe@")) {
                *self.received.entry(recipient.to_owned()).or_default() += 1;
            }
        }
        Ok(())
    }

    async fn read_table(&mut self, stack: &Stack) -> io::Result<()> {
        let client = Client::new(&local_config(&stack.dynamodb));
        let scan = client.scan().table_name(&stack.table).projection_expression("pk, sk, #status");
        let mut pages = scan.expression_attribute_names("#status", "status").into_paginator().items().send();
        while let Some(item) = pages.next().await {
            let item = item.map_err(io::Error::other)?;
            let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).map_or("", String::as_str);
            if let Some(id) = text("pk").strip_prefix("EMAIL#") {
                self.statuses.insert(id.to_owned(), text("status").to_owned());
            } else if let (Some(contact), Some(id)) =
                (text("pk").strip_prefix("CONTACT#"), text("sk").strip_prefix("EVENT#"))
            {
                self.stored.insert((contact.to_owned(), id.to_owned()));
            }
        }
        Ok(())
    }

    /// True if every email that went out is known to have arrived: nothing is on its way any more.
    pub(crate) fn is_at_rest(&self) -> bool {
        self.mails.keys().all(|id| self.statuses.get(id).is_some_and(|status| status == "DELIVERED"))
    }

    /// Tells, and answers what is not as it must be.
    pub(crate) fn tell(&self) -> Faults {
        let mails: usize = self.mails.values().sum();
        let twice = self.mails.values().chain(self.received.values()).filter(|count| **count > 1).count();
        let untold = self.mails.keys().filter(|id| !self.emails.contains_key(*id)).count();
        say(&format!("mails: {mails}, of which the load's callers were told {}, others {untold}", mails - untold));
        say(&format!("events: {}, of which callers were told {}", self.stored.len(), self.events.len()));
        let undelivered =
            self.mails.keys().filter(|id| self.statuses.get(*id).is_none_or(|status| status != "DELIVERED"));
        let checks = [
            (
                "emails that a caller was told of went to nobody",
                self.emails.keys().filter(|id| !self.mails.contains_key(*id)).count(),
            ),
            (
                "emails that a caller was told of are not stored",
                self.emails.keys().filter(|id| !self.statuses.contains_key(*id)).count(),
            ),
            ("mails went out twice", twice),
            ("mails are not stored as delivered", undelivered.count()),
            ("events that a caller was told of are not stored", self.events.difference(&self.stored).count()),
        ];
        for (what, count) in checks {
            say(&format!("{what}: {count}"));
        }
        let mut faults: Faults =
            checks.iter().filter(|(_, count)| *count > 0).map(|(what, count)| format!("{count} {what}")).collect();
        if self.emails.is_empty() || self.events.is_empty() {
            faults.push("nobody was told of anything".to_owned());
        }
        faults
    }
}
