//! The directives of a format, with the results that Ruby gives.

use super::*;

const DATE: &str = "2026-05-01T08:09:05.012345678+02:00";

#[test]
fn every_directive_is_written_as_ruby_writes_it() {
    for (format, expected) in [
        ("%a %A", "Fri Friday"),
        ("%b %B %h", "May May May"),
        ("%c", "Fri May  1 08:09:05 2026"),
        ("%C", "20"),
        ("%d %e", "01  1"),
        ("%D", "05/01/26"),
        ("%F", "2026-05-01"),
        ("%g %G", "26 2026"),
        ("%H %I", "08 08"),
        ("%j", "121"),
        ("%k|%l", " 8| 8"),
        ("%L", "012"),
        ("%m %M", "05 09"),
        ("a%nb", "a\nb"),
        ("%N %3N %6N %9N %12N", "012345678 012 012345 012345678 012345678000"),
        ("%1L %6L", "0 012345"),
        ("%p %P", "AM am"),
        ("%q", "st"),
        ("%r", "08:09:05 AM"),
        ("%R", "08:09"),
        ("%s", "1777615745"),
        ("%S", "05"),
        ("a%tb", "a\tb"),
        ("%T", "08:09:05"),
        ("%u %w", "5 5"),
        ("%U %V %W", "17 18 17"),
        ("%v", " 1-MAY-2026"),
        ("%x %X", "05/01/26 08:09:05"),
        ("%y %Y", "26 2026"),
        ("%z %:z %::z %:::z", "+0200 +02:00 +02:00:00 +02"),
        ("%Z", "+0200"),
        ("%%", "%"),
        ("%+", "Fri May  1 08:09:05 +0200 2026"),
    ] {
        check(DATE, format, expected);
    }
}

#[test]
fn flags_and_widths_change_the_padding_and_the_case() {
    for (format, expected) in [
        ("%-d.%-m.%-Y", "1.5.2026"),
        ("%_d|%_m|%_H|%_j", " 1| 5| 8|121"),
        ("%0e|%0k|%0l", "01|08|08"),
        ("%^a %^B %^b %^p", "FRI MAY MAY AM"),
        ("%#a %#B %#p %#P", "FRI MAY am AM"),
        ("%^P", "AM"),
        ("%^c", "FRI MAY  1 08:09:05 2026"),
        ("%5d|%_5d|%-5d", "00001|    1|1"),
        ("%1d|%3d", "1|001"),
        ("%10A|%010A|%-10A|%^10A", "    Friday|0000Friday|Friday|    FRIDAY"),
        ("%12F|%012F", "  2026-05-01|002026-05-01"),
        ("%6Y", "002026"),
        ("%-I:%M %p", "8:09 AM"),
        ("%-l:%M%P", "8:09am"),
        ("%-y%-j", "26121"),
        ("%10z|%_10z|%-z|%_z", "+000000200|      +200|+200| +200"),
        ("%10:z", "+000002:00"),
        ("%Ey %EY %Od %OH", "26 2026 01 08"),
        ("%3%", "  %"),
    ] {
        check(DATE, format, expected);
    }
}

#[test]
fn an_unknown_directive_stays_as_it_is() {
    for format in [
        "%", "%-", "%5", "%^", "%Q", "%f", "%i", "%J", "%K", "%o", "%E", "%O", "%Ed", "%OY", "%é", "%-Q", "%05Q", "%:",
        "%:d", "%::::z", "%:Z", "100 %",
    ] {
        check(DATE, format, format);
    }
    check(DATE, "%Q %d %", "%Q 01 %");
    check(DATE, "Straße %d. 日本", "Straße 01. 日本");
}

