//! Whether everything that callers were told is so.

use std::{
    collections::{HashMap, HashSet},
    fs,
    io::{self, BufRead, BufReader},
};

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use posthorn_testkit::{backends::local_config, ses::Mail};
use serde_json::Value;

use crate::{
    Faults,
    answers::{Answer, Whose},
    say,
    stack::Stack,
};

/// What was told, stored and handed over.
#[derive(Debug, Default)]
pub(crate) struct Audit {
    /// Emails that a caller was told of.
    emails: HashSet<String>,
    /// Events that a caller was told of: contact and id.
    events: HashSet<(String, String)>,
    /// Answers that a mail may have gone out.
    doubts: usize,
    /// 200s that tell of nothing.
    empty: usize,
    /// Stored emails, by id: their status.
    statuses: HashMap<String, String>,
    /// Stored events: contact and id.
    stored: HashSet<(String, String)>,
    /// How often each visit with an idempotency key is stored.
    visits: HashMap<u64, usize>,
    /// Mails, by email id.
    mails: HashMap<String, usize>,
    /// Mails of the load, by recipient: each request has its own.
    received: HashMap<String, usize>,
}

/// Looks at everything.
pub(crate) async fn of(stack: &Stack) -> io::Result<Audit> {
    let mut audit = Audit::default();
    for whose in [Whose::Load, Whose::Probes] {
        whose.for_each(&stack.folder, |answer| audit.told(answer))?;
    }
    audit.read_mails(stack)?;
    audit.read_table(stack).await?;
    Ok(audit)
}

impl Audit {
    fn told(&mut self, answer: &Answer) {
        if answer.status == 502 {
            self.doubts += 1;
        }
        if answer.status != 200 {
            return;
        }
        let data = &answer.body["data"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let emails: Vec<_> =
            data["emails"].as_array().into_iter().flatten().map(|email| text(&email["email"])).collect();
        if data["event"].is_string() {
            self.events.insert((text(&data["contact"]), text(&data["event"])));
        } else if emails.is_empty() {
            self.empty += 1;
        }
        self.emails.extend(emails);
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
        let scan = client.scan().table_name(&stack.table).projection_expression("pk, sk, #status, #data");
        let scan = scan.expression_attribute_names("#status", "status").expression_attribute_names("#data", "data");
        let mut pages = scan.into_paginator().items().send();
        while let Some(item) = pages.next().await {
            self.read_item(&item.map_err(io::Error::other)?);
        }
        Ok(())
    }

    fn read_item(&mut self, item: &HashMap<String, AttributeValue>) {
        let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).map_or("", String::as_str);
        let (pk, sk) = (text("pk"), text("sk"));
        if let Some(id) = pk.strip_prefix("EMAIL#") {
            self.statuses.insert(id.to_owned(), text("status").to_owned());
        } else if let (Some(contact), Some(id)) = (pk.strip_prefix("CONTACT#"), sk.strip_prefix("EVENT#")) {
            self.stored.insert((contact.to_owned(), id.to_owned()));
            let data: Value = serde_json::from_str(text("data")).unwrap_or_default();
            if let Some(visit) = data["visit"].as_u64().filter(|visit| visit % 2 == 0) {
                *self.visits.entry(visit).or_default() += 1;
            }
        }
    }

    /// True if every email that went out is known to have arrived: nothing is on its way any more.
    pub(crate) fn is_at_rest(&self) -> bool {
        self.mails.keys().all(|id| self.is_delivered(id))
    }

    fn is_delivered(&self, id: &String) -> bool {
        self.statuses.get(id).is_some_and(|status| status == "DELIVERED")
    }

    /// Tells, and answers what is not as it must be.
    pub(crate) fn tell(&self) -> Faults {
        let mails: usize = self.mails.values().sum();
        let untold = self.mails.keys().filter(|id| !self.emails.contains(*id)).count();
        let (told, doubts) = (mails - untold, self.doubts);
        say(&format!("mails: {mails}; callers were told of {told}, and {doubts} times that one may have gone out"));
        say(&format!("events: {}, of which callers were told {}", self.stored.len(), self.events.len()));
        let count = |wrong: &dyn Fn(&String) -> bool| self.emails.iter().filter(|id| wrong(id)).count();
        let twice = |counts: &mut dyn Iterator<Item = &usize>| counts.filter(|count| **count > 1).count();
        let checks = [
            ("emails that a caller was told of went to nobody", count(&|id| !self.mails.contains_key(id))),
            ("emails that a caller was told of are not stored", count(&|id| !self.statuses.contains_key(id))),
            ("mails went out twice", twice(&mut self.mails.values().chain(self.received.values()))),
            ("mails went out that nobody was told of", untold.saturating_sub(doubts)),
            ("mails are not stored as delivered", self.mails.keys().filter(|id| !self.is_delivered(id)).count()),
            ("events that a caller was told of are not stored", self.events.difference(&self.stored).count()),
            ("events are stored twice under one key", twice(&mut self.visits.values())),
            ("successes tell of nothing", self.empty),
        ];
        for (what, count) in checks {
            say(&format!("{what}: {count}"));
        }
        let wrong = checks.iter().filter(|(_, count)| *count > 0);
        let mut faults: Faults = wrong.map(|(what, count)| format!("{count} {what}")).collect();
        if self.emails.is_empty() || self.events.is_empty() {
            faults.push("nobody was told of anything".to_owned());
        }
        faults
    }
}
