//! Configuration: the only reader of the environment. (The AWS SDK reads `AWS_REGION`, `AWS_ACCESS_KEY_ID` and its
//! companions by itself.)

use std::fmt;

/// The configuration of a deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `STACK_NAME`: the deployment, as the metrics name it; `posthorn` unless given.
    pub stack: String,
    /// `TABLE_NAME`: the DynamoDB table; `posthorn` unless given.
    pub table: String,
    /// `CONFIGURATION_SET`: the SES configuration set whose events come back; none unless given.
    pub configuration_set: Option<String>,
    /// `ALERTS_TOPIC_ARN`: the SNS topic that operators listen to; none unless given.
    pub alerts_topic: Option<String>,
    /// `BOUNCE_FLOOR`, `BOUNCE_WARN_PERCENT`, `BOUNCE_DISABLE_PERCENT`: the guard's thresholds for bounces.
    pub bounce: ThresholdVariables,
    /// `COMPLAINT_FLOOR`, `COMPLAINT_WARN_PERCENT`, `COMPLAINT_DISABLE_PERCENT`: the guard's thresholds for complaints.
    pub complaint: ThresholdVariables,
}

/// The variables that set a metric's thresholds, unparsed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ThresholdVariables {
    /// Emails below which a rate counts as if so many had been sent.
    pub floor: Option<String>,
    /// The percentage from which the operators are warned.
    pub warn: Option<String>,
    /// The percentage from which the project is disabled.
    pub disable: Option<String>,
}

/// A variable that cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub struct ConfigError {
    variable: &'static str,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the environment variable {} is not valid UTF-8", self.variable)
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Reads the environment. An empty variable counts as absent.
    ///
    /// # Errors
    /// [`ConfigError`] names the variable that is not text.
    pub fn from_environment() -> Result<Self, ConfigError> {
        Self::from(&mut environment)
    }

    /// Reads every variable of the configuration, and no other, with `read`.
    fn from(read: &mut dyn FnMut(&'static str) -> Result<Option<String>, ConfigError>) -> Result<Self, ConfigError> {
        Ok(Self {
            stack: read("STACK_NAME")?.unwrap_or_else(|| "posthorn".to_owned()),
            table: read("TABLE_NAME")?.unwrap_or_else(|| "posthorn".to_owned()),
            configuration_set: read("CONFIGURATION_SET")?,
            alerts_topic: read("ALERTS_TOPIC_ARN")?,
            bounce: ThresholdVariables {
                floor: read("BOUNCE_FLOOR")?,
                warn: read("BOUNCE_WARN_PERCENT")?,
                disable: read("BOUNCE_DISABLE_PERCENT")?,
            },
            complaint: ThresholdVariables {
                floor: read("COMPLAINT_FLOOR")?,
                warn: read("COMPLAINT_WARN_PERCENT")?,
                disable: read("COMPLAINT_DISABLE_PERCENT")?,
            },
        })
    }
}

/// The name of every variable.
#[must_use]
pub fn variables() -> Vec<&'static str> {
    let mut names = Vec::new();
    let _ = Config::from(&mut |name| {
        names.push(name);
        Ok(None)
    });
    names
}

/// The address at which a service of AWS is reached instead, from `AWS_ENDPOINT_URL_<SERVICE>` or else `AWS_ENDPOINT_URL`.
/// `service_id` is AWS's, such as `SESv2`.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub(crate) fn endpoint(service_id: &str) -> Option<String> {
    endpoint_of(service_id, |variable| std::env::var(variable).ok().filter(|value| !value.is_empty()))
}

fn endpoint_of(service_id: &str, read: impl Fn(&str) -> Option<String>) -> Option<String> {
    let of_service = format!("AWS_ENDPOINT_URL_{}", service_id.to_uppercase().replace(' ', "_"));
    read(&of_service).or_else(|| read("AWS_ENDPOINT_URL"))
}

/// True if `SSL_CERT_FILE` or `SSL_CERT_DIR` names certificate authorities.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub(crate) fn chooses_certificates() -> bool {
    ["SSL_CERT_FILE", "SSL_CERT_DIR"]
        .into_iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
fn environment(variable: &'static str) -> Result<Option<String>, ConfigError> {
    match std::env::var(variable) {
        Ok(value) if value.is_empty() => Ok(None),
        Ok(value) => Ok(Some(value)),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(ConfigError { variable }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_of_the_service_counts_before_the_one_of_all() {
        let with = |set: &'static [(&str, &str)]| {
            endpoint_of("SESv2", |name| {
                set.iter().find(|(variable, _)| *variable == name).map(|(_, value)| (*value).to_owned())
            })
        };
        assert_eq!(with(&[]), None);
        assert_eq!(with(&[("AWS_ENDPOINT_URL_DYNAMODB", "http://a")]), None);
        assert_eq!(with(&[("AWS_ENDPOINT_URL", "http://all")]).as_deref(), Some("http://all"));
        let both = with(&[("AWS_ENDPOINT_URL", "http://all"), ("AWS_ENDPOINT_URL_SESV2", "http://ses")]);
        assert_eq!(both.as_deref(), Some("http://ses"));
    }
}
