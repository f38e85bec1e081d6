//! Domains that projects send from: a claim in the table, an identity at SES, and the DNS records by which SES verifies it.
//! The operator's tool and the functions share it, so it knows neither a terminal nor HTTP.

mod add;
mod aws_error;
mod claim;
mod dns;
mod domains;
mod error;
pub mod identity;
mod overlap;
mod remove;

pub use add::{MailFrom, NewDomain};
pub use aws_error::{AwsError, has_code, is_credentials_code};
pub use claim::normalise;
pub use dns::{DnsRecord, DnsRecordType, Purpose, dns_records};
pub use domains::Domains;
pub use error::DomainError;
pub use identity::{Identity, MailFromDomain, RecordState};
pub use overlap::Overlap;
pub use remove::RemovedDomain;
