//! Mistakes that authors bring from other languages, and the sentences that they are told.

use serde_json::json;

use super::{MailPart, ParsedSource, Template, variables};

/// The mistakes of a template, the text of the mail, and true if the template is Liquid.
fn mistakes_of(source: &str) -> (Vec<String>, String, bool) {
    let template = Template::parse(source, MailPart::Html);
    let data =
        variables(&json!({"a": "1", "b": 2, "items": [1], "if a": "named", "terms and conditions": "https://x.test"}));
    let messages = template.problems().iter().map(ToString::to_string).collect();
    (messages, template.render(&data).unwrap(), matches!(template.parsed, ParsedSource::Liquid(..)))
}

/// Asserts that the source is not Liquid because of one mistake, which is reported at this column.
#[track_caller]
fn check_refused(source: &str, column: usize, message: &str) {
    let (messages, _, is_liquid) = mistakes_of(source);
    assert_eq!((messages, is_liquid), (vec![format!("Line 1, column {column}: {message}")], false), "{source}");
}

/// Asserts that the source is Liquid with one mistake, which is reported at this column.
#[track_caller]
fn check_tolerated(source: &str, text: &str, column: usize, message: &str) {
    let expected = (vec![format!("Line 1, column {column}: {message}")], text.to_owned(), true);
    assert_eq!(mistakes_of(source), expected, "{source}");
}

#[track_caller]
fn condition(inside: &str, column: usize, message: &str) {
    check_refused(&format!("{{% if {inside} %}}x{{% endif %}}"), column, message);
}

#[test]
fn operators_of_other_languages_are_answered_with_operators_of_liquid() {
    condition("a = b", 9, "`= b` cannot stand here. Write == to compare, and != for unequal.");
    condition("a === b", 11, "`= b` is no value here. Write == to compare, and != for unequal.");
    condition("a !== b", 11, "`= b` is no value here. Write == to compare, and != for unequal.");
    condition("a && b", 9, "`&& b` cannot stand here. Write \"and\" instead.");
    condition("a & b", 9, "`& b` cannot stand here. Write \"and\" instead.");
    condition("a || b", 9, "`|| b` cannot stand here. Write \"or\" instead.");
    condition("a \"x\"", 9, "`\"x\"` cannot stand here. Between two values stands ==, !=, <, >, <=, >= or contains.");
    condition("a == b == 1", 14, "`== 1` cannot stand here. Comparisons are joined by \"and\" or \"or\".");
    let not = "There is no \"not\": write {% unless … %}, or compare with false or blank.";
    condition("!a", 7, &format!("`!a` is no value here. {not}"));
    check_tolerated("{% if not a %}x{% endif %}", "", 7, not);
    check_tolerated(
        "{% if a is b %}x{% endif %}",
        "",
        7,
        "Between two values stands ==, !=, <, >, <=, >= or contains.",
    );
    check_tolerated("{% if a\n b %}x{% endif %}", "", 7, "A name with blanks must be written as data[\"a b\"] here.");
    let brackets = "A name with blanks must be written in brackets here, as user[\"first name\"].";
    check_tolerated("{% if a.b c %}x{% endif %}", "", 7, brackets);
}

#[test]
fn conditions_have_no_filters_sums_calls_and_parentheses() {
    let filters = "A condition has no filters: assign the value before, with {% assign x = a | size %}.";
    condition("a | size > 3", 9, &format!("`| size > 3` cannot stand here. {filters}"));
    let sums = "A condition reckons nothing: assign the result before, with {% assign x = a | plus: b %}.";
    condition("a + b > 3", 9, &format!("`+ b > 3` cannot stand here. {sums}"));
    condition(
        "a.is() == 1",
        11,
        "`() == 1` cannot stand here. There are no functions: use a filter, such as {{ name | upcase }}.",
    );
    for (inside, column) in [("(a or b) and c", 10), ("(a)", 9), ("a and (b == 1)", 16), ("a == (1)", 14)] {
        condition(inside, column, "There are no parentheses in a condition: nest one {% if … %} in another.");
    }
    condition("a }}", 9, "`}}` cannot stand here. A tag ends with %}.");
    condition("a and", 13, "A value is missing here.");
}

