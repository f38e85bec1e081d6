use super::*;

#[test]
fn texts_are_joined_and_cased() {
    check("append", r#""hello""#, "5", r#""hello5""#);
    check("append", "null", r#""hi""#, r#""hi""#);
    check("append", "[1, null, [2]]", "null", r#""12""#);
    check("prepend", r#""hello""#, "5", r#""5hello""#);
    check("prepend", "5.0", r#""there""#, r#""there5.0""#);
    check("upcase", r#""straße""#, "", r#""STRASSE""#);
    check("downcase", r#""HÉLLO""#, "", r#""héllo""#);
    check("capitalize", r#""ADA LOVELACE""#, "", r#""Ada lovelace""#);
    check("capitalize", r#""éCOLE""#, "", r#""École""#);
    check("capitalize", "null", "", r#""""#);
}

#[test]
fn white_space_is_stripped() {
    check("strip", r#"" \t\r\n hello \n""#, "", r#""hello""#);
    check("lstrip", r#"" \t\r\n hello \n""#, "", r#""hello \n""#);
    check("rstrip", r#"" \t\r\n hello \n""#, "", r#"" \t\r\n hello""#);
    check("strip_newlines", r#""a\r\nb\nc d""#, "", r#""abc d""#);
    check("squish", r#""  a \n\t b  ""#, "", r#""a b""#);
    check("normalize_whitespace", r#""  a \n\t b  ""#, "", r#"" a b ""#);
}

#[test]
fn texts_are_replaced() {
    check("replace", r#""my x my""#, r#""my", "your""#, r#""your x your""#);
    check("replace", r#""hello""#, r#""ll""#, r#""heo""#);
    check("replace", r#""añb""#, r##"null, "#""##, r##""#a#ñ#b#""##);
    check("replace", "{}", r#""{", "!""#, r#""!}""#);
    check("replace_first", r#""my x my""#, r#""my", "your""#, r#""your x my""#);
    check("replace_first", r#""ab""#, r##"null, "#""##, r##""#ab""##);
    check("replace_first", r#""hello5""#, r#"5, "your""#, r#""helloyour""#);
    check("replace_last", r#""my x my""#, r#""my", "your""#, r#""my x your""#);
    check("replace_last", r#""ab""#, r##"null, "#""##, r#""ab#""#);
    check("replace_last", r#""ab""#, r#""x", "y""#, r#""ab""#);
    check("remove", r#""ababa""#, r#""a""#, r#""bb""#);
    check("remove", r#""aba""#, "null", r#""aba""#);
    check("remove_first", r#""ababa""#, r#""a""#, r#""baba""#);
    check("remove_last", r#""ababa""#, r#""a""#, r#""abab""#);
    check("remove_last", "5", r#""rain""#, r#""5""#);
}

#[test]
fn a_text_is_split() {
    check("split", r#""a,,b,,""#, r#"",""#, r#"["a", "", "b"]"#);
    check("split", r#"",a""#, r#"",""#, r#"["", "a"]"#);
    check("split", r#"",""#, r#"",""#, "[]");
    check("split", r#""  a \n b ""#, r#"" ""#, r#"["a", "b"]"#);
    check("split", r#""añ ""#, r#""""#, r#"["a", "ñ", " "]"#);
    check("split", r#""ab""#, "null", r#"["a", "b"]"#);
    check("split", r#""hello th1ere""#, "1", r#"["hello th", "ere"]"#);
    check("split", r#""""#, r#"",""#, "[]");
    check("split", "null", r#"" ""#, "[]");
    check("split", "56", r#"" ""#, r#"["56"]"#);
    check_value("split", &Value::Empty, &[value(r#""""#)], "[]");
}

#[test]
fn a_text_is_cut_to_a_length() {
    check("truncate", r#""Ground control to Major Tom.""#, "20", r#""Ground control to...""#);
    check("truncate", r#""Ground control to Major Tom.""#, r#"25, ", and so on""#, r#""Ground control, and so on""#);
    check("truncate", r#""Ground control""#, r"6, null", r#""Ground""#);
    check("truncate", r#""äöüß""#, r#"3, "…""#, r#""äö…""#);
    check("truncate", r#""hello""#, "5", r#""hello""#);
    check("truncate", r#""hello""#, "1", r#""...""#);
    check("truncate", r#""hello""#, "-1", r#""...""#);
    check("truncate", r#""hello""#, "9223372036854775807", r#""hello""#);
    check("truncate", &format!("\"{}\"", "x".repeat(60)), "", &format!("\"{}...\"", "x".repeat(47)));
    check("truncate", "12345", "4", r#""1...""#);
    check("truncate", "null", "5", "null");
    check_unfit("truncate", r#""hello""#, "null", "whole number");
    check_unfit("truncate", r#""hello""#, r#""a""#, "whole number");
}

#[test]
fn a_text_is_cut_to_words() {
    check("truncatewords", r#""  one  two\tthree\nfour ""#, "2", r#""one two...""#);
    check("truncatewords", r#"" one  two ""#, "2", r#"" one  two ""#);
    check("truncatewords", r#""one two three""#, "2, 1", r#""one two1""#);
    check("truncatewords", r#""one two three""#, "2, null", r#""one two""#);
    check("truncatewords", r#""one two three""#, "0", r#""one...""#);
    check("truncatewords", r#""one two""#, "-9", r#""one...""#);
    check("truncatewords", r#""a b c d e f g h i j k l m n o p""#, "", r#""a b c d e f g h i j k l m n o...""#);
    check("truncatewords", "null", "5", "null");
    check_unfit("truncatewords", r#""one two""#, "null", "whole number");
}

#[test]
fn words_are_counted() {
    check("number_of_words", r#""  Hello  big world ""#, "", "3");
    check("number_of_words", r#""""#, "", "0");
    check("number_of_words", r#""你好hello世界 world""#, "", "2");
    check("number_of_words", r#""你好hello世界 world""#, r#""cjk""#, "6");
    check("number_of_words", r#""Hello world""#, r#""auto""#, "2");
}

#[test]
fn a_text_becomes_a_slug() {
    check("slugify", r#""The _config.yml file""#, "", r#""the-config-yml-file""#);
    check("slugify", r#""The _config.yml file""#, r#""pretty""#, r#""the-_config.yml-file""#);
    check("slugify", r#""The _cönfig.yml file""#, r#""ascii""#, r#""the-c-nfig-yml-file""#);
    check("slugify", r#""The cönfig.yml: Ægir, það""#, r#""latin""#, r#""the-config-yml-ægir-thad""#);
    check("slugify", r#""The _config.yml file""#, r#""raw""#, r#""the-_config.yml-file""#);
    check("slugify", r#""Ünïcode!""#, "", r#""ünïcode""#);
    check("slugify", r#""A b""#, r#""none""#, r#""a b""#);
    check("slugify", r#""A b""#, r#""default", true"#, r#""A-b""#);
    check("slugify", r#""!?""#, "", r#""""#);
}

#[test]
fn tags_are_stripped_with_their_scripts() {
    check("strip_html", r#""<p class='a'>x</p><script>1 < 2</script>&amp;""#, "", r#""x&amp;""#);
    check("strip_html", "5", "", r#""5""#);
}

#[test]
fn a_replacement_is_paid_for_before_it_is_made() {
    let (text, replacement) = (Value::text("a".repeat(4000)), Value::text("b".repeat(4000)));
    check_too_much("replace", &text, &[Value::text("a"), replacement.clone()]);
    check_too_much("replace", &text, &[Value::Nil, replacement]);
    check_too_much("split", &Value::text("a".repeat(500_000)), &[Value::text("")]);
    check_too_much("split", &Value::text("a,".repeat(250_000)), &[Value::text(",")]);
}
