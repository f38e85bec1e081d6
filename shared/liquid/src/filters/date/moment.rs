//! A point in time and the local time of a zone.

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

/// A date and time with its zone. Unlike jiff's `Zoned` it reaches the last day of 9999, which many databases hold for "never".
pub(super) struct Moment {
    pub(super) local: DateTime,
    pub(super) offset: Offset,
    zone: TimeZone,
}

impl Moment {
    pub(super) fn at(timestamp: Timestamp, zone: TimeZone) -> Moment {
        let offset = zone.to_offset(timestamp);
        Moment { local: offset.to_datetime(timestamp), offset, zone }
    }

    /// The moment with this local time in `zone`. An hour that clocks skip in spring means the next hour, and an hour that they
    /// repeat in autumn means the first of the two.
    pub(super) fn in_local_time(local: DateTime, zone: TimeZone) -> Option<Moment> {
        if let Ok(offset) = zone.to_fixed_offset() {
            return Some(Moment { local, offset, zone });
        }
        let timestamp = zone.to_ambiguous_timestamp(local).compatible().ok()?;
        Some(Moment::at(timestamp, zone))
    }

    /// The moment in another zone.
    pub(super) fn in_zone(&self, zone: TimeZone) -> Option<Moment> {
        let offset = zone.to_offset(self.timestamp());
        let later = SignedDuration::from_secs((offset.seconds() - self.offset.seconds()).into());
        Some(Moment { local: self.local.checked_add(later).ok()?, offset, zone })
    }

    /// The moment as a timestamp, or the last timestamp for which zones have rules.
    fn timestamp(&self) -> Timestamp {
        self.offset.to_timestamp(self.local).unwrap_or(Timestamp::MAX)
    }

    /// Whole seconds since 1970 in UTC.
    pub(super) fn epoch_seconds(&self) -> i64 {
        let since = self.local.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0));
        since.as_secs() - i64::from(since.subsec_nanos() < 0) - i64::from(self.offset.seconds())
    }

    /// The abbreviation of the zone, such as `CEST` or `UTC`, `None` if the zone is only an offset.
    pub(super) fn abbreviation(&self) -> Option<String> {
        let is_nameless = self.zone.to_fixed_offset().is_ok() && self.zone != TimeZone::UTC;
        (!is_nameless).then(|| self.zone.to_offset_info(self.timestamp()).abbreviation().to_owned())
    }
}
