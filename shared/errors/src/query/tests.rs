use proptest::prelude::*;

use super::*;
use crate::{Boolean, FieldError, Id, Text, Time};

const SIZE: PageSize = PageSize { default: 20, most: 100 };

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Ascending,
    Descending,
}

impl Enumeration for Direction {
    const ALL: &'static [Self] = &[Self::Ascending, Self::Descending];

    fn name(self) -> &'static str {
        match self {
            Self::Ascending => "asc",
            Self::Descending => "desc",
        }
    }
}

/// Every parameter of a list as one might ask for it.
#[derive(Debug, PartialEq)]
struct ListQuery<'a> {
    limit: u32,
    page: u32,
    page_size: u32,
    cursor: Option<&'a str>,
    dir: Option<Direction>,
    subscribed: Option<bool>,
    search: Option<&'a str>,
    contact: Option<uuid::Uuid>,
    start: Option<jiff::Timestamp>,
}

fn read<S: AsRef<str>>(pairs: &[(S, S)]) -> (ListQuery<'_>, Vec<FieldError>) {
    let mut errors = FieldErrors::default();
    let query = read_query(pairs, &mut errors, |query, errors| ListQuery {
        limit: query.limit(SIZE, errors),
        page: query.page(errors),
        page_size: query.page_size(SIZE, errors),
        cursor: query.cursor(|text| text.strip_prefix("c-"), errors),
        dir: query.choice("dir", errors),
        subscribed: query.read("subscribed", &Boolean, errors),
        search: query.read("search", &Text { limit: Limit::characters(1, 5), control: false }, errors),
        contact: query.read("contactId", &Id, errors),
        start: query.read("startDate", &Time, errors),
    });
    (query, errors.finish().err().map(|failure| failure.field_errors().to_vec()).unwrap_or_default())
}

/// Checks that exactly these parameters are wrong, in this order.
fn check(pairs: &[(&str, &str)], expected: &[(&str, FieldCode, &str)]) {
    let (_, errors) = read(pairs);
    let found: Vec<_> = errors.iter().map(|error| (error.field.as_str(), error.code, &*error.message)).collect();
    assert_eq!(found, expected, "{pairs:?}");
}

#[test]
fn what_is_absent_or_empty_has_its_default() {
    let names = ["limit", "page", "pageSize", "cursor", "dir", "subscribed", "search", "contactId", "startDate"];
    for pairs in [vec![], names.map(|name| (name, "")).to_vec()] {
        let (query, errors) = read(&pairs);
        let expected = ListQuery {
            limit: 20,
            page: 1,
            page_size: 20,
            cursor: None,
            dir: None,
            subscribed: None,
            search: None,
            contact: None,
            start: None,
        };
        assert_eq!((query, errors), (expected, vec![]));
    }
}

#[test]
fn every_parameter_is_read() {
    let (query, errors) = read(&[
        ("limit", "101"),
        ("page", "99999999999999999999"),
        ("pageSize", "1"),
        ("cursor", "c-7"),
        ("dir", "desc"),
        ("subscribed", "false"),
        ("search", "ada"),
        ("contactId", "7d444840-9dc0-41d1-b245-5ffdce74fad2"),
        ("startDate", "2026-11-27"),
        ("utm_source", "newsletter"),
        ("utm_source", "newsletter"),
    ]);
    let expected = ListQuery {
        limit: 100,
        page: u32::MAX,
        page_size: 1,
        cursor: Some("7"),
        dir: Some(Direction::Descending),
        subscribed: Some(false),
        search: Some("ada"),
        contact: Some(uuid::uuid!("7d444840-9dc0-41d1-b245-5ffdce74fad2")),
        start: Some("2026-11-27T00:00:00Z".parse().unwrap()),
    };
    assert_eq!((query, errors), (expected, vec![]));
}

