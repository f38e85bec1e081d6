use super::*;

#[test]
fn arithmetic_is_decimal() {
    check("times", "0.0725", "100", "7.25");
    check("times", "19.99", "3", "59.97");
    check("minus", "19.99", "0.01", "19.98");
    check("plus", "0.1", "0.2", "0.3");
    check("modulo", "183.357", "12", "3.357");
    check("divided_by", "20", "7.0", "2.857142857142857");
    check("divided_by", "1", "3.0", "0.3333333333333333");
    check("round", "1.005", "2", "1.01");
    check("sum", "[0.1, 0.2, 0.3]", "", "0.6");
}

#[test]
fn integers_stay_integers_and_others_keep_a_point() {
    check("plus", "10", "2", "12");
    check("plus", "10", "2.0", "12.0");
    check("minus", "10", "2.0", "8.0");
    check("times", "5", "2", "10");
    check("divided_by", "10", "2.0", "5.0");
    check("divided_by", "0", "1.1", "0.0");
    check("at_least", "2.0", "1", "2.0");
    check("sum", "[1, 2.5]", "", "3.5");
}

#[test]
fn a_text_counts_as_the_number_that_it_begins_with() {
    check("plus", r#""10.1""#, r#""2.2""#, "12.3");
    check("plus", r#"" 10 ""#, "1", "11");
    check("plus", r#""12 apples""#, "1", "13");
    check("plus", r#""1,234.50""#, "0", "1");
    check("plus", r#""1.5e3""#, "0", "1");
    check("plus", r#"".5""#, "0", "0");
    check("plus", r#""5.""#, "0", "5");
    check("plus", r#""+7""#, "0", "7");
    check("plus", r#""-7.25""#, "0", "-7.25");
    check("minus", r#""foo""#, r#""2.0""#, "-2.0");
    for nothing in ["null", "true", "{}", "[3]", r#""""#, r#""-""#, r#""é1""#] {
        check("plus", nothing, "1", "1");
        check("plus", "1", nothing, "1");
    }
    check_value("plus", &Value::Empty, &[Value::Blank], "0");
    check_value("plus", &Value::Range(3, 5), &[Value::Integer(1)], "1");
}

#[test]
fn integers_are_divided_down_and_the_remainder_has_the_divisors_sign() {
    check("divided_by", "9", "2", "4");
    check("divided_by", "-9", "2", "-5");
    check("divided_by", "9", "-2", "-5");
    check("divided_by", "9.0", "2", "4.5");
    check("modulo", "7", "3", "1");
    check("modulo", "-7", "3", "2");
    check("modulo", "7", "-3", "-2");
    check("modulo", "-7.5", "2", "0.5");
    check("modulo", "7.5", "-2", "-0.5");
    check("modulo", "10.1", "7.0", "3.1");
}

#[test]
fn nothing_is_divided_by_zero() {
    for zero in ["0", "0.0", "-0.0", "null", r#""foo""#] {
        check_unfit("divided_by", "10", zero, "divided by zero");
        check_unfit("modulo", "10", zero, "divided by zero");
    }
}

#[test]
fn numbers_beyond_an_integer_and_beyond_a_decimal_go_on() {
    check("plus", "9223372036854775807", "1", "9223372036854775808.0");
    check("minus", "-9223372036854775808", "1", "-9223372036854775809.0");
    check("times", "9223372036854775807", "2", "18446744073709551614.0");
    check("divided_by", "-9223372036854775808", "-1", "9223372036854775808.0");
    check("modulo", "-9223372036854775808", "-1", "0");
    check("abs", "-9223372036854775808", "", "9223372036854775808.0");
    check("times", "1e200", "1e100", "1e300");
    check("times", "1e-20", "1e-20", "1e-40");
    check("times", "0.00000012345", "0.0000002", "0.00000000000002469");
    check("divided_by", "1e-20", "3", "3.3333333333333333e-21");
    check("plus", "1e300", "1", "1e300");
    check("modulo", "1e30", "7", "5.0");
    check("plus", r#""99999999999999999999""#, "1", "100000000000000000000.0");
    check("plus", r#""1.33333333333333333333333333333333333333""#, "1", "2.3333333333333335");
    check_unfit("times", "1e200", "1e200", "too large");
    check_unfit("plus", &format!("\"{}\"", "9".repeat(400)), "1", "too large");
}

#[test]
fn a_half_is_rounded_away_from_zero() {
    check("round", "2.5", "", "3");
    check("round", "-2.5", "", "-3");
    check("round", "5.1", "", "5");
    check("round", "5", "2", "5");
    check("round", "2.0", "2", "2.0");
    check("round", "5.666", "0", "6");
    check("round", "5.666", "1.2", "5.7");
    check("round", "5.666", r#""1""#, "5.7");
    check("round", "5.666", r#""foo""#, "6");
    check("round", "5.666", "null", "6");
    check("round", "null", "2", "0");
    check("round", "2.675", "1000", "2.675");
    check("round", "1e-30", "2", "0.0");
    check("round", "1e-30", "", "0");
    check("round", "1e300", "2", "1e300");
    check("round", "1e300", "", "1e300");
}

#[test]
fn rounding_goes_before_the_point_too() {
    check("round", "5.666", "-2", "0");
    check("round", "1250", "-2", "1300");
    check("round", "-1250", "-2", "-1300");
    check("round", "1249.999", "-2", "1200");
    check("round", "9223372036854775807", "-3", "9223372036854776000.0");
    check("round", "123", "-30", "0");
    check("round", "123", "-9223372036854775808", "0");
    check("round", "1e300", "-2", "1e300");
}

#[test]
fn numbers_are_rounded_up_and_down() {
    check("ceil", "5.4", "", "6");
    check("ceil", "-5.4", "", "-5");
    check("ceil", "1e-30", "", "1");
    check("floor", "5.4", "", "5");
    check("floor", r#""-5.1""#, "", "-6");
    check("floor", "-1e-30", "", "-1");
    check("floor", "1e300", "", "1e300");
    check("ceil", "{}", "", "0");
}

#[test]
fn numbers_are_bounded() {
    check("at_least", "-8", "5", "5");
    check("at_least", "8.4", "5.9", "8.4");
    check("at_least", r#""9""#, "8", "9");
    check("at_least", r#""abc""#, "-2", "0");
    check("at_most", "8", "5", "5");
    check("at_most", "5.4", "8.9", "5.4");
    check("at_most", "5", "null", "0");
    check("abs", r#""-5.1""#, "", "5.1");
    check("abs", "-5", "", "5");
    check("abs", r#""hello""#, "", "0");
}

#[test]
fn numbers_are_summed_across_nested_arrays_and_other_values() {
    check("sum", "[]", "", "0");
    check("sum", "null", "", "0");
    check("sum", r#"[1, [2, [3]], "4", "x", null]"#, "", "10");
    check("sum", r#"[{"k": "1.5"}, {"k": 2}, {"x": 3}, null]"#, r#""k""#, "3.5");
    check("sum", r#"[{"k": [1, 2]}, {"k": 3}]"#, r#""k""#, "6");
    check("sum", r#"[{"k": 1}]"#, "", "0");
    check("sum", r#"[{"a": {"price": 2}}, {"a": {"price": 3}}]"#, r#""a.price""#, "5");
    check_value("sum", &Value::Range(1, 4), &[], "10");
    check_unfit("sum", "[1, 2]", r#""k""#, "no such property");
}

#[test]
fn a_value_becomes_a_number() {
    check("to_integer", r#""123""#, "", "123");
    check("to_integer", r#""3.7""#, "", "3.7");
    check("to_integer", "true", "", "1");
    check("to_integer", "null", "", "0");
}
