//! The syntax of other template languages that authors bring along, and the sentences that tell them the Liquid for it.

/// The place of a mistake inside a tag or output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MarkupPlace {
    /// The value of an output, before its filters.
    Output,
    /// A condition of `if`, `unless` or `elsif`.
    Condition,
    /// The arguments of a filter.
    Arguments,
    /// Any other place.
    Other,
}

use MarkupPlace::{Arguments, Condition, Output};

/// The place of the syntax (`None` for any), the text that it begins with, and the sentence that tells the Liquid for it.
type Hint = (Option<MarkupPlace>, &'static str, &'static str);

const EQUAL: &str = "Write == to compare, and != for unequal.";
const AND: &str = "Write \"and\" instead.";
const OR: &str = "Write \"or\" instead.";
const NOT: &str = "There is no \"not\": write {% unless … %}, or compare with false or blank.";
const PARENTHESES: &str = "There are no parentheses in a condition: nest one {% if … %} in another.";
const ARITHMETIC: &str = "A condition reckons nothing: assign the result before, with {% assign x = a | plus: b %}.";
const JOINED: &str = "Comparisons are joined by \"and\" or \"or\".";
const OPERATOR: &str = "Between two values stands ==, !=, <, >, <=, >= or contains.";
const COMPARED: &str = "A comparison can stand in {% if … %} alone.";
const TERNARY: &str = "Write {% if … %} … {% else %} … {% endif %}.";
const FUNCTION: &str = "There are no functions: use a filter, such as {{ name | upcase }}.";
const HELPER: &str = "There are no helpers: use a filter, such as {{ day | date: \"%Y\" }}.";
const COMMA: &str = "Arguments are separated by commas.";
const QUOTE: &str = "A quote is never closed.";
const NAME: &str = "A name has letters, digits, \"_\" and \"-\".";
const IF: &str = "Write {% if … %} … {% endif %}.";
const UNLESS: &str = "Write {% unless … %} … {% endunless %}.";
const FOR: &str = "Write {% for item in items %} … {% endfor %}.";
const END: &str = "Write {% endif %}, {% endfor %} or {% endunless %}.";
const RAW: &str = "Write {{ name | raw }} for a value that is HTML already.";
const COMMENT: &str = "Write a comment as {% # … %} or {% comment %} … {% endcomment %}.";
const LOOP: &str = "Write forloop.index0, forloop.first or forloop.last.";
const OUTSIDE: &str = "The names of the data are seen everywhere: write {{ name }}.";

/// Syntax in places where Liquid expects a value.
static INSTEAD_OF_VALUES: &[Hint] = &[
    (Some(Output), "#if", IF),
    (Some(Output), "#unless", UNLESS),
    (Some(Output), "#each", FOR),
    (Some(Output), "#", "Write {% if … %} … {% endif %} or {% for item in items %} … {% endfor %}."),
    (Some(Output), "^", UNLESS),
    (Some(Output), "/", END),
    (Some(Output), ">", "There are no partials: write out the text that it would insert."),
    (Some(Output), "{", RAW),
    (Some(Output), "&", RAW),
    (Some(Output), "!", COMMENT),
    (Some(Output), "@index", LOOP),
    (Some(Output), "@first", LOOP),
    (Some(Output), "@last", LOOP),
    (Some(Output), "../", OUTSIDE),
    (Some(Condition), "!", NOT),
    (Some(Condition), "=", EQUAL),
    (Some(Condition), "&", AND),
    (Some(Condition), "|", OR),
    (None, "=", "Write one = to assign."),
    (None, "\"", QUOTE),
    (None, "'", QUOTE),
    (None, "“", QUOTE),
    (None, "‘", QUOTE),
    (None, "„", QUOTE),
    (None, "$", NAME),
    (None, "@", NAME),
    (None, ".", NAME),
];

/// Syntax behind a value, where Liquid expects nothing more.
static BEHIND_VALUES: &[Hint] = &[
    (Some(Condition), "==", JOINED),
    (Some(Condition), "!=", JOINED),
    (Some(Condition), "<", JOINED),
    (Some(Condition), ">", JOINED),
    (Some(Condition), "=", EQUAL),
    (Some(Condition), "&", AND),
    (Some(Condition), "||", OR),
    (Some(Condition), "|", "A condition has no filters: assign the value before, with {% assign x = a | size %}."),
    (Some(Condition), "+", ARITHMETIC),
    (Some(Condition), "-", ARITHMETIC),
    (Some(Condition), "*", ARITHMETIC),
    (Some(Condition), "/", ARITHMETIC),
    (Some(Condition), "%", ARITHMETIC),
    (Some(Condition), "\"", OPERATOR),
    (Some(Condition), "'", OPERATOR),
    (Some(Output), "==", COMPARED),
    (Some(Output), "!=", COMPARED),
    (Some(Output), "<", COMPARED),
    (Some(Output), ">", COMPARED),
    (Some(Output), "=", "Write {% assign name = value %}."),
    (Some(Output), "\"", HELPER),
    (Some(Output), "'", HELPER),
    (Some(Output), ",", "An output prints one value."),
    (Some(Arguments), "\"", COMMA),
    (Some(Arguments), "'", COMMA),
    (None, "?", TERNARY),
    (None, "(", FUNCTION),
    (None, "+", "Write a | plus: b, or a | append: b for texts."),
    (None, "-", "Write a | minus: b."),
    (None, "*", "Write a | times: b."),
    (None, "/", "Write a | divided_by: b."),
    (None, "%", "Write a | modulo: b."),
    (None, "}}", "A tag ends with %}."),
    (None, ".", "A name must follow the dot."),
    (None, "]", "There is no [ to which it belongs."),
    (None, ")", "There is no ( to which it belongs."),
];

