//! The rule that decides when a project's bounces and complaints are too many. Pure.
//!
//! For each metric, over the trailing seven days at hour grain: `rate = counted / max(sent, floor)`. Below the floor
//! the rule is a plain ceiling, so that one complaint among a hundred emails stops nobody while a bought list is
//! stopped at its twentieth bounce.

use std::{fmt, str::FromStr};

use jiff::SignedDuration;
use posthorn_table::{
    Timestamp,
    statistics::{FeedbackMetric, HourCounts},
};

/// The number of hours in the window, the running one included.
pub const WINDOW_HOURS: i64 = 7 * 24;

/// An exact rate in parts per million, which is written in percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate(u32);

impl Rate {
    const ONE: u32 = 1_000_000;

    /// Makes a rate of `parts` per million.
    #[must_use]
    pub const fn per_million(parts: u32) -> Self {
        Self(parts)
    }

    /// The rate as a fraction of 1.
    #[must_use]
    pub fn fraction(self) -> f64 {
        f64::from(self.0) / f64::from(Self::ONE)
    }
}

/// Writes the percentage without a sign: `10`, `0.1`.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 10_000, self.0 % 10_000);
        if rest == 0 {
            return write!(f, "{whole}");
        }
        write!(f, "{whole}.{}", format!("{rest:04}").trim_end_matches('0'))
    }
}

/// Reads a percentage with at most four decimals, such as `5` or `0.1`: more than 0, at most 100.
impl FromStr for Rate {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
        let digits = |text: &str| text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(rest) || text.ends_with('.') {
            return Err(());
        }
        let parts: u32 = format!("{whole}{rest:0<4}").parse().map_err(drop)?;
        if parts == 0 || parts > Self::ONE { Err(()) } else { Ok(Self(parts)) }
    }
}

/// The thresholds of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    /// Emails below which a rate counts as if so many had been sent.
    pub floor: u64,
    /// The rate from which the operators are warned.
    pub warn: Rate,
    /// The rate from which the project is disabled.
    pub disable: Rate,
}

/// A metric's thresholds as configuration gives them; `None` means the default.
#[derive(Debug, Clone, Copy, Default)]
pub struct ThresholdTexts<'a> {
    /// The number of emails below which a rate counts as if so many had been sent.
    pub floor: Option<&'a str>,
    /// The percentage from which the operators are warned.
    pub warn: Option<&'a str>,
    /// The percentage from which the project is disabled.
    pub disable: Option<&'a str>,
}

/// A mistake in the configuration of the rule: names the variable, and says what it must be.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// A floor that is no positive number.
    #[error("{0}_FLOOR must be a whole number of emails, 1 or more, such as {1}")]
    Floor(&'static str, u64),
    /// A threshold that is no percentage.
    #[error("{0}_{1}_PERCENT must be a number above 0 and at most 100, with at most four decimals, such as {2}")]
    Threshold(&'static str, &'static str, Rate),
    /// The threshold for warning is not below the one for disabling.
    #[error("{0}_WARN_PERCENT ({1}) must be below {0}_DISABLE_PERCENT ({2})")]
    Order(&'static str, Rate, Rate),
}

impl Thresholds {
    fn read(metric: FeedbackMetric, text: ThresholdTexts<'_>, default: Self) -> Result<Self, RuleError> {
        let name = match metric {
            FeedbackMetric::Bounce => "BOUNCE",
            FeedbackMetric::Complaint => "COMPLAINT",
        };
        let rate = |threshold, text: Option<&str>, default: Rate| match text {
            None => Ok(default),
            Some(text) => text.trim().parse().map_err(|()| RuleError::Threshold(name, threshold, default)),
        };
        let floor = match text.floor {
            None => default.floor,
            Some(text) => {
                text.trim().parse().ok().filter(|floor| *floor > 0).ok_or(RuleError::Floor(name, default.floor))?
            }
        };
        let thresholds = Self {
            floor,
            warn: rate("WARN", text.warn, default.warn)?,
            disable: rate("DISABLE", text.disable, default.disable)?,
        };
        if thresholds.warn >= thresholds.disable {
            return Err(RuleError::Order(name, thresholds.warn, thresholds.disable));
        }
        Ok(thresholds)
    }
}

/// The rule of a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The thresholds for hard bounces. SES reviews an account at 5 % and may pause it at 10 %.
    pub bounce: Thresholds,
    /// The thresholds for complaints. SES reviews an account at 0.1 % and may pause it at 0.5 %.
    pub complaint: Thresholds,
}

