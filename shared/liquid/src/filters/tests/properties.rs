//! Properties that hold for any value and any arguments.

use proptest::prelude::*;

use super::*;
use crate::compare::{equal, identity, order};

/// Texts with characters that filters look for.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-cÄß.,<>&%+/ \\n0-9-]{0,12}",
        "-?[0-9]{1,30}(\\.[0-9]{1,30})?",
        "<(script|!--|style|p)[a-z<>/ -]{0,20}",
        any::<String>()
    ]
}

fn any_float() -> impl Strategy<Value = f64> {
    prop_oneof![
        prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO,
        (-1_000_000..1_000_000_i32).prop_map(|number| f64::from(number) / 100.0),
    ]
}

fn any_integer() -> impl Strategy<Value = i64> {
    prop_oneof![-4..40_i64, any::<i64>(), Just(i64::MIN), Just(i64::MAX)]
}

fn any_scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Nil),
        any::<bool>().prop_map(Value::Bool),
        any_integer().prop_map(Value::Integer),
        any_float().prop_map(Value::Float),
        any_text().prop_map(Value::text),
        any_text().prop_map(|text| Value::Html(text.into())),
        (any_integer(), any_integer()).prop_map(|(from, to)| Value::Range(from, to)),
        Just(Value::Empty),
        Just(Value::Blank),
    ]
}

fn any_value() -> impl Strategy<Value = Value> {
    any_scalar().prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::list),
            prop::collection::vec(("[ab]|a\\.b|name", inner), 0..4).prop_map(|entries| {
                Value::Object(std::sync::Arc::new(
                    entries.into_iter().map(|(key, value)| (key.into(), value)).collect(),
                ))
            }),
        ]
    })
}

fn any_filter() -> impl Strategy<Value = &'static str> {
    (0..BUILTINS.len()).prop_map(|index| BUILTINS[index].name)
}

fn meter() -> Meter {
    Meter::new(0, MailPart::Html)
}

/// A meter with `units` of work left.
fn meter_with(units: u64) -> Meter {
    let (mut least, mut most) = (0, u64::MAX);
    while least < most {
        let middle = least + (most - least).div_ceil(2);
        (least, most) = if meter().spend(middle).is_ok() { (middle, most) } else { (least, middle - 1) };
    }
    let meter = meter();
    meter.spend(least.saturating_sub(units)).unwrap();
    meter
}

