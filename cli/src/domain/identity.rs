//! What SES knows of a domain: an identity with its DKIM keys and its MAIL FROM domain.

use std::collections::HashMap;

use aws_sdk_sesv2::types::{
    BehaviorOnMxFailure, DkimAttributes, DkimSigningAttributes, DkimSigningAttributesOrigin, DkimSigningKeyLength,
    MailFromAttributes,
};

use crate::{aws, error::CliError, target::Target};

/// Where DKIM's records point unless SES names another zone (developer guide, "Easy DKIM in Amazon SES").
const DKIM_ZONE: &str = "dkim.amazonses.com";

/// How far SES has come with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// It was found.
    Found,
    /// It was not found yet.
    Pending,
    /// It was looked for for 72 hours, and not found.
    Missing,
    /// SES does not look for it.
    NotLookedFor,
}

impl State {
    /// From a status of DKIM, of MAIL FROM or of an identity.
    fn of(status: &str) -> Self {
        match status {
            "SUCCESS" => Self::Found,
            "FAILED" => Self::Missing,
            _ => Self::Pending,
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::Pending => "not found yet",
            Self::Missing => "missing",
            Self::NotLookedFor => "not looked for",
        }
    }
}

/// An identity.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    /// Whether mail may be sent from the domain.
    pub(crate) is_verified: bool,
    pub(crate) dkim: State,
    /// The names of the DKIM records; none if the domain brings its own key.
    pub(crate) dkim_tokens: Vec<String>,
    /// What they point to, behind the token.
    pub(crate) dkim_zone: String,
    pub(crate) mail_from: Option<(String, State)>,
}

impl Identity {
    fn new(is_verified: bool, dkim: Option<DkimAttributes>, mail_from: Option<&MailFromAttributes>) -> Self {
        let dkim = dkim.unwrap_or_else(|| DkimAttributes::builder().build());
        let is_own = dkim.signing_attributes_origin() == Some(&DkimSigningAttributesOrigin::External);
        let mail_from = mail_from.filter(|attributes| !attributes.mail_from_domain().is_empty());
        Self {
            is_verified,
            dkim: State::of(dkim.status().map_or("", |status| status.as_str())),
            dkim_tokens: if is_own { Vec::new() } else { dkim.tokens().to_vec() },
            dkim_zone: dkim.signing_hosted_zone().unwrap_or(DKIM_ZONE).to_owned(),
            mail_from: mail_from.map(|attributes| {
                let state = State::of(attributes.mail_from_domain_status().as_str());
                (attributes.mail_from_domain().to_owned(), state)
            }),
        }
    }
}

/// The identity of a domain, if there is one.
pub(crate) async fn find(target: &Target, domain: &str) -> Result<Option<Identity>, CliError> {
    match target.ses.get_email_identity().email_identity(domain).send().await {
        Ok(found) => Ok(Some(Identity::new(
            found.verified_for_sending_status(),
            found.dkim_attributes.clone(),
            found.mail_from_attributes.as_ref(),
        ))),
        Err(error) if aws::is(&error, "NotFoundException") => Ok(None),
        Err(error) => Err(aws::failed("ses:GetEmailIdentity", &error)),
    }
}

/// Creates a domain's identity with keys of 2048 bits; false if there is one. No configuration set becomes its default: every
/// mail of Posthorn names its own, and other mail from the domain is none of its business.
pub(super) async fn create(target: &Target, domain: &str) -> Result<bool, CliError> {
    let keys = DkimSigningAttributes::builder().next_signing_key_length(DkimSigningKeyLength::Rsa2048Bit).build();
    let create = target.ses.create_email_identity().email_identity(domain).dkim_signing_attributes(keys);
    match create.send().await {
        Ok(_) => Ok(true),
        Err(error) if aws::is(&error, "AlreadyExistsException") => Ok(false),
        Err(error) => Err(aws::failed("ses:CreateEmailIdentity", &error)),
    }
}

/// Sets the domain that bounces come back to.
pub(super) async fn set_mail_from(target: &Target, domain: &str, mail_from: Option<&str>) -> Result<(), CliError> {
    let put = target.ses.put_email_identity_mail_from_attributes().email_identity(domain);
    let put = put.set_mail_from_domain(mail_from.map(str::to_owned));
    // While the record is missing, mail goes out all the same, with a MAIL FROM of SES.
    let put = put.behavior_on_mx_failure(BehaviorOnMxFailure::UseDefaultValue);
    let put = put.send().await;
    put.map(drop).map_err(|error| aws::failed("ses:PutEmailIdentityMailFromAttributes", &error))
}

/// Deletes a domain's identity; false if there was none.
pub(super) async fn delete(target: &Target, domain: &str) -> Result<bool, CliError> {
    match target.ses.delete_email_identity().email_identity(domain).send().await {
        Ok(_) => Ok(true),
        Err(error) if aws::is(&error, "NotFoundException") => Ok(false),
        Err(error) => Err(aws::failed("ses:DeleteEmailIdentity", &error)),
    }
}

/// Every identity of the account, and whether mail may be sent from it, in one call a thousand.
pub(crate) async fn all(target: &Target) -> Result<HashMap<String, bool>, CliError> {
    let mut identities = HashMap::new();
    let mut pages = target.ses.list_email_identities().page_size(1000).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| aws::failed("ses:ListEmailIdentities", &error))?;
        let listed = page.email_identities.unwrap_or_default().into_iter();
        identities.extend(listed.filter_map(|it| Some((it.identity_name().map(str::to_owned)?, it.sending_enabled()))));
    }
    Ok(identities)
}
