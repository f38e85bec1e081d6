//! Identities: domains and addresses that mail may be sent from once they are verified.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use axum::Json;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::address;
use super::exception::Exception;

/// The largest number of identities on a page (API reference, `ListEmailIdentities`).
const MAX_PAGE: usize = 1_000;

/// The identities of the account, by their lower-cased name.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Identities {
    identities: BTreeMap<String, Identity>,
    /// The time after which pending identities verify themselves, if they do.
    #[serde(skip)]
    pub(super) verified_after: Option<SignedDuration>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Identity {
    /// True if it is verified whatever its age.
    is_verified: bool,
    created_at: Timestamp,
    mail_from: Option<MailFrom>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct MailFrom {
    domain: String,
    set_at: Timestamp,
}

/// `CreateEmailIdentity`'s input.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateEmailIdentity {
    email_identity: String,
}

/// `PutEmailIdentityMailFromAttributes`'s input.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PutMailFrom {
    mail_from_domain: Option<String>,
}

/// `ListEmailIdentities`'s input.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct ListEmailIdentities {
    next_token: Option<String>,
    page_size: Option<usize>,
}

impl Identities {
    /// Verifies an identity, which is made if it is new.
    pub(super) fn verify(&mut self, identity: &str, now: Timestamp) {
        self.identities
            .entry(identity.to_ascii_lowercase())
            .or_insert(Identity { is_verified: true, created_at: now, mail_from: None })
            .is_verified = true;
    }

    /// True if mail may be sent from this `local@domain`, since the address itself, its domain or a parent domain is verified
    /// (developer guide, "Verified identities").
    pub(super) fn cover(&self, mailbox: &str, now: Timestamp) -> bool {
        let mailbox = mailbox.to_ascii_lowercase();
        let domain = address::domain(&mailbox);
        let parents = domain.match_indices('.').map(|(dot, _)| &domain[dot + 1..]);
        let is_verified = |name: &str| self.identities.get(name).is_some_and(|it| self.is_verified(it, now));
        is_verified(&mailbox) || is_verified(domain) || parents.into_iter().any(is_verified)
    }

    fn is_verified(&self, identity: &Identity, now: Timestamp) -> bool {
        identity.is_verified || self.is_settled(identity.created_at, now)
    }

    /// True if an identity that was pending since then has verified itself.
    fn is_settled(&self, since: Timestamp, now: Timestamp) -> bool {
        self.verified_after.is_some_and(|after| now >= since + after)
    }

    /// Answers `CreateEmailIdentity`. The identity is pending at first, for nobody has looked for its DNS records yet.
    ///
    /// # Errors
    ///
    /// `BadRequestException` for a name that is neither a domain nor an address, `AlreadyExistsException`.
    pub(super) fn create(&mut self, request: &CreateEmailIdentity, now: Timestamp) -> Result<Json<Value>, Exception> {
        let name = &request.email_identity;
        if !address::is_domain(name) && address::mailbox(name).ok() != Some(name.as_str()) {
            return Err(Exception::bad_request(format!("Invalid email address or domain name {name}.")));
        }
        if self.identities.contains_key(&name.to_ascii_lowercase()) {
            return Err(Exception::already_exists(format!("Email identity {name} already exist.")));
        }
        let identity = Identity { is_verified: false, created_at: now, mail_from: None };
        self.identities.insert(name.to_ascii_lowercase(), identity);
        Ok(Json(json!({
            "IdentityType": kind(name),
            "VerifiedForSendingStatus": false,
            "DkimAttributes": dkim(name, false),
        })))
    }

    /// Answers `GetEmailIdentity`.
    ///
    /// # Errors
    ///
    /// `NotFoundException`.
    pub(super) fn get(&self, name: &str, now: Timestamp) -> Result<Json<Value>, Exception> {
        let identity = self.identities.get(&name.to_ascii_lowercase()).ok_or_else(|| unknown(name))?;
        let is_verified = self.is_verified(identity, now);
        let mut mail_from = json!({ "BehaviorOnMxFailure": "USE_DEFAULT_VALUE" });
        if let Some(MailFrom { domain, set_at }) = &identity.mail_from {
            mail_from["MailFromDomain"] = domain.as_str().into();
            mail_from["MailFromDomainStatus"] = status(self.is_settled(*set_at, now)).into();
        }
        Ok(Json(json!({
            "IdentityType": kind(name),
            "FeedbackForwardingStatus": true,
            "VerifiedForSendingStatus": is_verified,
            "VerificationStatus": status(is_verified),
            "DkimAttributes": dkim(name, is_verified),
            "MailFromAttributes": mail_from,
            "Policies": {},
            "Tags": [],
        })))
    }