#[test]
fn an_else_with_a_condition_is_reported() {
    let message = "Write {% elsif … %}: an else has no condition.";
    check_tolerated("{% if no %}1{% else if a %}2{% endif %}", "2", 21, message);
    check_tolerated("{% unless a %}1{%- else  if a -%}2{% endunless %}", "2", 26, message);
    assert_eq!(mistakes_of("{% if no %}1{% else iffy %}2{% endif %}").0, [""; 0]);
}

#[test]
fn tags_of_handlebars_and_mustache_are_answered_with_tags_of_liquid() {
    let output = |inside: &str, hint: &str| {
        check_refused(&format!("{{{{{inside}}}}}"), 3, &format!("`{inside}` is no value here. {hint}"));
    };
    output("#if x", "Write {% if … %} … {% endif %}.");
    output("#unless x", "Write {% unless … %} … {% endunless %}.");
    output("#each x", "Write {% for item in items %} … {% endfor %}.");
    output("#x", "Write {% if … %} … {% endif %} or {% for item in items %} … {% endfor %}.");
    output("^x", "Write {% unless … %} … {% endunless %}.");
    output("/if", "Write {% endif %}, {% endfor %} or {% endunless %}.");
    output("> x", "There are no partials: write out the text that it would insert.");
    output("& x", "Write {{ name | raw }} for a value that is HTML already.");
    output("! x", "Write a comment as {% # … %} or {% comment %} … {% endcomment %}.");
    output("@index", "Write forloop.index0, forloop.first or forloop.last.");
    output("@root.x", "A name has letters, digits, \"_\" and \"-\".");
    output("../x", "The names of the data are seen everywhere: write {{ name }}.");
    output("$x", "A name has letters, digits, \"_\" and \"-\".");
    output(".Name", "A name has letters, digits, \"_\" and \"-\".");
    check_refused("{{{ x }}}", 3, "`{ x` is no value here. Write {{ name | raw }} for a value that is HTML already.");
    let helper = "There are no helpers: use a filter, such as {{ day | date: \"%Y\" }}.";
    check_refused("{{ formatDate day \"Y\" }}", 19, &format!("`\"Y\"` cannot stand here. {helper}"));
}

#[test]
fn tags_and_conditions_in_outputs_are_reported() {
    check_tolerated("{{ if a }}", "named", 4, "\"if a\" is a name here: a tag is written as {% if a %}.");
    check_tolerated("{{ endif }}", "", 4, "\"endif\" is a name here: a tag is written as {% endif %}.");
    check_tolerated("{{for x in a}}", "", 3, "\"for x in a\" is a name here: a tag is written as {% for x in a %}.");
    let condition = "A condition can stand in {% if … %} alone, and a name as data[\"terms and conditions\"].";
    check_tolerated("{{ terms and conditions }}", "https://x.test", 4, condition);
    for name in
        ["data[\"terms and conditions\"]", "case number", "for you", "end", "if", "endless", "e", "nothing", "orders"]
    {
        assert_eq!(mistakes_of(&format!("{{{{ {name} }}}}")).0, [""; 0], "{name}");
    }
    let compared = "A comparison can stand in {% if … %} alone.";
    for sign in ["==", "!=", "<", ">", "<=", ">=", "<>"] {
        check_refused(&format!("{{{{ a {sign} b }}}}"), 6, &format!("`{sign} b` cannot stand here. {compared}"));
    }
}

#[test]
fn expressions_of_other_languages_are_answered_with_filters() {
    let behind = |inside: &str, column: usize, hint: &str| {
        let message = format!("`{inside}` cannot stand here. {hint}");
        check_refused(&format!("{{{{ a {inside} }}}}"), column, &message);
    };
    behind("+ b", 6, "Write a | plus: b, or a | append: b for texts.");
    behind("- b", 6, "Write a | minus: b.");
    behind("* b", 6, "Write a | times: b.");
    behind("/ b", 6, "Write a | divided_by: b.");
    behind("% b", 6, "Write a | modulo: b.");
    behind("= b", 6, "Write {% assign name = value %}.");
    behind("? b : c", 6, "Write {% if … %} … {% else %} … {% endif %}.");
    behind(", b", 6, "An output prints one value.");
    behind("()", 6, "There are no functions: use a filter, such as {{ name | upcase }}.");
    behind("]", 6, "There is no [ to which it belongs.");
    check_refused("{{ a || \"x\" }}", 7, "For another value where one is missing write {{ name ?? other }}.");
    check_refused(
        "{% assign x = a + b %}",
        17,
        "`+ b` cannot stand here. Write a | plus: b, or a | append: b for texts.",
    );
    check_refused("{% assign x == b %}", 14, "`= b` is no value here. Write one = to assign.");
}

