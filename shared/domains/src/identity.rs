//! A domain's identity at SES: its DKIM keys, and the MAIL FROM domain that its bounces come back to.

use std::collections::HashMap;

use aws_sdk_sesv2::{
    Client,
    types::{
        BehaviorOnMxFailure, DkimAttributes, DkimSigningAttributes, DkimSigningAttributesOrigin, DkimSigningKeyLength,
        MailFromAttributes,
    },
};

use posthorn_table::Uuid;

use crate::{
    aws_error::{AwsError, has_code},
    domains::Domains,
    error::DomainError,
};

/// The zone that DKIM's records point into unless SES names another (developer guide, "Easy DKIM in Amazon SES").
const DKIM_ZONE: &str = "dkim.amazonses.com";

/// The most identities of a page (API reference, `ListEmailIdentities`).
const MAX_PAGE: i32 = 1_000;

/// The state of a DNS record at SES.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordState {
    /// SES found it.
    Found,
    /// SES has not found it yet, and goes on looking.
    Pending,
    /// SES looked for it for 72 hours and did not find it.
    Missing,
    /// SES does not look for it.
    NotLookedFor,
}

impl RecordState {
    /// From a status of DKIM, of MAIL FROM or of an identity.
    fn from_status(status: &str) -> Self {
        match status {
            "SUCCESS" => Self::Found,
            "FAILED" => Self::Missing,
            _ => Self::Pending,
        }
    }

    /// The state in words, such as `not found yet`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::Pending => "not found yet",
            Self::Missing => "missing",
            Self::NotLookedFor => "not looked for",
        }
    }
}

/// The sub-domain that a domain's bounces come back to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailFromDomain {
    /// Its whole name.
    pub name: String,
    /// The state of its records.
    pub state: RecordState,
}

/// A domain's identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// True if mail may be sent from the domain.
    pub is_verified: bool,
    /// The state of the DKIM records.
    pub dkim: RecordState,
    /// The names of the DKIM records; none if the domain brings its own key.
    pub dkim_tokens: Vec<String>,
    /// The zone that the DKIM records point into.
    pub dkim_zone: String,
    /// The MAIL FROM domain; `None` if it is SES's own.
    pub mail_from: Option<MailFromDomain>,
}

impl Identity {
    fn new(is_verified: bool, dkim: Option<DkimAttributes>, mail_from: Option<&MailFromAttributes>) -> Self {
        let dkim = dkim.unwrap_or_else(|| DkimAttributes::builder().build());
        let is_own_key = dkim.signing_attributes_origin() == Some(&DkimSigningAttributesOrigin::External);
        let mail_from = mail_from.filter(|attributes| !attributes.mail_from_domain().is_empty());
        Self {
            is_verified,
            dkim: RecordState::from_status(dkim.status().map_or("", |status| status.as_str())),
            dkim_tokens: if is_own_key { Vec::new() } else { dkim.tokens().to_vec() },
            dkim_zone: dkim.signing_hosted_zone().unwrap_or(DKIM_ZONE).to_owned(),
            mail_from: mail_from.map(|attributes| MailFromDomain {
                name: attributes.mail_from_domain().to_owned(),
                state: RecordState::from_status(attributes.mail_from_domain_status().as_str()),
            }),
        }
    }
}

impl Domains<'_> {
    /// The identity of a domain that `project` has claimed.
    ///
    /// # Errors
    /// [`DomainError::NoIdentity`], [`DomainError::Ses`].
    pub async fn identity(&self, domain: &str, project: Uuid) -> Result<Identity, DomainError> {
        let found = find(self.ses, domain).await?;
        found.ok_or_else(|| DomainError::NoIdentity { domain: domain.to_owned(), project })
    }
}

/// The identity of a domain, if there is one.
///
/// # Errors
/// Any [`AwsError`], of `ses:GetEmailIdentity`.
pub async fn find(ses: &Client, domain: &str) -> Result<Option<Identity>, AwsError> {
    match ses.get_email_identity().email_identity(domain).send().await {
        Ok(found) => Ok(Some(Identity::new(
            found.verified_for_sending_status(),
            found.dkim_attributes.clone(),
            found.mail_from_attributes.as_ref(),
        ))),
        Err(error) if has_code(&error, "NotFoundException") => Ok(None),
        Err(error) => Err(AwsError::new("ses:GetEmailIdentity", &error)),
    }
}

