//! An event as SES writes it. What is `null` or missing counts as empty; whether it was needed is decided behind it.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::{Bounce, BounceKind, Complaint, ComplaintKind, NotUnderstood, Origin, What, address_of, nameable};
use crate::address::Address;
use crate::ses::{EMAIL_TAG, PROJECT_TAG};

/// The top-level object.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Document {
    event_type: Option<String>,
    notification_type: Option<String>,
    mail: Option<Mail>,
    bounce: Option<BounceObject>,
    complaint: Option<ComplaintObject>,
    delivery: Option<Moment>,
    delivery_delay: Option<Moment>,
    open: Option<Moment>,
    click: Option<Moment>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Mail {
    #[serde(deserialize_with = "time")]
    timestamp: Option<Timestamp>,
    message_id: Option<String>,
    destination: Option<Vec<Option<String>>>,
    tags: Option<HashMap<String, Option<Vec<String>>>>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct BounceObject {
    bounce_type: Option<String>,
    bounce_sub_type: Option<String>,
    bounced_recipients: Option<Vec<Recipient>>,
    #[serde(deserialize_with = "time")]
    timestamp: Option<Timestamp>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct ComplaintObject {
    complaint_feedback_type: Option<String>,
    complaint_sub_type: Option<String>,
    complained_recipients: Option<Vec<Recipient>>,
    #[serde(deserialize_with = "time")]
    timestamp: Option<Timestamp>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Recipient {
    email_address: Option<String>,
}

/// An object of which only the time is read.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Moment {
    #[serde(deserialize_with = "time")]
    timestamp: Option<Timestamp>,
}

impl Document {
    pub(super) fn read(text: &str) -> Result<Self, NotUnderstood> {
        serde_json::from_str(text)
            .map_err(|error| if error.is_data() { NotUnderstood::Misshapen } else { NotUnderstood::NotJson })
    }

    pub(super) fn message_id(&self) -> String {
        self.mail.as_ref().and_then(|mail| mail.message_id.clone()).unwrap_or_default()
    }

    pub(super) fn origin(&self) -> Result<Origin, NotUnderstood> {
        match (&self.event_type, &self.notification_type) {
            (Some(_), _) => Ok(self.mail.as_ref().and_then(Mail::ours).unwrap_or(Origin::Foreign)),
            (None, Some(_)) => Ok(Origin::Unattributed),
            (None, None) => Err(NotUnderstood::NoType),
        }
    }

    pub(super) fn what(&self) -> Result<What, NotUnderstood> {
        let name = self.event_type.as_deref().or(self.notification_type.as_deref()).ok_or(NotUnderstood::NoType)?;
        Ok(match name {
            "Send" => What::Send { at: self.at(None)? },
            "Delivery" => What::Delivery { at: self.moment(self.delivery.as_ref())? },
            "Open" => What::Open { at: self.moment(self.open.as_ref())? },
            "Click" => What::Click { at: self.moment(self.click.as_ref())? },
            "DeliveryDelay" => What::Delay { at: self.moment(self.delivery_delay.as_ref())? },
            "Reject" => What::Reject { at: self.at(None)? },
            "Rendering Failure" => What::RenderingFailure { at: self.at(None)? },
            "Bounce" => What::Bounce(self.bounce()?),
            "Complaint" => What::Complaint(self.complaint()?),
            _ => What::Other(nameable(name).to_owned()),
        })
    }

    fn bounce(&self) -> Result<Bounce, NotUnderstood> {
        let bounce = self.bounce.as_ref().ok_or(NotUnderstood::NoBounce)?;
        Ok(Bounce {
            kind: BounceKind::of(bounce.bounce_type.as_deref(), bounce.bounce_sub_type.as_deref()),
            at: self.at(bounce.timestamp)?,
            recipients: self.recipients(bounce.bounced_recipients.as_deref()),
        })
    }

    fn complaint(&self) -> Result<Complaint, NotUnderstood> {
        let complaint = self.complaint.as_ref().ok_or(NotUnderstood::NoComplaint)?;
        Ok(Complaint {
            kind: ComplaintKind::of(
                complaint.complaint_feedback_type.as_deref(),
                complaint.complaint_sub_type.as_deref(),
            ),
            at: self.at(complaint.timestamp)?,
            recipients: self.recipients(complaint.complained_recipients.as_deref()),
        })
    }

    /// Those that the mail went to. A report names whom the recipient's server says it is about, which is whoever it
    /// likes: an address behind a forwarder, or a stranger.
    fn recipients(&self, reported: Option<&[Recipient]>) -> Vec<Address> {
        let sent_to: Vec<Address> = self.mail.as_ref().map(Mail::sent_to).unwrap_or_default();
        let reported = reported.unwrap_or_default().iter();
        let reported = reported.filter_map(|recipient| address_of(recipient.email_address.as_deref()?));
        reported.filter(|address| sent_to.contains(address)).collect()
    }

    fn moment(&self, moment: Option<&Moment>) -> Result<Timestamp, NotUnderstood> {
        self.at(moment.and_then(|moment| moment.timestamp))
    }

    /// The event's own time, or else that of its mail.
    fn at(&self, own: Option<Timestamp>) -> Result<Timestamp, NotUnderstood> {
        let mail = self.mail.as_ref().ok_or(NotUnderstood::NoMail)?;
        own.or(mail.timestamp).ok_or(NotUnderstood::NoTimestamp)
    }
}

impl Mail {
    fn sent_to(&self) -> Vec<Address> {
        let destination = self.destination.as_deref().unwrap_or_default();
        destination.iter().flatten().filter_map(|raw| address_of(raw)).collect()
    }

    fn ours(&self) -> Option<Origin> {
        let tags = self.tags.as_ref()?;
        let id = |tag| Uuid::parse_str(tags.get(tag)?.as_ref()?.first()?).ok();
        Some(Origin::Ours { project: id(PROJECT_TAG)?, email: id(EMAIL_TAG)? })
    }
}

/// A time that cannot be read counts as missing. It is taken as text first: a value that is none may be large.
fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    Ok(serde_json::from_str(<&RawValue>::deserialize(deserializer)?.get()).ok())
}
