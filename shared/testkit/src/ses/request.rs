//! The body of `SendEmail`, as far as this endpoint reads it (SES v2 API reference, `SendEmail`).

use serde::Deserialize;
use serde::de::IgnoredAny;

/// `SendEmail`'s input.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SendEmail {
    pub(super) from_email_address: Option<String>,
    #[serde(default)]
    pub(super) destination: Destination,
    #[serde(default)]
    pub(super) reply_to_addresses: Vec<String>,
    pub(super) content: Option<Content>,
    #[serde(default)]
    pub(super) email_tags: Vec<Pair>,
    pub(super) configuration_set_name: Option<String>,
}

/// `Destination`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Destination {
    #[serde(rename = "ToAddresses")]
    pub(super) to: Vec<String>,
    #[serde(rename = "CcAddresses")]
    pub(super) cc: Vec<String>,
    #[serde(rename = "BccAddresses")]
    pub(super) bcc: Vec<String>,
}

/// `EmailContent`: one of the three.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Content {
    pub(super) simple: Option<Simple>,
    pub(super) raw: Option<IgnoredAny>,
    pub(super) template: Option<IgnoredAny>,
}

/// `Message`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Simple {
    pub(super) subject: Option<Text>,
    pub(super) body: Option<Body>,
    #[serde(default)]
    pub(super) headers: Vec<Pair>,
    #[serde(default)]
    pub(super) attachments: Vec<RawAttachment>,
}

/// `Body`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Body {
    pub(super) html: Option<Text>,
    pub(super) text: Option<Text>,
}

/// `Content` of the API reference: a string and the character set that SES shall send it in.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Text {
    pub(super) data: String,
    pub(super) charset: Option<String>,
}

/// `MessageHeader` and `MessageTag`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Pair {
    pub(super) name: String,
    pub(super) value: String,
}

/// `Attachment`, its content still base64.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RawAttachment {
    pub(super) file_name: String,
    pub(super) raw_content: String,
    pub(super) content_type: Option<String>,
    pub(super) content_id: Option<String>,
    pub(super) content_description: Option<String>,
    pub(super) content_disposition: Option<String>,
    pub(super) content_transfer_encoding: Option<String>,
}