    /// Answers `ListEmailIdentities`, by name.
    pub(super) fn list(&self, request: &ListEmailIdentities, now: Timestamp) -> Json<Value> {
        let size = request.page_size.unwrap_or(MAX_PAGE).clamp(1, MAX_PAGE);
        let after = request.next_token.as_deref().unwrap_or_default();
        let mut rest = self.identities.iter().filter(|(name, _)| name.as_str() > after);
        let page: Vec<_> = rest.by_ref().take(size).collect();
        let next = rest.next().and(page.last()).map(|(name, _)| name.as_str());
        let shown = page.iter().map(|(name, identity)| {
            let is_verified = self.is_verified(identity, now);
            json!({
                "IdentityType": kind(name),
                "IdentityName": name,
                "SendingEnabled": is_verified,
                "VerificationStatus": status(is_verified),
            })
        });
        Json(json!({ "EmailIdentities": shown.collect::<Vec<_>>(), "NextToken": next }))
    }

    /// Answers `DeleteEmailIdentity`.
    ///
    /// # Errors
    ///
    /// `NotFoundException`.
    pub(super) fn delete(&mut self, name: &str) -> Result<Json<Value>, Exception> {
        self.identities.remove(&name.to_ascii_lowercase()).ok_or_else(|| unknown(name))?;
        Ok(Json(json!({})))
    }

    /// Answers `PutEmailIdentityMailFromAttributes`, by which an identity has a domain of its own in the envelope, or none.
    ///
    /// # Errors
    ///
    /// `NotFoundException`; `BadRequestException` for a domain that is no sub-domain of the identity's.
    pub(super) fn put_mail_from(
        &mut self,
        name: &str,
        request: PutMailFrom,
        now: Timestamp,
    ) -> Result<Json<Value>, Exception> {
        let name = name.to_ascii_lowercase();
        let identity = self.identities.get_mut(&name).ok_or_else(|| unknown(&name))?;
        let parent = name.rsplit_once('@').map_or(name.as_str(), |(_, domain)| domain);
        let domain = request.mail_from_domain.filter(|domain| !domain.is_empty());
        if let Some(domain) = &domain
            && !(address::is_domain(domain) && domain.ends_with(&format!(".{parent}")))
        {
            let message = format!("Provided MAIL-FROM domain <{domain}> is not subdomain of the domain <{parent}>.");
            return Err(Exception::bad_request(message));
        }
        let is_same = |old: &MailFrom| Some(&old.domain) == domain.as_ref();
        if !identity.mail_from.as_ref().is_some_and(is_same) {
            identity.mail_from = domain.map(|domain| MailFrom { domain, set_at: now });
        }
        Ok(Json(json!({})))
    }
}

fn unknown(name: &str) -> Exception {
    Exception::not_found(format!("Email identity {name} does not exist."))
}

fn kind(identity: &str) -> &'static str {
    if identity.contains('@') { "EMAIL_ADDRESS" } else { "DOMAIN" }
}

fn status(is_verified: bool) -> &'static str {
    if is_verified { "SUCCESS" } else { "PENDING" }
}

/// Easy DKIM as SES answers it: three tokens of 32 characters, the same ones every time for an identity.
fn dkim(identity: &str, is_verified: bool) -> Value {
    let tokens: Vec<String> =
        (0..3).map(|n| format!("{:016x}{:016x}", digest(identity, n), digest(identity, n + 3))).collect();
    json!({
        "SigningEnabled": true,
        "Status": status(is_verified),
        "Tokens": tokens,
        "SigningAttributesOrigin": "AWS_SES",
        "CurrentSigningKeyLength": "RSA_2048_BIT",
    })
}

fn digest(identity: &str, n: u8) -> u64 {
    let mut hasher = DefaultHasher::new();
    (identity.to_ascii_lowercase(), n).hash(&mut hasher);
    hasher.finish()
}