#[test]
fn every_wrong_parameter_is_listed() {
    use FieldCode::{InvalidValue, TooLong};
    let count = "Must be a whole number, at least 1.";
    check(
        &[
            ("startDate", "yesterday"),
            ("limit", "0"),
            ("page", "-1"),
            ("pageSize", "1e3"),
            ("cursor", "x"),
            ("dir", "up"),
            ("subscribed", "yes"),
            ("search", "123456"),
            ("contactId", "1"),
        ],
        &[
            ("limit", InvalidValue, count),
            ("page", InvalidValue, count),
            ("pageSize", InvalidValue, count),
            ("cursor", InvalidValue, "Must be a cursor that this list gave for the same filters."),
            ("dir", InvalidValue, "Must be \"asc\" or \"desc\"."),
            ("subscribed", InvalidValue, "Must be \"true\" or \"false\"."),
            ("search", TooLong, "Must have at most 5 characters."),
            ("contactId", InvalidValue, "Must be a UUID."),
            (
                "startDate",
                InvalidValue,
                "Must be a time such as \"2026-11-27T10:30:00Z\", or a date such as \"2026-11-27\".",
            ),
        ],
    );
}

#[test]
fn a_parameter_that_comes_twice_is_refused_whatever_its_values() {
    for name in ["limit", "page", "pageSize", "cursor", "dir", "subscribed", "search", "contactId", "startDate"] {
        for values in [["1", "1"], ["", ""], ["", "1"]] {
            let pairs = values.map(|value| (name, value));
            check(&pairs, &[(name, FieldCode::InvalidValue, "Must be given once.")]);
        }
    }
}

#[test]
fn what_looks_like_a_mistake_for_a_parameter_of_ours_is_answered_with_ours() {
    for (mistaken, hint) in [
        ("Limit", "Use \"limit\"."),
        ("limits", "Use \"limit\"."),
        ("limt", "Use \"limit\"."),
        ("lmiit", "Use \"limit\"."),
        ("page_size", "Use \"pageSize\"."),
        ("page-size", "Use \"pageSize\"."),
        ("pagesize", "Use \"pageSize\"."),
        ("contact_id", "Use \"contactId\"."),
        ("dir[]", "Use \"dir\"."),
    ] {
        check(&[(mistaken, "1")], &[(mistaken, FieldCode::UnknownField, hint)]);
    }
    check(&[("Limit", "1"), ("limits", "1"), ("LIMIT", "1")], &[("Limit", FieldCode::UnknownField, "Use \"limit\".")]);
    for other in ["", "_", "utm_source", "sir", "pagination", "size", "offset", "per_page", "limit limit limit"] {
        check(&[(other, "1")], &[]);
    }
}

#[test]
fn a_malformed_id_of_a_path_is_refused_on_its_name() {
    let mut errors = FieldErrors::default();
    assert_eq!(read_parameter("id", "me", &Id, &mut errors), None);
    let failure = errors.finish().unwrap_err();
    assert_eq!((failure.code(), failure.field_errors()[0].field.as_str()), (crate::Code::ValidationError, "id"));
}

/// Names of ours, near them, and others.
fn names() -> impl Strategy<Value = String> {
    prop_oneof![
        "limit|page|pageSize|cursor|dir|subscribed|search|contactId|startDate",
        "[Ll]imi?t?|page_?[sS]ize|Pages?",
        any::<String>()
    ]
}

proptest! {
    #[test]
    fn any_query_is_read_within_its_limits_or_names_what_is_wrong(
        pairs in proptest::collection::vec((names(), prop_oneof!["[0-9]{1,12}", "[§¶µ]{8,20}", any::<String>()]), 0..12)
    ) {
        let (query, errors) = read(&pairs);
        prop_assert!((1..=100).contains(&query.limit) && (1..=100).contains(&query.page_size) && query.page >= 1);
        let is_wrong = |name: &str| errors.iter().any(|error| error.field == name);
        for (name, value) in &pairs {
            let times = pairs.iter().filter(|(other, _)| other == name).count();
            if name == "limit" && !value.is_empty() {
                let is_read = times == 1 && value.parse().is_ok_and(|wanted: u64| u64::from(query.limit) == wanted.min(100));
                prop_assert!(is_read != is_wrong("limit"));
            }
            if name == "dir" && !value.is_empty() {
                prop_assert!((query.dir.is_some() && times == 1) != is_wrong("dir"));
            }
            prop_assert!(errors.iter().all(|error| !value.contains("§¶") || !error.message.contains(value.as_str())));
        }
        prop_assert!(errors.iter().all(|error| pairs.iter().any(|(name, _)| *name == error.field)));
    }
}