#[test]
fn arguments_of_filters_stand_behind_a_colon_and_between_commas() {
    check_refused("{{ a | default \"x\" }}", 16, "The arguments of a filter stand behind a colon: write | default: ….");
    check_refused(
        "{{ a | default(\"x\") }}",
        15,
        "The arguments of a filter stand behind a colon: write | default: ….",
    );
    check_refused("{{ a | truncate 20 }}", 17, "The arguments of a filter stand behind a colon: write | truncate: ….");
    check_refused("{{ a | append: \"x\" \"y\" }}", 20, "`\"y\"` cannot stand here. Arguments are separated by commas.");
    check_refused("{{ a | append: \"x }}", 16, "`\"x` is no value here. A quote is never closed.");
    check_tolerated("{{ a | append: b: 1 }}", "1", 16, "No filter takes an argument \"b\": leave it out.");
    check_tolerated("{{ a | upcase: 1 }}", "1", 8, "The filter \"upcase\" has 1 argument here, but takes none.");
}

#[test]
fn broken_paths_are_reported_at_the_place_of_the_mistake() {
    check_refused("{{ a[0 }}", 8, "The bracket [ is never closed: write ] behind it.");
    check_refused("{{ a.b. }}", 9, "A name must follow the dot.");
    check_refused("{{ a..b }}", 5, "`..b` cannot stand here. A name must follow the dot.");
    check_refused("{{ a[] }}", 6, "A value must stand here, but there is `]`.");
    let long = "x".repeat(40);
    check_refused(&format!("{{{{ a@{long} }}}}"), 5, &format!("`@{}…` cannot stand here.", "x".repeat(29)));
}

#[test]
fn loops_of_other_languages_are_answered_with_loops_of_liquid() {
    let head = |inside: &str, column: usize, message: &str| {
        check_refused(&format!("{{% for {inside} %}}x{{% endfor %}}"), column, message);
    };
    head("x of items", 10, "Write \"in\": {% for item in items %}.");
    head("items", 14, "A loop must be written as {% for item in items %}.");
    let pair = "A loop has one variable: write {% for entry in object %}, with entry[0] for the key and entry[1] for the value.";
    head("k, v in items", 9, pair);
    head("x in 1..5", 14, "A range is written as (1..5).");
    head("x in a..b", 14, "A range is written as (1..5).");
    head("x in (1, 5)", 15, "A range is written as (1..5).");
    head("x in items limit 3", 19, "Write limit: with a colon.");
    let filters = "A loop has no filters: assign the array before, with {% assign sorted = items | sort %}.";
    head("x in items | sort", 19, filters);
    head("x in items, b", 20, "A loop may be followed by limit: …, offset: … and reversed alone.");
}

#[test]
fn tags_of_other_languages_are_answered_with_tags_of_liquid() {
    let meant = |tag: &str, meant: &str| {
        let name = tag.split(' ').next().unwrap();
        check_refused(
            &format!("{{% {tag} %}}"),
            1,
            &format!("There is no tag \"{name}\": perhaps \"{meant}\" is meant."),
        );
    };
    for (tag, name) in [
        ("iff a", "if"),
        ("fro x in y", "for"),
        ("If a", "if"),
        ("elseif a", "elsif"),
        ("elif a", "elsif"),
        ("set a = 1", "assign"),
        ("let a = 1", "assign"),
        ("switch a", "case"),
        ("foreach a", "for"),
        ("print a", "echo"),
        ("verbatim", "raw"),
        ("brek", "break"),
    ] {
        meant(tag, name);
    }
    check_refused("{% mj-text %}", 1, "There is no tag \"mj-text\".");
    check_refused("{% x\u{1b}[2J %}", 1, "There is no tag \"x [2J\".");
    check_refused(&format!("{{% {} %}}", "y".repeat(99)), 1, &format!("There is no tag \"{}…\".", "y".repeat(30)));
    check_refused("{% -if a %}", 1, "A hyphen must stand right behind the {%.");
    check_refused("{% = a %}", 1, "A tag must begin with its name.");
    for name in ["include", "render", "layout", "extends", "import", "macro"] {
        let message = format!("The tag \"{name}\" does not exist here: write out the text that it would insert.");
        check_refused(&format!("{{% {name} 'a' %}}"), 1, &message);
    }
}