fn is_finite(value: &Value) -> bool {
    match value {
        Value::Float(float) => float.is_finite(),
        Value::List(items) => items.iter().all(is_finite),
        Value::Object(entries) => entries.values().all(is_finite),
        _ => true,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_filter_gives_a_finite_value_that_it_has_paid_for(
        filter in any_filter(), input in any_value(), arguments in prop::collection::vec(any_value(), 0..3), allow_false: bool,
    ) {
        let builtin = find(filter).unwrap();
        let apply = |meter: &Meter| builtin.apply(&FilterCall { allow_false, ..call(&input, &arguments, meter) });
        if let Ok(result) = apply(&meter()) {
            prop_assert!(is_finite(&result), "{result:?}");
            let size = measure(&result, &meter()).unwrap();
            let half = meter_with(u64::try_from(size / 2).unwrap());
            let shares_its_input = matches!(builtin.cost, Cost::Shallow);
            prop_assert!(shares_its_input || apply(&half).is_err(), "built {size} bytes: {result:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn equality_is_an_equivalence_and_equal_values_share_their_identity(a in any_value(), b in any_value()) {
        prop_assert!(equal(&a, &a, &meter()).unwrap());
        prop_assert_eq!(equal(&a, &b, &meter()), equal(&b, &a, &meter()));
        let spelled = |value: &Value| format!("{value:?}");
        if [&a, &b].iter().all(|value| !spelled(value).contains("Empty") && !spelled(value).contains("Blank")) {
            prop_assert_eq!(equal(&a, &b, &meter()).unwrap(), identity(&a) == identity(&b), "{:?} {:?}", a, b);
        }
    }

    #[test]
    fn the_order_is_total(a in any_scalar(), b in any_scalar(), c in any_scalar()) {
        prop_assert_eq!(order(&a, &b), order(&b, &a).map(std::cmp::Ordering::reverse));
        if let (Some(first), Some(second)) = (order(&a, &b), order(&b, &c)) {
            prop_assert!(order(&a, &c).is_some());
            prop_assert!(first != second || order(&a, &c) == Some(first));
            prop_assert_eq!(first.is_eq(), equal(&a, &b, &meter()).unwrap());
        }
    }

    #[test]
    fn numbers_are_sorted_with_each_other(numbers in prop::collection::vec(prop_oneof![
        any_integer().prop_map(Value::Integer), any_float().prop_map(Value::Float), (-9..9_i64).prop_map(Value::Integer),
        (-9..9_i32).prop_map(|number| Value::Float(f64::from(number))), Just(Value::Nil),
    ], 0..60)) {
        let Ok(Value::List(sorted)) = apply("sort", &Value::list(numbers.clone()), &[]) else { panic!("{numbers:?}") };
        prop_assert_eq!(sorted.len(), numbers.len());
        prop_assert!(sorted.windows(2).all(|pair| pair[1].is_nil() || order(&pair[0], &pair[1]).unwrap().is_le()));
        for number in &numbers {
            let occurrences = |list: &[Value]| list.iter().filter(|item| json_of(item) == json_of(number)).count();
            prop_assert_eq!(occurrences(&sorted), occurrences(&numbers));
        }
    }

    #[test]
    fn any_items_are_sorted_by_their_texts(items in prop::collection::vec(any_value(), 0..12)) {
        let Ok(Value::List(sorted)) = apply("sort_natural", &Value::list(items), &[]) else { panic!("not sorted") };
        let texts: Vec<_> = sorted.iter().filter(|item| !item.is_nil()).map(|item| text_of(item).to_lowercase()).collect();
        prop_assert!(texts.is_sorted());
        prop_assert!(sorted.iter().skip_while(|item| !item.is_nil()).all(Value::is_nil));
    }

    #[test]
    fn no_cent_is_lost(a in -10_000_000_000..10_000_000_000_i64, b in -10_000_000_000..10_000_000_000_i64, n in 1..1000_i64) {
        let money = |cents: i64| value(&format!("{}{}.{:02}", if cents < 0 { "-" } else { "" }, cents.abs() / 100, cents.abs() % 100));
        let check = |filter: &str, argument: Value, cents: i64| {
            let result = apply(filter, &money(a), &[argument]);
            let is_right = result.as_ref().is_ok_and(|result| order(result, &money(cents)) == Some(std::cmp::Ordering::Equal));
            prop_assert!(is_right, "{filter} {result:?}, not {cents} cents");
            Ok(())
        };
        check("plus", money(b), a + b)?;
        check("minus", money(b), a - b)?;
        check("times", Value::Integer(n), a * n)?;
        check("modulo", Value::Integer(n), a.rem_euclid(n * 100))?;
    }

    #[test]
    fn a_quotient_and_its_remainder_make_the_number(a in any_integer(), b in any_integer()) {
        prop_assume!(b != 0 && (a, b) != (i64::MIN, -1));
        let number = |filter: &str| match apply(filter, &Value::Integer(a), &[Value::Integer(b)]) {
            Ok(Value::Integer(number)) => i128::from(number),
            other => panic!("{other:?}"),
        };
        prop_assert_eq!(number("divided_by") * i128::from(b) + number("modulo"), i128::from(a));
        prop_assert!(number("modulo") == 0 || (number("modulo") < 0) == (b < 0));
    }

    #[test]
    fn encoded_text_is_decoded_to_the_original(text in any_text()) {
        for (encode, decode) in [
            ("base64_encode", "base64_decode"), ("base64_url_safe_encode", "base64_url_safe_decode"),
            ("url_encode", "url_decode"), ("cgi_escape", "url_decode"),
        ] {
            let encoded = apply(encode, &Value::text(text.as_str()), &[]).unwrap();
            let decoded = apply(decode, &encoded, &[]).unwrap();
            prop_assert_eq!(decoded.as_text(), Some(&*text));
        }
    }
}
