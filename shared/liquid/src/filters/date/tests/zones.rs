//! The second argument of `date`.

use super::*;

#[test]
fn a_zone_moves_the_date() {
    for (input, zone, expected) in [
        ("1990-12-31T23:00:00Z", "Asia/Colombo", "1991-01-01 04:30 +0530 +0530"),
        ("2021-01-01T23:00:00Z", "America/New_York", "2021-01-01 18:00 -0500 EST"),
        ("2021-06-01T23:00:00Z", "America/New_York", "2021-06-01 19:00 -0400 EDT"),
        ("2026-05-01 10:20", "Europe/Berlin", "2026-05-01 12:20 +0200 CEST"),
        ("2026-05-01T10:20:00-05:00", "europe/berlin", "2026-05-01 17:20 +0200 CEST"),
        ("2026-05-01 10:20", "CET", "2026-05-01 12:20 +0200 CEST"),
        ("2026-05-01 10:20", "PST", "2026-05-01 02:20 -0800 PST"),
        ("2026-05-01 10:20", "UTC", "2026-05-01 10:20 +0000 UTC"),
        ("2026-05-01 10:20", "+02:00", "2026-05-01 12:20 +0200 +0200"),
        ("2026-05-01 10:20", "-0330", "2026-05-01 06:50 -0330 -0330"),
        ("2026-05-01 10:20", "+02", "2026-05-01 12:20 +0200 +0200"),
        ("2026-05-01 10:20", "UTC+2", "2026-05-01 12:20 +0200 +0200"),
        ("2026-05-01 10:20", " Z ", "2026-05-01 10:20 +0000 UTC"),
        ("2026-05-01T10:20:00+02:00", "", "2026-05-01 10:20 +0200 +0200"),
    ] {
        check_in(input, "%F %R %z %Z", zone, expected);
    }
    check_in("2026-05-01T10:20:00+02:00", "%R %z", Json::Null, "10:20 +0200");
}

#[test]
fn a_number_is_the_minutes_that_a_zone_is_behind_utc() {
    check_in("1990-12-31T23:00:00Z", "%Y-%m-%dT%H:%M:%S", 360, "1990-12-31T17:00:00");
    check_in("1990-12-31T23:30:28Z", "%d%q of %b %Y at %I:%M %P %Z", -330, "01st of Jan 1991 at 05:00 am +0530");
    check_in("1990-12-31T23:00:00Z", "%R %z", 0, "23:00 +0000");
    check_in("1990-12-31T23:00:00Z", "%R %z", -330.0, "04:30 +0530");
}

#[test]
fn an_unknown_zone_is_reported() {
    let long = " ".repeat(1_000_000);
    for zone in [
        json!("foo"),
        json!("Europe/Nowhere"),
        json!("Etc/Unknown"),
        json!("360"),
        json!("+2:0x"),
        json!("+25:00"),
        json!("UTC+"),
        json!("../etc"),
        json!(long),
        json!(1_000_000),
        json!(i64::MIN),
        json!(i64::MAX),
        json!(1.5),
        json!(true),
        json!([]),
        json!({}),
    ] {
        let told = apply_json(date, json!("March 14, 2016"), &[json!("%b %d, %y"), zone.clone()]);
        let Err(FilterError::PartialResult(value, sentence)) = &told else { panic!("{zone}: {told:?}") };
        assert_eq!(text_of(value), "Mar 14, 16", "{zone}");
        assert!(sentence.contains("Europe/Berlin"), "{zone}: {sentence}");
    }
}

#[test]
fn an_hour_that_clocks_skip_is_the_next_and_one_that_they_repeat_is_the_first() {
    check("2026-03-29 02:30 Europe/Berlin", "%R %Z", "03:30 CEST");
    check("2026-10-25 02:30 Europe/Berlin", "%R %Z", "02:30 CEST");
    check("2026-10-25T02:30+01:00[Europe/Berlin]", "%R %Z", "02:30 CET");
}

#[test]
fn the_last_day_of_all_has_zones() {
    check_in("9999-12-31", "%F %R %Z %s", "Europe/Berlin", "9999-12-31 01:00 CET 253402214400");
    check_in("9999-12-31T23:59:59Z", "%F %T %Z", "America/New_York", "9999-12-31 18:59:59 EST");
    check_in("9999-12-31T23:59:59Z", "%F %T", "UTC", "9999-12-31 23:59:59");
}

#[test]
fn an_abbreviation_is_kept() {
    check("2026-05-01 10:20 EST", "%R %Z %z", "10:20 EST -0500");
    check("2026-05-01 10:20 cest", "%R %Z %#Z %z", "10:20 CEST cest +0200");
    check("2026-05-01 10:20 GMT", "%R %Z", "10:20 UTC");
    check("2026-05-01 10:20:30 +0200 CEST", "%R %Z %z", "10:20 CEST +0200");
}

#[test]
fn every_abbreviation_is_a_zone_in_order() {
    for entry in super::zone::ABBREVIATIONS.split(' ') {
        let name = entry.trim_end_matches(|c: char| !c.is_ascii_alphabetic());
        check(format!("2026-05-01 10:20 {name}"), "%R %Z", &format!("10:20 {name}"));
    }
    assert!(super::zone::ABBREVIATIONS.split(' ').is_sorted());
}