impl Default for Rule {
    fn default() -> Self {
        Self {
            bounce: Thresholds { floor: 200, warn: Rate(50_000), disable: Rate(100_000) },
            complaint: Thresholds { floor: 1_000, warn: Rate(1_000), disable: Rate(5_000) },
        }
    }
}

/// The highest threshold that a metric has reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Below both thresholds.
    Fine,
    /// At or above the threshold for warning.
    Warn,
    /// At or above the threshold for disabling.
    Disable,
}

/// The counts of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Emails that the mail service took.
    pub sent: u64,
    /// Emails that bounced for good.
    pub bounced: u64,
    /// Emails complained about.
    pub complained: u64,
}

impl Counts {
    /// The sum over the trailing seven days as of `now`. Hours before them do not count.
    #[must_use]
    pub fn in_window(hours: &[HourCounts], now: Timestamp) -> Self {
        let begins = window_begins(now);
        hours.iter().filter(|counts| counts.hour >= begins).fold(Self::default(), |sum, counts| Self {
            sent: sum.sent + counts.sent,
            bounced: sum.bounced + counts.bounced,
            complained: sum.complained + counts.complained,
        })
    }

    /// The count of a metric.
    #[must_use]
    pub fn of(&self, metric: FeedbackMetric) -> u64 {
        match metric {
            FeedbackMetric::Bounce => self.bounced,
            FeedbackMetric::Complaint => self.complained,
        }
    }
}

/// The beginning of the oldest hour in the window.
#[must_use]
pub fn window_begins(now: Timestamp) -> Timestamp {
    let seconds = now.as_second();
    let hour = Timestamp::from_second(seconds - seconds.rem_euclid(3600)).unwrap_or(now);
    hour - SignedDuration::from_hours(WINDOW_HOURS - 1)
}

impl Rule {
    /// The rule as configured.
    ///
    /// # Errors
    /// [`RuleError`] names the variable that is wrong and what it must be.
    pub fn read(bounce: ThresholdTexts<'_>, complaint: ThresholdTexts<'_>) -> Result<Self, RuleError> {
        let default = Self::default();
        Ok(Self {
            bounce: Thresholds::read(FeedbackMetric::Bounce, bounce, default.bounce)?,
            complaint: Thresholds::read(FeedbackMetric::Complaint, complaint, default.complaint)?,
        })
    }

    /// The thresholds of a metric.
    #[must_use]
    pub fn thresholds(&self, metric: FeedbackMetric) -> Thresholds {
        match metric {
            FeedbackMetric::Bounce => self.bounce,
            FeedbackMetric::Complaint => self.complaint,
        }
    }

    /// The highest threshold that a metric has reached.
    #[must_use]
    pub fn level(&self, metric: FeedbackMetric, counts: &Counts) -> Level {
        let thresholds = self.thresholds(metric);
        let reaches = |threshold: Rate| {
            let (counted, sent) = (u128::from(counts.of(metric)), u128::from(counts.sent.max(thresholds.floor)));
            counted * u128::from(Rate::ONE) >= u128::from(threshold.0) * sent
        };
        if reaches(thresholds.disable) {
            Level::Disable
        } else if reaches(thresholds.warn) {
            Level::Warn
        } else {
            Level::Fine
        }
    }

