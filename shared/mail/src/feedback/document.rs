//! The JSON of an event as SES writes it. A field that is `null` or missing counts as empty; the code that reads the field decides
//! whether it is required.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::event::{
    Bounce, BounceKind, Complaint, ComplaintKind, EventError, EventKind, Origin, address_of, loggable_name,
};
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
    pub(super) fn read(text: &str) -> Result<Self, EventError> {
        serde_json::from_str(text)
            .map_err(|error| if error.is_data() { EventError::InvalidShape } else { EventError::NotJson })
    }

    pub(super) fn message_id(&self) -> String {
        self.mail.as_ref().and_then(|mail| mail.message_id.clone()).unwrap_or_default()
    }

    pub(super) fn origin(&self) -> Result<Origin, EventError> {
        match (&self.event_type, &self.notification_type) {
            (Some(_), _) => Ok(self.mail.as_ref().and_then(Mail::tagged).unwrap_or(Origin::Foreign)),
            (None, Some(_)) => Ok(Origin::Unattributed),
            (None, None) => Err(EventError::NoType),
        }
    }

    pub(super) fn kind(&self) -> Result<EventKind, EventError> {
        let name = self.event_type.as_deref().or(self.notification_type.as_deref()).ok_or(EventError::NoType)?;
        Ok(match name {
            "Send" => EventKind::Send { at: self.at(None)? },
            "Delivery" => EventKind::Delivery { at: self.moment(self.delivery.as_ref())? },
            "Open" => EventKind::Open { at: self.moment(self.open.as_ref())? },
            "Click" => EventKind::Click { at: self.moment(self.click.as_ref())? },
            "DeliveryDelay" => EventKind::Delay { at: self.moment(self.delivery_delay.as_ref())? },
            "Reject" => EventKind::Reject { at: self.at(None)? },
            "Rendering Failure" => EventKind::RenderingFailure { at: self.at(None)? },
            "Bounce" => EventKind::Bounce(self.bounce()?),
            "Complaint" => EventKind::Complaint(self.complaint()?),
            _ => EventKind::Other(loggable_name(name).to_owned()),
        })
    }

    fn bounce(&self) -> Result<Bounce, EventError> {
        let bounce = self.bounce.as_ref().ok_or(EventError::NoBounce)?;
        Ok(Bounce {
            kind: BounceKind::of(bounce.bounce_type.as_deref(), bounce.bounce_sub_type.as_deref()),
            at: self.at(bounce.timestamp)?,
            recipients: self.recipients(bounce.bounced_recipients.as_deref()),
        })
    }

    fn complaint(&self) -> Result<Complaint, EventError> {
        let complaint = self.complaint.as_ref().ok_or(EventError::NoComplaint)?;
        Ok(Complaint {
            kind: ComplaintKind::of(
                complaint.complaint_feedback_type.as_deref(),
                complaint.complaint_sub_type.as_deref(),
            ),
            at: self.at(complaint.timestamp)?,
            recipients: self.recipients(complaint.complained_recipients.as_deref()),
        })
    }

    /// The reported addresses that the mail was sent to. A report names the address that the recipient's server gives, which may be
    /// any: an address behind a forwarder, or a stranger's.
    fn recipients(&self, reported: Option<&[Recipient]>) -> Vec<Address> {
        let sent_to: Vec<Address> = self.mail.as_ref().map(Mail::sent_to).unwrap_or_default();
        let reported = reported.unwrap_or_default().iter();
        let reported = reported.filter_map(|recipient| address_of(recipient.email_address.as_deref()?));
        reported.filter(|address| sent_to.contains(address)).collect()
    }

    fn moment(&self, moment: Option<&Moment>) -> Result<Timestamp, EventError> {
        self.at(moment.and_then(|moment| moment.timestamp))
    }

    /// The time of the event, or else that of its mail.
    fn at(&self, event_time: Option<Timestamp>) -> Result<Timestamp, EventError> {
        let mail = self.mail.as_ref().ok_or(EventError::NoMail)?;
        event_time.or(mail.timestamp).ok_or(EventError::NoTimestamp)
    }
}

impl Mail {
    fn sent_to(&self) -> Vec<Address> {
        let destination = self.destination.as_deref().unwrap_or_default();
        destination.iter().flatten().filter_map(|raw| address_of(raw)).collect()
    }

    fn tagged(&self) -> Option<Origin> {
        let tags = self.tags.as_ref()?;
        let id = |tag| Uuid::parse_str(tags.get(tag)?.as_ref()?.first()?).ok();
        Some(Origin::Tagged { project: id(PROJECT_TAG)?, email: id(EMAIL_TAG)? })
    }
}

/// Reads a time. A time that cannot be read counts as missing. Its text is kept raw first, since a value that is no time may be
/// large.
fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    Ok(serde_json::from_str(<&RawValue>::deserialize(deserializer)?.get()).ok())
}