#[test]
fn a_wrong_end_of_a_block_is_reported_with_the_line_where_the_block_begins() {
    for end in ["end", "endfor", "endif2"] {
        let message = format!("The tag \"{end}\" does not end the block that begins in line 1: write {{% endif %}}.");
        check_refused(&format!("{{% if a %}}x{{% {end} %}}"), 12, &message);
    }
    let (messages, _, _) = mistakes_of("{% if a %}\n\n{% for x in y %}\n{% endif %}");
    let message = "The tag \"endif\" does not end the block that begins in line 3: write {% endfor %}.";
    assert_eq!(messages, [format!("Line 4, column 1: {message}")]);
    check_refused("{% if a %}{% endif %}{% endif %}", 22, "The tag \"endif\" has no block to which it belongs.");
}

#[test]
fn filters_of_other_languages_are_answered_with_filters_of_liquid() {
    for (name, meant) in [
        ("upcse", "upcase"),
        ("Upcase", "upcase"),
        ("upper", "upcase"),
        ("toUpperCase", "upcase"),
        ("capitalise", "capitalize"),
        ("trim", "strip"),
        ("length", "size"),
        ("nl2br", "newline_to_br"),
        ("formatDate", "date"),
        ("money", "to_fixed"),
        ("safe", "raw"),
        ("substring", "slice"),
    ] {
        let message = format!("There is no filter \"{name}\": perhaps \"{meant}\" is meant.");
        check_tolerated(&format!("{{{{ b | {name} }}}}"), "2", 8, &message);
    }
    check_tolerated("{{ b | img_url }}", "2", 8, "There is no filter \"img_url\".");
}

#[test]
fn a_mistake_has_its_place_beside_character_references() {
    check_refused("{% if a && b %}{% endif %}", 9, "`&& b` cannot stand here. Write \"and\" instead.");
    check_refused("{{ a & b }}", 6, "`& b` cannot stand here.");
    check_refused("{{ a | default \"&\" }}", 16, "The arguments of a filter stand behind a colon: write | default: ….");
}

#[test]
fn a_preview_reports_misspelled_names() {
    let preview_problems = |source: &str| {
        let data = json!({"name": "Ada", "lastName": "Lovelace", "user": {"name": "B"}});
        let preview = Template::parse(source, MailPart::Text).preview(&variables(&data));
        preview.problems.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(
        preview_problems("{{ nmae }}"),
        ["Line 1, column 4: There is no \"nmae\" in this data: perhaps \"name\" is meant."]
    );
    assert_eq!(
        preview_problems("{% for i in (1..9) %}{% if usr.name %}{% endif %}{% endfor %}"),
        ["Line 1, column 28: There is no \"usr\" in this data: perhaps \"user\" is meant."]
    );
    assert_eq!(
        preview_problems("{{ nick ?? lastName }}"),
        [
            "Line 1, column 12: A fallback is printed as it is written: for the value of lastName write \"| default: lastName\"."
        ]
    );
    for source in [
        "{{ coupon }}",
        "{% assign nmae = nil %}{{ nmae }}",
        "{{ nick ?? there }}",
        "{{ name ?? lastName }}",
        "{{ nick ?? 'name' }}",
    ] {
        assert_eq!(preview_problems(source), [""; 0], "{source}");
    }
    assert_eq!(
        preview_problems("{{ nick ?? \"you }}"),
        ["Line 1, column 12: The quote \" is never closed: write \" behind the text."]
    );
}