/// Every identity of the account by its name, and true if mail may be sent from it, in one call a thousand.
///
/// # Errors
/// Any [`AwsError`], of `ses:ListEmailIdentities`.
pub async fn all(ses: &Client) -> Result<HashMap<String, bool>, AwsError> {
    let mut identities = HashMap::new();
    let mut pages = ses.list_email_identities().page_size(MAX_PAGE).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| AwsError::new("ses:ListEmailIdentities", &error))?;
        let listed = page.email_identities.unwrap_or_default().into_iter();
        identities.extend(listed.filter_map(|it| Some((it.identity_name().map(str::to_owned)?, it.sending_enabled()))));
    }
    Ok(identities)
}

/// Creates a domain's identity with keys of 2048 bits; false if there is one. No configuration set becomes its default:
/// every mail of Posthorn names its own, and other mail from the domain must not be affected.
pub(crate) async fn create(ses: &Client, domain: &str) -> Result<bool, AwsError> {
    let keys = DkimSigningAttributes::builder().next_signing_key_length(DkimSigningKeyLength::Rsa2048Bit).build();
    match ses.create_email_identity().email_identity(domain).dkim_signing_attributes(keys).send().await {
        Ok(_) => Ok(true),
        Err(error) if has_code(&error, "AlreadyExistsException") => Ok(false),
        Err(error) => Err(AwsError::new("ses:CreateEmailIdentity", &error)),
    }
}

/// Sets the domain that bounces come back to: SES's own if `mail_from` is `None`. While its record is missing mail goes out
/// all the same, with a MAIL FROM of SES.
pub(crate) async fn set_mail_from(ses: &Client, domain: &str, mail_from: Option<&str>) -> Result<(), AwsError> {
    let put = ses.put_email_identity_mail_from_attributes().email_identity(domain);
    let put = put.set_mail_from_domain(mail_from.map(str::to_owned));
    let result = put.behavior_on_mx_failure(BehaviorOnMxFailure::UseDefaultValue).send().await;
    result.map(drop).map_err(|error| AwsError::new("ses:PutEmailIdentityMailFromAttributes", &error))
}

/// Deletes a domain's identity; false if there was none.
pub(crate) async fn delete(ses: &Client, domain: &str) -> Result<bool, AwsError> {
    match ses.delete_email_identity().email_identity(domain).send().await {
        Ok(_) => Ok(true),
        Err(error) if has_code(&error, "NotFoundException") => Ok(false),
        Err(error) => Err(AwsError::new("ses:DeleteEmailIdentity", &error)),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_sesv2::types::{DkimStatus, MailFromDomainStatus};

    use super::*;

    fn mail_from(name: &str, status: MailFromDomainStatus) -> MailFromAttributes {
        MailFromAttributes::builder()
            .mail_from_domain(name)
            .mail_from_domain_status(status)
            .behavior_on_mx_failure(BehaviorOnMxFailure::UseDefaultValue)
            .build()
            .unwrap()
    }

    #[test]
    fn a_domain_with_a_key_of_its_own_has_no_dkim_records_to_make() {
        let own = DkimAttributes::builder().tokens("selector").status(DkimStatus::Success);
        let own = own.signing_attributes_origin(DkimSigningAttributesOrigin::External).build();
        let identity = Identity::new(true, Some(own), None);
        assert_eq!((identity.dkim, identity.dkim_tokens), (RecordState::Found, Vec::new()));
    }

    #[test]
    fn an_empty_mail_from_domain_is_ses_own() {
        let none = mail_from("", MailFromDomainStatus::Success);
        assert_eq!(Identity::new(true, None, Some(&none)).mail_from, None);
        for (status, state) in [
            (MailFromDomainStatus::Success, RecordState::Found),
            (MailFromDomainStatus::Pending, RecordState::Pending),
            (MailFromDomainStatus::TemporaryFailure, RecordState::Pending),
            (MailFromDomainStatus::Failed, RecordState::Missing),
        ] {
            let attributes = mail_from("bounce.example.com", status);
            let expected = MailFromDomain { name: "bounce.example.com".to_owned(), state };
            assert_eq!(Identity::new(false, None, Some(&attributes)).mail_from, Some(expected));
        }
    }
}
