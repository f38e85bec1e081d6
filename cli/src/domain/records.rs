//! The DNS records of a domain for people, for a zone file and for programs.

use anstyle::AnsiColor;
use posthorn_domains::{DnsRecord, DnsRecordType, Identity, Purpose, RecordState};
use posthorn_table::Uuid;
use serde_json::{Value, json};

use crate::terminal::{bold, escaped, padded, painted};

/// The time for which others may keep a record, in seconds: short, so that a mistake is soon mended.
const TTL: u32 = 1800;

/// The records for people: three lines each, for names and values are long.
pub(super) fn text(records: &[DnsRecord]) -> String {
    records.iter().map(record_text).collect::<Vec<_>>().join("\n")
}

fn record_text(record: &DnsRecord) -> String {
    let color = match record.state {
        RecordState::Found => AnsiColor::Green,
        RecordState::Pending => AnsiColor::Yellow,
        RecordState::Missing => AnsiColor::Red,
        RecordState::NotLookedFor => AnsiColor::BrightBlack,
    };
    let state = if record.purpose == Purpose::Dmarc { "recommended" } else { record.state.as_str() };
    let required = if record.purpose.is_required() { ", required" } else { "" };
    format!(
        "{}  {}\n       {}\n       {}{required}, {}",
        bold(&padded(record.kind.as_str(), 5)),
        escaped(&record.name),
        escaped(&record.value),
        record.purpose.as_str(),
        painted(state, color)
    )
}

/// The records as lines of a zone file (RFC 1035, section 5.1).
pub(super) fn zone(domain: &str, records: &[DnsRecord]) -> String {
    let mut lines = vec![format!("; {domain}: DKIM, MAIL FROM and DMARC for SES")];
    lines.extend(records.iter().map(zone_line));
    lines.join("\n")
}

/// A comment where a record is recommended: the zone may have a stricter one, and two are as good as none (RFC 7489,
/// section 6.6.3).
fn zone_line(record: &DnsRecord) -> String {
    let begin = if record.state == RecordState::NotLookedFor { "; recommended, if there is none: " } else { "" };
    let value = match record.kind {
        DnsRecordType::Txt => format!("\"{}\"", escaped(&record.value)),
        DnsRecordType::Cname | DnsRecordType::Mx => format!("{}.", escaped(&record.value)),
    };
    format!("{begin}{}. {TTL} IN {} {value}", escaped(&record.name), record.kind.as_str())
}

/// A domain with its identity and its records, for programs.
pub(super) fn json(domain: &str, project: Uuid, identity: &Identity, records: &[DnsRecord]) -> Value {
    json!({
        "domain": domain,
        "project": project,
        "verified": identity.is_verified,
        "dkim": identity.dkim.as_str(),
        "mailFrom": mail_from_json(identity),
        "records": records.iter().map(record_json).collect::<Vec<_>>(),
    })
}

/// The MAIL FROM domain of an identity, for programs; `null` if it is SES's own.
pub(super) fn mail_from_json(identity: &Identity) -> Value {
    let mail_from = identity.mail_from.as_ref();
    mail_from.map_or(Value::Null, |it| json!({"domain": it.name, "state": it.state.as_str()}))
}

fn record_json(record: &DnsRecord) -> Value {
    json!({
        "type": record.kind.as_str(),
        "name": record.name,
        "value": record.value,
        "purpose": record.purpose.as_str(),
        "required": record.purpose.is_required(),
        "state": record.state.as_str(),
    })
}

#[cfg(test)]
mod tests {
    use posthorn_domains::{MailFromDomain, dns_records};

    use super::*;

    #[test]
    fn a_zone_file_has_every_record_and_recommends_one() {
        let identity = Identity {
            is_verified: false,
            dkim: RecordState::Pending,
            dkim_tokens: ["a", "b", "c"].map(str::to_owned).into(),
            dkim_zone: "dkim.amazonses.com".to_owned(),
            mail_from: Some(MailFromDomain { name: "bounce.example.com".to_owned(), state: RecordState::Pending }),
        };
        let records = dns_records("example.com", &identity, "eu-west-1");
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
}