/// Filters of other languages in alphabetical order, and the Liquid filters that do their work.
static FILTERS: &[(&str, &str)] = &[
    ("add", "plus"),
    ("capitalise", "capitalize"),
    ("count", "size"),
    ("currency", "to_fixed"),
    ("date_format", "date"),
    ("div", "divided_by"),
    ("divide", "divided_by"),
    ("exclude", "reject"),
    ("filter", "where"),
    ("format_date", "date"),
    ("format_number", "to_fixed"),
    ("formatdate", "date"),
    ("html", "raw"),
    ("len", "size"),
    ("length", "size"),
    ("lower", "downcase"),
    ("lowercase", "downcase"),
    ("mod", "modulo"),
    ("money", "to_fixed"),
    ("mul", "times"),
    ("multiply", "times"),
    ("nl2br", "newline_to_br"),
    ("noescape", "raw"),
    ("number_format", "to_fixed"),
    ("or", "default"),
    ("safe", "raw"),
    ("select", "where"),
    ("strftime", "date"),
    ("sub", "minus"),
    ("substr", "slice"),
    ("substring", "slice"),
    ("subtract", "minus"),
    ("title", "capitalize"),
    ("titlecase", "capitalize"),
    ("to_json", "json"),
    ("tofixed", "to_fixed"),
    ("tojson", "json"),
    ("tolowercase", "downcase"),
    ("touppercase", "upcase"),
    ("trim", "strip"),
    ("ucfirst", "capitalize"),
    ("upper", "upcase"),
    ("uppercase", "upcase"),
    ("urlencode", "url_encode"),
];

/// Tags of other languages in alphabetical order, and the Liquid tags that do their work.
static TAGS: &[(&str, &str)] = &[
    ("const", "assign"),
    ("each", "for"),
    ("elif", "elsif"),
    ("elseif", "elsif"),
    ("foreach", "for"),
    ("let", "assign"),
    ("loop", "for"),
    ("out", "echo"),
    ("print", "echo"),
    ("set", "assign"),
    ("switch", "case"),
    ("var", "assign"),
    ("verbatim", "raw"),
];

/// The sentence on `text`, which stands in a place where a value is expected.
pub(crate) fn hint_instead_of_value(place: MarkupPlace, text: &str) -> Option<&'static str> {
    find(INSTEAD_OF_VALUES, place, text)
}

/// The sentence on `text`, which stands behind a value.
pub(crate) fn hint_behind_value(place: MarkupPlace, text: &str) -> Option<&'static str> {
    find(BEHIND_VALUES, place, text)
}

fn find(hints: &[Hint], place: MarkupPlace, text: &str) -> Option<&'static str> {
    let is_meant = |hint: &&Hint| hint.0.is_none_or(|of| of == place) && text.starts_with(hint.1);
    hints.iter().find(is_meant).map(|hint| hint.2)
}

/// The sentence on parentheses that hold no range.
pub(crate) fn hint_on_parentheses(place: MarkupPlace) -> &'static str {
    if place == Condition { PARENTHESES } else { "A range is written as (1..5)." }
}

/// The sentence on a name with blanks in a place where no other Liquid allows them. The name may be a condition in words.
pub(crate) fn name_with_blanks(name: &str) -> String {
    const OPERATORS: [&str; 12] =
        ["is", "eq", "equals", "ne", "neq", "gt", "gte", "lt", "lte", "matches", "has", "includes"];
    if name.split_whitespace().next() == Some("not") {
        NOT.to_owned()
    } else if holds(name, &OPERATORS) {
        OPERATOR.to_owned()
    } else if name.contains(['.', '[']) {
        "A name with blanks must be written in brackets here, as user[\"first name\"].".to_owned()
    } else {
        format!("A name with blanks must be written as data[\"{name}\"] here.")
    }
}

/// The sentence on a name in an output, if the name looks like a tag or a condition.
pub(crate) fn name_in_output(name: &str) -> Option<String> {
    let mut words = name.split_whitespace();
    let (first, has_more) = (words.next()?, words.next().is_some());
    let is_in = |words: &[&str]| words.contains(&first);
    let is_block = has_more && (is_in(&["if", "unless", "elsif"]) || first == "for" && holds(name, &["in"]));
    if is_block || !has_more && is_in(&["else", "endif", "endfor", "endunless", "endcase", "endtablerow"]) {
        return Some(format!("\"{name}\" is a name here: a tag is written as {{% {name} %}}."));
    }
    let is_condition = has_more && (first == "not" || holds(name, &["and", "or"]));
    is_condition.then(|| format!("A condition can stand in {{% if … %}} alone, and a name as data[\"{name}\"]."))
}

fn holds(name: &str, words: &[&str]) -> bool {
    name.split_whitespace().any(|word| words.contains(&word))
}

/// The Liquid filter for a filter of another language.
pub(crate) fn equivalent_filter(name: &str) -> Option<&'static str> {
    meant(FILTERS, name)
}

/// The Liquid tag for a tag of another language.
pub(crate) fn equivalent_tag(name: &str) -> Option<&'static str> {
    meant(TAGS, name)
}

fn meant(words: &[(&'static str, &'static str)], name: &str) -> Option<&'static str> {
    words.iter().find(|(word, _)| word.eq_ignore_ascii_case(name)).map(|(_, meant)| *meant)
}

/// True for the tags of other languages that insert another template.
pub(crate) fn inserts_template(name: &str) -> bool {
    const NAMES: [&str; 14] = [
        "block",
        "component",
        "extends",
        "from",
        "import",
        "include",
        "layout",
        "macro",
        "partial",
        "partials",
        "render",
        "section",
        "sections",
        "slot",
    ];
    NAMES.contains(&name)
}