#[test]
fn a_date_is_written_as_templates_do() {
    for (format, expected) in [
        ("%b %d, %y", "Mar 14, 16"),
        ("%%%b %d, %y", "%Mar 14, 16"),
        ("%s", "1457913600"),
        ("%Y-%m-%dT%H:%M:%S%:z", "2016-03-14T00:00:00+00:00"),
        ("%a, %d %b %Y %H:%M:%S %z", "Mon, 14 Mar 2016 00:00:00 +0000"),
        ("%A, %B %-d%q, %Y", "Monday, March 14th, 2016"),
        ("%d.%m.%Y um %H:%M Uhr", "14.03.2016 um 00:00 Uhr"),
        ("plain", "plain"),
        ("%I:%M %p %Z", "12:00 AM UTC"),
    ] {
        check("March 14, 2016", format, expected);
    }
}

#[test]
fn ordinals_have_their_suffixes() {
    let suffixes = [
        (1, "st"),
        (2, "nd"),
        (3, "rd"),
        (4, "th"),
        (11, "th"),
        (12, "th"),
        (13, "th"),
        (20, "th"),
        (21, "st"),
        (22, "nd"),
        (23, "rd"),
        (30, "th"),
        (31, "st"),
    ];
    for (day, suffix) in suffixes {
        check(format!("2026-01-{day:02}"), "%-d%q", &format!("{day}{suffix}"));
    }
}

#[test]
fn hours_and_weeks_turn_over() {
    for (hour, expected) in [
        (0, "00 12 AM 12"),
        (1, "01 01 AM  1"),
        (11, "11 11 AM 11"),
        (12, "12 12 PM 12"),
        (13, "13 01 PM  1"),
        (23, "23 11 PM 11"),
    ] {
        check(format!("2026-05-01T{hour:02}:00"), "%H %I %p %l", expected);
    }
    check("2027-01-01", "%G-W%V-%u %g %U %W %j", "2026-W53-5 26 00 00 001");
    check("2023-01-01", "%G-W%V-%u %U %W %w", "2022-W52-7 01 00 0");
    check("2024-12-31", "%G-W%V-%u %U %W %j", "2025-W01-2 52 53 366");
}

#[test]
fn a_format_that_is_missing_or_too_long_leaves_the_input() {
    let unchanged = |format: Json| {
        assert_eq!(apply_json(date, json!("March 14, 2016"), &[format]).as_deref(), Ok("March 14, 2016"));
    };
    unchanged(json!(null));
    unchanged(json!(""));
    unchanged(json!([1]));
    unchanged(json!({}));
    unchanged(json!("%Y".repeat(101)));
    unchanged(json!("%100d"));
    unchanged(json!("%999999999d"));
    unchanged(json!(format!("%{}d", "9".repeat(100))));
    unchanged(json!("%100Q"));
    check("March 14, 2016", &"%Y".repeat(100), &"2016".repeat(100));
    assert_eq!(apply_json(date, json!("March 14, 2016"), &[json!(5)]).as_deref(), Ok("5"));
}

#[test]
fn the_date_filters_of_jekyll_have_fixed_formats() {
    let checked = |filter: Filter, arguments: &[&str], expected: &str| {
        let arguments: Vec<Json> = arguments.iter().map(|argument| json!(argument)).collect();
        assert_eq!(apply_json(filter, json!("2008-11-07T13:07:54-08:00"), &arguments).as_deref(), Ok(expected));
        assert_eq!(apply_json(filter, json!("hello"), &arguments).as_deref(), Ok("hello"));
        assert_eq!(apply_json(filter, json!(null), &arguments).as_deref(), Ok(""));
    };
    checked(date_to_xmlschema, &[], "2008-11-07T13:07:54-08:00");
    checked(date_to_rfc822, &[], "Fri, 07 Nov 2008 13:07:54 -0800");
    checked(date_to_string, &[], "07 Nov 2008");
    checked(date_to_string, &["ordinal"], "7th Nov 2008");
    checked(date_to_string, &["ordinal", "UK"], "7th Nov 2008");
    checked(date_to_string, &["ordinal", "US"], "Nov 7th, 2008");
    checked(date_to_string, &["other", "US"], "07 Nov 2008");
    checked(date_to_long_string, &[], "07 November 2008");
    checked(date_to_long_string, &["ordinal"], "7th November 2008");
    checked(date_to_long_string, &["ordinal", "US"], "November 7th, 2008");
}
