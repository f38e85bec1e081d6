//! Whole numbers.

use serde_json::Value;

use super::{FieldType, ParameterType, ValueError};
use crate::Limit;

/// 2^53: below it a float holds every whole number.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

/// A whole number within a limit.
///
/// JSON knows one kind of number, so `60.0` and `6e1` are 60 in a body; a string is no number there. A parameter is digits and
/// nothing else, and one that is greater than the most is the most.
#[derive(Debug, Clone, Copy)]
pub struct WholeNumber(pub Limit);

impl FieldType for WholeNumber {
    type Value<'a> = u64;

    fn parse_json(&self, json: &Value) -> Result<u64, ValueError> {
        if !json.is_number() {
            return Err(ValueError::wrong_type("a number"));
        }
        let number = json.as_u64().or_else(|| json.as_f64().and_then(exact));
        number.filter(|number| self.0.contains(*number)).ok_or_else(|| ValueError::invalid(self.0.whole_number()))
    }
}

impl ParameterType for WholeNumber {
    fn parse_text(&self, text: &str) -> Result<u64, ValueError> {
        let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // More digits than the type holds are still a number, and a great one.
        let number = is_digits.then(|| text.parse().unwrap_or(u64::MAX));
        let number = number.filter(|number| *number >= self.0.least).map(|number| number.min(self.0.most));
        number.ok_or_else(|| ValueError::invalid(self.0.whole_number_at_least()))
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number within the range of u64")]
fn exact(number: f64) -> Option<u64> {
    (number.fract() == 0.0 && (0.0..MAX_EXACT).contains(&number)).then_some(number as u64)
}
