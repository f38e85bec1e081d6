//! The account's status, and its configuration sets with the destinations of their events.

use std::collections::BTreeMap;

use axum::Json;
use serde_json::{Value, json};

use super::exception::Exception;

/// The account's status (API reference, `GetAccount`).
#[derive(Clone, Debug, PartialEq)]
pub struct AccountStatus {
    /// True outside the sandbox.
    pub production_access: bool,
    /// True if sending is not paused.
    pub sending_enabled: bool,
    /// `HEALTHY`, `PROBATION` or `SHUTDOWN`.
    pub enforcement: String,
    /// The emails that the account may send in 24 hours; -1 for no limit.
    pub max_24_hour_send: f64,
    /// The emails that the account may send in a second.
    pub max_send_rate: f64,
}

impl Default for AccountStatus {
    fn default() -> Self {
        Self {
            production_access: true,
            sending_enabled: true,
            enforcement: "HEALTHY".to_owned(),
            max_24_hour_send: 50_000.0,
            max_send_rate: 14.0,
        }
    }
}

impl AccountStatus {
    /// `GetAccount`.
    pub(super) fn get(&self, sent: usize) -> Json<Value> {
        Json(json!({
            "DedicatedIpAutoWarmupEnabled": false,
            "EnforcementStatus": self.enforcement,
            "ProductionAccessEnabled": self.production_access,
            "SendingEnabled": self.sending_enabled,
            "SendQuota": {
                "Max24HourSend": self.max_24_hour_send,
                "MaxSendRate": self.max_send_rate,
                "SentLast24Hours": sent,
            },
            "SuppressionAttributes": { "SuppressedReasons": ["BOUNCE", "COMPLAINT"] },
        }))
    }
}

/// A destination of a configuration set's events: a topic of SNS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventDestination {
    /// The destination's name.
    pub name: String,
    /// True if events go there.
    pub enabled: bool,
    /// The topic's ARN.
    pub topic: String,
    /// The types of the events that go there, such as `BOUNCE`.
    pub types: Vec<String>,
}

impl EventDestination {
    /// A destination that is enabled and gets every type that the guard and the emails' records need.
    #[must_use]
    pub fn to_topic(topic: &str) -> Self {
        let types = ["SEND", "REJECT", "BOUNCE", "COMPLAINT", "DELIVERY", "RENDERING_FAILURE", "DELIVERY_DELAY"];
        Self {
            name: "feedback".to_owned(),
            enabled: true,
            topic: topic.to_owned(),
            types: types.map(str::to_owned).into(),
        }
    }
}

/// The configuration sets, by name.
#[derive(Clone, Debug, Default)]
pub(super) struct ConfigurationSets(BTreeMap<String, ConfigurationSet>);

#[derive(Clone, Debug)]
struct ConfigurationSet {
    sending_enabled: bool,
    destinations: Vec<EventDestination>,
}

impl Default for ConfigurationSet {
    fn default() -> Self {
        Self { sending_enabled: true, destinations: Vec::new() }
    }
}

impl ConfigurationSets {
    pub(super) fn create(&mut self, name: &str) {
        self.0.entry(name.to_owned()).or_default();
    }

    pub(super) fn set_destinations(&mut self, name: &str, destinations: Vec<EventDestination>) {
        self.0.entry(name.to_owned()).or_default().destinations = destinations;
    }

    pub(super) fn set_sending(&mut self, name: &str, enabled: bool) {
        self.0.entry(name.to_owned()).or_default().sending_enabled = enabled;
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// `GetConfigurationSet`.
    ///
    /// # Errors
    ///
    /// `NotFoundException`.
    pub(super) fn get(&self, name: &str) -> Result<Json<Value>, Exception> {
        let set = self.0.get(name).ok_or_else(|| unknown(name))?;
        Ok(Json(json!({
            "ConfigurationSetName": name,
            "SendingOptions": { "SendingEnabled": set.sending_enabled },
            "ReputationOptions": { "ReputationMetricsEnabled": false },
        })))
    }

    /// `GetConfigurationSetEventDestinations`.
    ///
    /// # Errors
    ///
    /// `NotFoundException`.
    pub(super) fn destinations(&self, name: &str) -> Result<Json<Value>, Exception> {
        let set = self.0.get(name).ok_or_else(|| unknown(name))?;
        let destinations = set.destinations.iter().map(|destination| {
            json!({
                "Name": destination.name,
                "Enabled": destination.enabled,
                "MatchingEventTypes": destination.types,
                "SnsDestination": { "TopicArn": destination.topic },
            })
        });
        Ok(Json(json!({ "EventDestinations": destinations.collect::<Vec<_>>() })))
    }
}

/// The exception for a configuration set that does not exist.
pub(super) fn unknown(name: &str) -> Exception {
    Exception::not_found(format!("Configuration set <{name}> does not exist."))
}