    /// The rate of a metric as a fraction of 1, rounded for people to read.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "shown with two decimals")]
    pub fn rate(&self, metric: FeedbackMetric, counts: &Counts) -> f64 {
        counts.of(metric) as f64 / counts.sent.max(self.thresholds(metric).floor) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_is_this_table() {
        let cases = [
            (FeedbackMetric::Bounce, 19, 19, Level::Warn),
            (FeedbackMetric::Bounce, 20, 20, Level::Disable),
            (FeedbackMetric::Bounce, 200, 9, Level::Fine),
            (FeedbackMetric::Bounce, 200, 10, Level::Warn),
            (FeedbackMetric::Bounce, 200, 19, Level::Warn),
            (FeedbackMetric::Bounce, 200, 20, Level::Disable),
            (FeedbackMetric::Bounce, 10_000, 400, Level::Fine),
            (FeedbackMetric::Bounce, 10_000, 999, Level::Warn),
            (FeedbackMetric::Bounce, 10_000, 1_000, Level::Disable),
            (FeedbackMetric::Complaint, 50, 0, Level::Fine),
            (FeedbackMetric::Complaint, 50, 4, Level::Warn),
            (FeedbackMetric::Complaint, 5, 5, Level::Disable),
            (FeedbackMetric::Complaint, 10_000, 9, Level::Fine),
            (FeedbackMetric::Complaint, 10_000, 10, Level::Warn),
            (FeedbackMetric::Complaint, 10_000, 49, Level::Warn),
            (FeedbackMetric::Complaint, 10_000, 50, Level::Disable),
            (FeedbackMetric::Bounce, 0, 0, Level::Fine),
            (FeedbackMetric::Bounce, u64::MAX, u64::MAX, Level::Disable),
        ];
        for (metric, sent, counted, expected) in cases {
            let mut counts = Counts { sent, ..Counts::default() };
            match metric {
                FeedbackMetric::Bounce => counts.bounced = counted,
                FeedbackMetric::Complaint => counts.complained = counted,
            }
            assert_eq!(Rule::default().level(metric, &counts), expected, "{counted} {} of {sent}", metric.counted());
        }
    }

    #[test]
    fn one_metric_says_nothing_of_the_other() {
        let counts = Counts { sent: 20, bounced: 20, complained: 0 };
        assert_eq!(Rule::default().level(FeedbackMetric::Complaint, &counts), Level::Fine);
    }

    #[test]
    fn what_lies_an_hour_past_the_window_does_not_count() {
        let now: Timestamp = "2025-11-30T10:30:00Z".parse().unwrap();
        let counts = |hour: &str| {
            let hour = hour.parse().unwrap();
            Counts::in_window(&[HourCounts { hour, sent: 1, bounced: 1, complained: 1 }], now)
        };
        assert_eq!(counts("2025-11-30T10:00:00Z").sent, 1);
        assert_eq!(counts("2025-11-23T11:00:00Z"), Counts { sent: 1, bounced: 1, complained: 1 });
        assert_eq!(counts("2025-11-23T10:00:00Z"), Counts::default());
    }

    #[test]
    fn rates_are_exact_percent() {
        for (text, parts) in [("5", 50_000), ("0.1", 1_000), ("100", 1_000_000), ("0.0001", 1), ("12.5", 125_000)] {
            assert_eq!(text.parse(), Ok(Rate(parts)), "{text}");
            assert_eq!(Rate(parts).to_string(), text);
        }
        for text in ["", ".", "0", "0.0", "5.", ".5", "101", "-1", "5 %", "1e1", "0.00001", "NaN", "99999", "+5"] {
            assert_eq!(text.parse::<Rate>(), Err(()), "{text}");
        }
    }

    #[test]
    fn a_wrong_configuration_says_what_is_wrong() {
        let read = |bounce| Rule::read(bounce, ThresholdTexts::default()).map_err(|error| error.to_string());
        assert_eq!(read(ThresholdTexts::default()), Ok(Rule::default()));
        let rule = read(ThresholdTexts { floor: Some("50"), warn: Some(" 2.5 "), disable: Some("4") }).unwrap();
        assert_eq!(rule.bounce, Thresholds { floor: 50, warn: Rate(25_000), disable: Rate(40_000) });
        for (text, expected) in [
            (ThresholdTexts { floor: Some("0"), ..ThresholdTexts::default() }, "BOUNCE_FLOOR must be"),
            (ThresholdTexts { floor: Some("many"), ..ThresholdTexts::default() }, "BOUNCE_FLOOR must be"),
            (ThresholdTexts { warn: Some("five"), ..ThresholdTexts::default() }, "BOUNCE_WARN_PERCENT must be"),
            (ThresholdTexts { disable: Some("0"), ..ThresholdTexts::default() }, "BOUNCE_DISABLE_PERCENT must be"),
            (
                ThresholdTexts { warn: Some("10"), ..ThresholdTexts::default() },
                "BOUNCE_WARN_PERCENT (10) must be below BOUNCE_DISABLE_PERCENT (10)",
            ),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
