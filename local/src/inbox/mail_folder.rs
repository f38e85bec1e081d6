//! Mails as files: `<id>.eml` for mail programs, and a record `<id>.json` for the page in the hidden folder `.inbox` beside them. A
//! record has the summary on its first line and the whole mail on its second.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader};
use std::path::PathBuf;

use posthorn_machine::files;
use posthorn_testkit::ses::Mail;

use super::eml;
use super::summary::{MailSummary, is_id};

/// A folder of mails.
#[derive(Debug)]
pub(super) struct MailFolder {
    mails: PathBuf,
    records: PathBuf,
}

impl MailFolder {
    /// Opens a folder, and creates it where it is missing.
    ///
    /// # Errors
    /// The folder cannot be created.
    pub(super) fn open(mails: PathBuf) -> io::Result<Self> {
        let records = mails.join(".inbox");
        fs::create_dir_all(&records)?;
        Ok(Self { mails, records })
    }

    /// Writes a mail. Its record comes last, so that every mail in the list has its `.eml`.
    ///
    /// # Errors
    /// The files cannot be written.
    pub(super) fn write(&self, summary: &MailSummary, mail: &Mail) -> io::Result<()> {
        let mut record = serde_json::to_vec(summary)?;
        record.push(b'\n');
        serde_json::to_writer(&mut record, mail)?;
        files::replace_via(&self.records, &self.source_path(&summary.id), &eml::render(mail))?;
        files::replace(&self.record_path(&summary.id), &record)
    }

    /// The summaries of the newest mails, oldest first, at most `count`, and the number of all mails. A record that cannot be read
    /// is left out.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub(super) fn newest(&self, count: usize) -> io::Result<(Vec<MailSummary>, usize)> {
        let mut ids = BTreeSet::new();
        let mut total = 0;
        for entry in fs::read_dir(&self.records)? {
            let Some(id) = record_id(&entry?.file_name()) else { continue };
            total += 1;
            ids.insert(id);
            if ids.len() > count {
                ids.pop_first();
            }
        }
        Ok((ids.iter().filter_map(|id| self.summary(id).ok()).collect(), total))
    }

    fn summary(&self, id: &str) -> io::Result<MailSummary> {
        let mut line = String::new();
        BufReader::new(File::open(self.record_path(id))?).read_line(&mut line)?;
        let summary: MailSummary = serde_json::from_str(&line)?;
        if summary.id == id { Ok(summary) } else { Err(io::ErrorKind::InvalidData.into()) }
    }

    /// The mail of this id.
    ///
    /// # Errors
    /// `NotFound` where there is none, `InvalidData` where its record is broken.
    pub(super) fn read(&self, id: &str) -> io::Result<Mail> {
        let record = fs::read(self.record_path(id))?;
        let mail = record.splitn(2, |byte| *byte == b'\n').nth(1).unwrap_or_default();
        Ok(serde_json::from_slice(mail)?)
    }

    /// The `.eml` of this id.
    ///
    /// # Errors
    /// `NotFound` where there is none.
    pub(super) fn read_source(&self, id: &str) -> io::Result<Vec<u8>> {
        fs::read(self.source_path(id))
    }

    fn source_path(&self, id: &str) -> PathBuf {
        self.mails.join(format!("{id}.eml"))
    }

    fn record_path(&self, id: &str) -> PathBuf {
        self.records.join(format!("{id}.json"))
    }
}

fn record_id(name: &std::ffi::OsStr) -> Option<String> {
    let id = name.to_str()?.strip_suffix(".json")?;
    is_id(id).then(|| id.to_owned())
}
