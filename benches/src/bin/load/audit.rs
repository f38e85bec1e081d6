//! The audit: every response that a caller got is compared with the table and the mails.

use std::{
    collections::{HashMap, HashSet},
    fs,
    io::{self, BufRead, BufReader},
};

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use posthorn_testkit::{backends::local_config, ses::Mail};
use serde_json::Value;

use crate::{
    responses::{LoggedResponse, ResponseLog},
    stack::Stack,
    terminal::{Failures, print},
};

/// The emails and events of responses, of the table and of the mails.
#[derive(Debug, Default)]
pub(crate) struct Audit {
    /// The emails in responses.
    reported_emails: HashSet<String>,
    /// The events in responses: contact and id.
    reported_events: HashSet<(String, String)>,
    /// The number of responses that leave open whether a mail went out.
    unknown: usize,
    /// The number of 200s without an email or an event.
    empty: usize,
    /// The statuses of stored emails, by id.
    statuses: HashMap<String, String>,
    /// The stored events: contact and id.
    stored_events: HashSet<(String, String)>,
    /// The number of stored events of each visit with an idempotency key.
    visits: HashMap<u64, usize>,
    /// The number of mails, by email id.
    mails: HashMap<String, usize>,
    /// The number of mails of the load, by recipient. Each request has a recipient of its own.
    mails_to: HashMap<String, usize>,
}

/// Reads the responses, the mails and the table.
pub(crate) async fn audit(stack: &Stack) -> io::Result<Audit> {
    let mut audit = Audit::default();
    for log in [ResponseLog::Load, ResponseLog::Probes] {
        log.for_each(&stack.folder, |response| audit.add_response(response))?;
    }
    audit.read_mails(stack)?;
    audit.read_table(stack).await?;
    Ok(audit)
}

impl Audit {
    fn add_response(&mut self, response: &LoggedResponse) {
        if response.status == 502 {
            self.unknown += 1;
        }
        if response.status != 200 {
            return;
        }
        let data = &response.body["data"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let emails: Vec<_> =
            data["emails"].as_array().into_iter().flatten().map(|email| text(&email["email"])).collect();
        if data["event"].is_string() {
            self.reported_events.insert((text(&data["contact"]), text(&data["event"])));
        } else if emails.is_empty() {
            self.empty += 1;
        }
        self.reported_emails.extend(emails);
    }

    /// Reads the mailbox's files, each of which has a summary on the first line and the mail on the second.
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
                *self.mails_to.entry(recipient.to_owned()).or_default() += 1;
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
            self.stored_events.insert((contact.to_owned(), id.to_owned()));
            let data: Value = serde_json::from_str(text("data")).unwrap_or_default();
            if let Some(visit) = data["visit"].as_u64().filter(|visit| visit % 2 == 0) {
                *self.visits.entry(visit).or_default() += 1;
            }
        }
    }

    /// True if every email that went out is stored as delivered, so that nothing is on its way any more.
    pub(crate) fn is_at_rest(&self) -> bool {
        self.mails.keys().all(|id| self.is_delivered(id))
    }

    fn is_delivered(&self, id: &String) -> bool {
        self.statuses.get(id).is_some_and(|status| status == "DELIVERED")
    }

    /// Prints the counts, and returns the requirements that do not hold.
    pub(crate) fn failures(&self) -> Failures {
        let mails: usize = self.mails.values().sum();
        let unreported = self.mails.keys().filter(|id| !self.reported_emails.contains(*id)).count();
        let (reported, unknown) = (mails - unreported, self.unknown);
        print(&format!(
            "mails: {mails}; {reported} are in responses, and {unknown} responses leave open whether one went out"
        ));
        let (stored, in_responses) = (self.stored_events.len(), self.reported_events.len());
        print(&format!("events: {stored}, of which {in_responses} are in responses"));
        let count = |is_wrong: &dyn Fn(&String) -> bool| self.reported_emails.iter().filter(|id| is_wrong(id)).count();
        let twice = |counts: &mut dyn Iterator<Item = &usize>| counts.filter(|count| **count > 1).count();
        let checks = [
            ("emails in responses went to nobody", count(&|id| !self.mails.contains_key(id))),
            ("emails in responses are not stored", count(&|id| !self.statuses.contains_key(id))),
            ("mails went out twice", twice(&mut self.mails.values().chain(self.mails_to.values()))),
            ("mails went out that are in no response", unreported.saturating_sub(unknown)),
            ("mails are not stored as delivered", self.mails.keys().filter(|id| !self.is_delivered(id)).count()),
            ("events in responses are not stored", self.reported_events.difference(&self.stored_events).count()),
            ("events are stored twice under one key", twice(&mut self.visits.values())),
            ("successes have neither email nor event", self.empty),
        ];
        for (defect, count) in checks {
            print(&format!("{defect}: {count}"));
        }
        let failed = checks.iter().filter(|(_, count)| *count > 0);
        let mut failures: Failures = failed.map(|(defect, count)| format!("{count} {defect}")).collect();
        if self.reported_emails.is_empty() || self.reported_events.is_empty() {
            failures.push("no response has an email, or none an event".to_owned());
        }
        failures
    }
}
