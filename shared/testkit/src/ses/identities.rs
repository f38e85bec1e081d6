//! Verified identities: domains and addresses that mail may be sent from.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use axum::Json;
use serde::Deserialize;
use serde_json::{Value, json};

use super::address;
use super::refusal::Refusal;

/// The identities of the account, lower-cased; all of them are verified.
#[derive(Clone, Debug, Default)]
pub(super) struct Identities(BTreeSet<String>);

/// `CreateEmailIdentity`'s input.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateEmailIdentity {
    email_identity: String,
}

impl Identities {
    /// Verifies one; gives whether it is new.
    pub(super) fn verify(&mut self, identity: &str) -> bool {
        self.0.insert(identity.to_ascii_lowercase())
    }

    /// Whether mail may be sent from this `local@domain`: the address itself, its domain or a parent domain is verified
    /// (developer guide, "Verified identities").
    pub(super) fn cover(&self, mailbox: &str) -> bool {
        let mailbox = mailbox.to_ascii_lowercase();
        let domain = address::domain(&mailbox);
        let parents = domain.match_indices('.').map(|(dot, _)| &domain[dot + 1..]);
        self.0.contains(&mailbox)
            || self.0.contains(domain)
            || parents.into_iter().any(|parent| self.0.contains(parent))
    }

    /// `CreateEmailIdentity`: verified at once, as no local identity has a DNS zone or a mailbox to prove itself with.
    ///
    /// # Errors
    ///
    /// `BadRequestException` for what is neither a domain nor an address, `AlreadyExistsException`.
    pub(super) fn create(&mut self, request: &CreateEmailIdentity) -> Result<Json<Value>, Refusal> {
        let identity = &request.email_identity;
        if !address::is_domain(identity) && address::mailbox(identity).ok() != Some(identity.as_str()) {
            return Err(Refusal::bad_request(format!("Invalid email address or domain name {identity}.")));
        }
        if !self.verify(identity) {
            return Err(Refusal::already_exists(format!("Email identity {identity} already exist.")));
        }
        Ok(Json(json!({
            "IdentityType": kind(identity),
            "VerifiedForSendingStatus": true,
            "DkimAttributes": dkim(identity),
        })))
    }

    /// `GetEmailIdentity`.
    ///
    /// # Errors
    ///
    /// `NotFoundException`.
    pub(super) fn get(&self, identity: &str) -> Result<Json<Value>, Refusal> {
        if !self.0.contains(&identity.to_ascii_lowercase()) {
            return Err(Refusal::not_found(format!("Email identity {identity} does not exist.")));
        }
        Ok(Json(json!({
            "IdentityType": kind(identity),
            "FeedbackForwardingStatus": true,
            "VerifiedForSendingStatus": true,
            "VerificationStatus": "SUCCESS",
            "DkimAttributes": dkim(identity),
            "MailFromAttributes": { "BehaviorOnMxFailure": "USE_DEFAULT_VALUE" },
            "Policies": {},
            "Tags": [],
        })))
    }
}

fn kind(identity: &str) -> &'static str {
    if identity.contains('@') { "EMAIL_ADDRESS" } else { "DOMAIN" }
}

/// Easy DKIM as SES answers it: three tokens of 32 characters, the same ones every time for an identity.
fn dkim(identity: &str) -> Value {
    let tokens: Vec<String> =
        (0..3).map(|n| format!("{:016x}{:016x}", digest(identity, n), digest(identity, n + 3))).collect();
    json!({ "SigningEnabled": true, "Status": "SUCCESS", "Tokens": tokens, "SigningAttributesOrigin": "AWS_SES" })
}

fn digest(identity: &str, n: u8) -> u64 {
    let mut hasher = DefaultHasher::new();
    (identity.to_ascii_lowercase(), n).hash(&mut hasher);
    hasher.finish()
}
