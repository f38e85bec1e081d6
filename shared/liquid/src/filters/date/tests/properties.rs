//! Properties that hold for every input.

use jiff::fmt::rfc2822;
use jiff::tz::Offset;
use proptest::prelude::*;

use super::*;

/// Parts of dates. Many texts made of them are almost dates.
const PIECES: &str = "2026|05|1|-|/|.|:| |T|Z|+02:00|10:20|10:20:30.5|May|Fri|,|PM|am|UTC|EST|Europe/Berlin|[|]|(|)|W18|14th|\
    99999999|é|\u{202f}|GMT+0200";

/// Directives with flags and widths.
const DIRECTIVES: &str = "(%[-_0^#:]{0,2}[0-9]{0,3}[aAbBcCdDeFgGHIjklLmMnNpPqrRsStTuUvVwWxXyYzZ%+EOQ]){0,40}";

/// Seconds from the year 1 to 9999, a day away from both ends.
const SECONDS: std::ops::Range<i64> = -62_135_510_400..253_402_200_000;

fn texts() -> impl Strategy<Value = String> {
    let pieces = prop::collection::vec(prop::sample::select(PIECES.split('|').collect::<Vec<_>>()), 0..10)
        .prop_map(|pieces| pieces.concat());
    prop_oneof![pieces, "[0-9]{1,20}", "[0-9TZ:./ +-]{0,40}", any::<String>()]
}

fn formats() -> impl Strategy<Value = String> {
    prop_oneof![DIRECTIVES, "[%dYE0-9:-]{0,60}", any::<String>()]
}

fn zones() -> impl Strategy<Value = Value> {
    prop_oneof![
        texts().prop_map(Value::from),
        any::<i64>().prop_map(Value::Integer),
        (-900_i64..900).prop_map(Value::Integer)
    ]
}

proptest! {
    #[test]
    fn no_text_and_no_format_makes_more_than_is_allowed(text in texts(), format in formats(), zone in zones()) {
        let arguments = [format.as_str().into(), zone];
        for arguments in [&arguments[..1], &arguments[..]] {
            if let Ok(written) = apply(date, &text.as_str().into(), arguments) {
                prop_assert!(text_of(&written).len() <= text.len().max(25 * MAX_TEXT));
            }
        }
    }

    #[test]
    fn no_number_panics(integer: i64, float in prop::num::f64::NORMAL, format in formats()) {
        for input in [Value::Integer(integer), Value::Float(float)] {
            prop_assert!(apply(date, &input, &[format.as_str().into()]).is_ok());
        }
    }

    #[test]
    fn a_date_of_any_common_form_is_read_back(second in SECONDS, minutes in -14 * 60..=14 * 60) {
        let timestamp = Timestamp::from_second(second).unwrap();
        let zoned = timestamp.to_zoned(TimeZone::fixed(Offset::from_seconds(minutes * 60).unwrap()));
        let mut forms = vec![timestamp.to_string(), zoned.to_string(), zoned.timestamp().display_with_offset(zoned.offset()).to_string()];
        for form in [
            "%a %b %d %Y %H:%M:%S GMT%z (Some Time)", "%m/%d/%Y, %I:%M:%S %p %:z", "%A, %d %B %Y %-I:%M:%S%P UTC%z", "%d.%m.%Y %T %z",
            "%Y-%m-%d %T %z", "%G-W%V-%uT%T%z", "%Y-%jT%T%:z", "%d/%b/%Y %T %z",
        ] {
            forms.push(zoned.strftime(form).to_string());
        }
        forms.extend(rfc2822::to_string(&zoned));
        for form in forms {
            let read = apply_json(date, json!(form), &[json!("%s")]);
            prop_assert_eq!(read, Ok(second.to_string()), "{}", form);
        }
    }

    #[test]
    fn directives_that_jiff_has_are_written_as_jiff_does(second in SECONDS, zone in prop::sample::select(&["UTC", "Europe/Berlin", "America/St_Johns"])) {
        let zoned = Timestamp::from_second(second).unwrap().to_zoned(TimeZone::get(zone).unwrap());
        let format = "%a %A %b %B %d %D %e %F %G %h %H %I %j %k %l %m %M %p %P %R %S %T %u %U %V %w %W %Y %-d %_m %^a %Z %s";
        let read = Timestamp::from_second(second).unwrap().to_string();
        let written = apply_json(date, json!(read), &[json!(format), json!(zone)]);
        let is_in_range = VALID_YEARS.contains(&zoned.year());
        prop_assert_eq!(written, Ok(if is_in_range { zoned.strftime(format).to_string() } else { read }));
    }
}
