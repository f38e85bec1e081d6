//! The DNS records that verify a domain, spelled out.

use crate::identity::{Identity, RecordState};

/// The type of a DNS record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DnsRecordType {
    /// An alias of another name.
    Cname,
    /// A mail server, with its preference before it.
    Mx,
    /// A text.
    Txt,
}

impl DnsRecordType {
    /// The type as a zone file writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cname => "CNAME",
            Self::Mx => "MX",
            Self::Txt => "TXT",
        }
    }
}

/// The reason for a DNS record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Mail is signed in the domain's name. Nothing can be sent without it.
    Dkim,
    /// Bounces come back to the domain, so that SPF passes for it.
    MailFrom,
    /// Receivers learn how to treat mail that is not signed.
    Dmarc,
}

impl Purpose {
    /// The purpose in the field's own word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dkim => "DKIM",
            Self::MailFrom => "MAIL FROM",
            Self::Dmarc => "DMARC",
        }
    }

    /// True if nothing can be sent without the record.
    #[must_use]
    pub fn is_required(self) -> bool {
        self == Self::Dkim
    }
}

/// A DNS record to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DnsRecord {
    /// Its type.
    pub kind: DnsRecordType,
    /// Its whole name, without a dot at the end.
    pub name: String,
    /// Its value, without quotes around a text and without a dot at the end of a name.
    pub value: String,
    /// The reason for it.
    pub purpose: Purpose,
    /// The state of the record at SES.
    pub state: RecordState,
}

/// The records of a domain: three for DKIM, two for MAIL FROM where the domain has its own, and one that is recommended
/// (developer guide, "Creating and verifying identities", "Using a custom MAIL FROM domain", "Complying with DMARC").
/// `region` is the one that mail is sent from.
#[must_use]
pub fn dns_records(domain: &str, identity: &Identity, region: &str) -> Vec<DnsRecord> {
    let dkim = identity.dkim_tokens.iter().map(|token| DnsRecord {
        kind: DnsRecordType::Cname,
        name: format!("{token}._domainkey.{domain}"),
        value: format!("{token}.{}", identity.dkim_zone),
        purpose: Purpose::Dkim,
        state: identity.dkim,
    });
    let mail_from = identity.mail_from.iter().flat_map(|mail_from| {
        let server = format!("10 feedback-smtp.{region}.amazonses.com");
        let values =
            [(DnsRecordType::Mx, server), (DnsRecordType::Txt, "v=spf1 include:amazonses.com ~all".to_owned())];
        values.map(|(kind, value)| DnsRecord {
            kind,
            name: mail_from.name.clone(),
            value,
            purpose: Purpose::MailFrom,
            state: mail_from.state,
        })
    });
    let dmarc = DnsRecord {
        kind: DnsRecordType::Txt,
        name: format!("_dmarc.{domain}"),
        value: "v=DMARC1; p=none;".to_owned(),
        purpose: Purpose::Dmarc,
        state: RecordState::NotLookedFor,
    };
    dkim.chain(mail_from).chain([dmarc]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::MailFromDomain;

    fn identity() -> Identity {
        Identity {
            is_verified: false,
            dkim: RecordState::Pending,
            dkim_tokens: ["a", "b", "c"].map(str::to_owned).into(),
            dkim_zone: "dkim.amazonses.com".to_owned(),
            mail_from: Some(MailFromDomain { name: "bounce.example.com".to_owned(), state: RecordState::Missing }),
        }
    }

    #[test]
    fn each_record_has_the_name_the_value_and_the_state_that_ses_asks_for() {
        let records = dns_records("example.com", &identity(), "eu-west-1");
        let lines: Vec<_> = records
            .iter()
            .map(|it| {
                let required = if it.purpose.is_required() { "required" } else { "optional" };
                let (kind, purpose, state) = (it.kind.as_str(), it.purpose.as_str(), it.state.as_str());
                format!("{} {kind} {} ({purpose}, {required}, {state})", it.name, it.value)
            })
            .collect();
        assert_eq!(
            lines,
            [
                "a._domainkey.example.com CNAME a.dkim.amazonses.com (DKIM, required, not found yet)",
                "b._domainkey.example.com CNAME b.dkim.amazonses.com (DKIM, required, not found yet)",
                "c._domainkey.example.com CNAME c.dkim.amazonses.com (DKIM, required, not found yet)",
                "bounce.example.com MX 10 feedback-smtp.eu-west-1.amazonses.com (MAIL FROM, optional, missing)",
                "bounce.example.com TXT v=spf1 include:amazonses.com ~all (MAIL FROM, optional, missing)",
                "_dmarc.example.com TXT v=DMARC1; p=none; (DMARC, optional, not looked for)",
            ]
        );
    }

    #[test]
    fn without_a_mail_from_domain_there_are_no_records_for_it() {
        let identity = Identity { mail_from: None, dkim_tokens: Vec::new(), ..identity() };
        let records = dns_records("example.com", &identity, "eu-west-1");
        assert_eq!(records.iter().map(|record| record.purpose).collect::<Vec<_>>(), [Purpose::Dmarc]);
    }
}
