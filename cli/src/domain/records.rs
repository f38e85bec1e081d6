//! The DNS records of a domain.

use anstyle::AnsiColor;
use posthorn_table::Uuid;
use serde_json::{Value, json};

use super::identity::{Identity, State};
use crate::terminal::{bold, escaped, padded, painted};

/// How long others may keep a record, in seconds: short, so that a mistake is soon mended.
const TTL: u32 = 1800;

/// A DNS record to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    kind: &'static str,
    name: String,
    value: String,
    purpose: &'static str,
    /// Whether nothing can be sent without it.
    is_required: bool,
    pub(super) state: State,
}

/// The records of a domain: three for DKIM, two for MAIL FROM where the domain has its own, and one that is recommended
/// (developer guide, "Creating and verifying identities", "Using a custom MAIL FROM domain", "Complying with DMARC").
pub(super) fn records(domain: &str, identity: &Identity, region: &str) -> Vec<Record> {
    let dkim = identity.dkim_tokens.iter().map(|token| Record {
        kind: "CNAME",
        name: format!("{token}._domainkey.{domain}"),
        value: format!("{token}.{}", identity.dkim_zone),
        purpose: "DKIM",
        is_required: true,
        state: identity.dkim,
    });
    let optional =
        |kind, name, value: String, purpose, state| Record { kind, name, value, purpose, is_required: false, state };
    let mail_from = identity.mail_from.iter().flat_map(|(name, state)| {
        let exchange = format!("10 feedback-smtp.{region}.amazonses.com");
        [
            optional("MX", name.clone(), exchange, "MAIL FROM", *state),
            optional("TXT", name.clone(), "v=spf1 include:amazonses.com ~all".to_owned(), "MAIL FROM", *state),
        ]
    });
    let dmarc =
        optional("TXT", format!("_dmarc.{domain}"), "v=DMARC1; p=none;".to_owned(), "DMARC", State::NotLookedFor);
    dkim.chain(mail_from).chain([dmarc]).collect()
}

impl Record {
    /// Two lines, for names and values are long.
    fn text(&self) -> String {
        let color = match self.state {
            State::Found => AnsiColor::Green,
            State::Pending => AnsiColor::Yellow,
            State::Missing => AnsiColor::Red,
            State::NotLookedFor => AnsiColor::BrightBlack,
        };
        let of = if self.purpose == "DMARC" { "recommended" } else { self.state.as_str() };
        let purpose = if self.is_required { format!("{}, required", self.purpose) } else { self.purpose.to_owned() };
        format!(
            "{}  {}\n       {}\n       {}, {}",
            bold(&padded(self.kind, 5)),
            escaped(&self.name),
            escaped(&self.value),
            purpose,
            painted(of, color)
        )
    }

    /// A comment where a record is recommended: the zone may have a stricter one, and two are as good as none (RFC 7489,
    /// section 6.6.3).
    fn zone_line(&self) -> String {
        let begin = if self.state == State::NotLookedFor { "; recommended, if there is none: " } else { "" };
        let value = match self.kind {
            "TXT" => format!("\"{}\"", escaped(&self.value)),
            _ => format!("{}.", escaped(&self.value)),
        };
        format!("{begin}{}. {TTL} IN {} {value}", escaped(&self.name), self.kind)
    }

    fn json(&self) -> Value {
        json!({
            "type": self.kind,
            "name": self.name,
            "value": self.value,
            "purpose": self.purpose,
            "required": self.is_required,
            "state": self.state.as_str(),
        })
    }
}

/// The records for people.
pub(super) fn text(records: &[Record]) -> String {
    records.iter().map(Record::text).collect::<Vec<_>>().join("\n")
}

/// The records as lines of a zone file (RFC 1035, section 5.1).
pub(super) fn zone(domain: &str, records: &[Record]) -> String {
    let mut lines = vec![format!("; {domain}: DKIM, MAIL FROM and DMARC for SES")];
    lines.extend(records.iter().map(Record::zone_line));
    lines.join("\n")
}

/// What SES says of a domain, for programs.
pub(super) fn json(domain: &str, project: Uuid, identity: &Identity, records: &[Record]) -> Value {
    json!({
        "domain": domain,
        "project": project,
        "verified": identity.is_verified,
        "dkim": identity.dkim.as_str(),
        "mailFrom": identity.mail_from.as_ref().map(|(name, state)| json!({"domain": name, "state": state.as_str()})),
        "records": records.iter().map(Record::json).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        Identity {
            is_verified: false,
            dkim: State::Pending,
            dkim_tokens: ["a", "b", "c"].map(str::to_owned).into(),
            dkim_zone: "dkim.amazonses.com".to_owned(),
            mail_from: Some(("bounce.example.com".to_owned(), State::Pending)),
        }
    }

    #[test]
    fn a_zone_file_has_every_record_and_recommends_one() {
        let records = records("example.com", &identity(), "eu-west-1");
        let expected = "\
; example.com: DKIM, MAIL FROM and DMARC for SES
a._domainkey.example.com. 1800 IN CNAME a.dkim.amazonses.com.
b._domainkey.example.com. 1800 IN CNAME b.dkim.amazonses.com.
c._domainkey.example.com. 1800 IN CNAME c.dkim.amazonses.com.
bounce.example.com. 1800 IN MX 10 feedback-smtp.eu-west-1.amazonses.com.
bounce.example.com. 1800 IN TXT \"v=spf1 include:amazonses.com ~all\"
; recommended, if there is none: _dmarc.example.com. 1800 IN TXT \"v=DMARC1; p=none;\"";
        assert_eq!(zone("example.com", &records), expected);
    }

    #[test]
    fn without_a_mail_from_domain_there_are_no_records_for_it() {
        let identity = Identity { mail_from: None, dkim_tokens: Vec::new(), ..identity() };
        let records = records("example.com", &identity, "eu-west-1");
        assert_eq!(records.iter().map(|record| record.purpose).collect::<Vec<_>>(), ["DMARC"]);
    }
}
