//! The work that a date costs.

use super::*;
use crate::meter::LimitExceeded;

#[test]
fn a_date_is_paid_for_before_it_is_read() {
    for (filter, arguments) in
        [(date as Filter, vec![Value::from("%Y")]), (date_to_string, vec![]), (date_to_rfc822, vec![])]
    {
        let meter = Meter::quick(0, MailPart::Html);
        let call = FilterCall {
            input: &"2026-05-01".into(),
            arguments: &arguments,
            allow_false: false,
            meter: &meter,
            now: NOW,
        };
        let calls = (0..1000).take_while(|_| filter(&call).is_ok()).count();
        assert!((1..=100).contains(&calls), "{calls}");
        assert_eq!(filter(&call).err(), Some(FilterError::Limit(LimitExceeded::Work)));
    }
}

/// The number of dates that a rendering may write.
fn max_calls(input: &str, arguments: &[&str]) -> usize {
    let arguments: Vec<Value> = arguments.iter().map(|argument| Value::from(*argument)).collect();
    let meter = Meter::new(0, MailPart::Html);
    let call = FilterCall { input: &input.into(), arguments: &arguments, allow_false: false, meter: &meter, now: NOW };
    (0..100_000).take_while(|_| date(&call).is_ok()).count()
}

#[test]
fn long_texts_and_formats_cost_more() {
    let common = max_calls("2026-05-01T10:20:30Z", &["%d.%m.%Y %H:%M"]);
    assert!((1000..3000).contains(&common), "{common}");
    assert!(max_calls(&"WET ".repeat(50), &["%Y"]) < common / 2);
    assert!(max_calls("now", &[&"%+".repeat(100)]) < common / 8);
    assert!(max_calls("now", &["%Y", "Europe/Berlin"]) < common);
    assert!(max_calls("now", &["%Y", "nowhere"]) < 1);
}
