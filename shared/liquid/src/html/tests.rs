//! Values stay in the place where the author put them.

mod contexts;
mod random;

use super::*;

/// The hole in a template for one output.
const HOLE: &str = "{{}}";

/// The context of the last hole in a template.
fn context_of(template: &str) -> Context {
    let mut tracker = Tracker::default();
    let mut context = Context::TEXT;
    for (index, text) in template.split(HOLE).enumerate() {
        if index > 0 {
            context = tracker.context();
            tracker.after_output();
        }
        tracker.advance(text);
    }
    context
}

fn write_into(out: &mut String, value: &str, trust: Trust, context: Context) {
    let value = admissible(value, trust, context, out);
    let Ok(()) = write(&value, trust, context, |piece| {
        out.push_str(piece);
        Ok::<(), Infallible>(())
    });
}

/// The template with the values in place of its holes.
fn rendered(template: &str, values: &[&str], trust: Trust) -> String {
    let mut tracker = Tracker::default();
    let mut out = String::new();
    for (index, text) in template.split(HOLE).enumerate() {
        if index > 0 {
            write_into(&mut out, values[index - 1], trust, tracker.context());
            tracker.after_output();
        }
        tracker.advance(text);
        out.push_str(text);
    }
    out
}

#[track_caller]
fn check(template: &str, values: &[&str], expected: &str) {
    assert_eq!(rendered(template, values, Trust::Text), expected, "{template} with {values:?}");
}

#[track_caller]
fn check_markup(template: &str, value: &str, expected: &str) {
    assert_eq!(rendered(template, &[value], Trust::Html), expected, "{template} with {value:?}");
}

#[test]
fn an_output_may_begin_a_value_or_write_nothing() {
    let unquoted = Context { place: Place::Unquoted, ..Context::TEXT };
    assert_eq!(context_of("<td width={{}} height={{}}"), unquoted);
    assert_eq!(context_of("<td width={{}}>{{}}"), Context::TEXT);
    assert_eq!(context_of("<td title=\"{{}}\" {{}}>{{}}"), Context::TEXT);
    assert_eq!(context_of("<h{{}} class=\"a\">{{}}"), Context::TEXT);
    // If the first value is empty, the second attribute is the first one's value.
    assert_eq!(context_of("<td width={{}} title=\"{{}}").place, Place::Unknown);
    // An attribute that data names may be an address.
    assert!(context_of("<a {{}}=\"{{}}\"").judging_cost(0) > 0);
}

#[test]
fn branches_that_end_differently_are_followed_until_they_agree() {
    let join = |branches: &[&str], then: &str| {
        let trackers = branches.iter().map(|branch| {
            let mut tracker = Tracker::default();
            tracker.advance(branch);
            tracker
        });
        let mut joined = trackers.reduce(|mut one, other| {
            one.join(&other);
            one
        });
        let joined = joined.as_mut().unwrap();
        joined.advance(then);
        joined.context()
    };
    let in_link = context_of("<a href=\"{{}}");
    assert_eq!(join(&["<a href=\"https://a", "<a href=\""], ""), in_link);
    assert_eq!(join(&["<a title=\"", "<a href=\""], ""), in_link);
    assert_eq!(join(&["<td ", "<td selected", "<td class=\"a\""], ">"), Context::TEXT);
    assert_eq!(join(&["<td", "<td class=\"a"], "\">"), Context::TEXT);
    assert_eq!(join(&["<td", "<td class=\"a"], "").place, Place::Unknown);
    assert_eq!(join(&["<script>", ""], "").place, Place::Unknown);
    assert_eq!(join(&["<!--", ""], " --><p>"), Context::TEXT);
    assert_eq!(join(&["<!--[if mso]>", ""], "<a href=\"").place, Place::Quoted('"'));
    let too_many = ["<a ", "<a b='", "<a b=\"", "<a b=", "<!--", "<script>"];
    assert_eq!(join(&too_many, "--></script>"), Context::UNKNOWN);
}

#[test]
fn text_and_attributes_have_the_five_characters_of_markup_escaped() {
    let (value, escaped) = ("é <b> & \"c\" 'd' = `", "é &lt;b&gt; &amp; &quot;c&quot; &#39;d&#39; = `");
    for around in
        ["{{}}", "<p>{{}}</p>", "<p title=\"{{}}\">", "<p style='{{}}'>", "<!-- {{}} -->", "<title>{{}}</title>"]
    {
        check(around, &[value], &around.replace(HOLE, escaped));
    }
    check("<p>{{}}</p>", &[""], "<p></p>");
    check_markup("<p>{{}}</p>", "<b>&amp;</b>", "<p><b>&amp;</b></p>");
    check_markup("<p title=\"{{}}\">", "<b> &amp; \"", "<p title=\"&lt;b&gt; &amp; &quot;\">");
}

#[test]
fn an_attribute_without_quotes_has_one_value() {
    check("<td width={{}}>", &["100%"], "<td width=100%>");
    check("<p title={{}}>", &["a onclick=b\t`>"], "<p title=a&#32;onclick&#61;b&#9;&#96;&gt;>");
    check_markup("<p title={{}}>", "a &lt; b>", "<p title=a&#32;&lt;&#32;b&gt;>");
}

#[test]
fn in_an_unknown_context_a_value_is_safe_everywhere() {
    check(
        "<td width={{}} title=\"{{}}\">",
        &["", "a onclick=b/c"],
        "<td width= title=\"&#97;&#32;onclick&#61;b&#47;c\">",
    );
    check("<td width={{}} title=\"{{}}\">", &["1", "é"], "<td width=1 title=\"é\">");
    assert_eq!(
        rendered("<td width={{}} title=\"{{}}\">", &["1", "&lt; a"], Trust::Html),
        "<td width=1 title=\"&lt;&#32;a\">"
    );
}

#[test]
fn only_names_survive_inside_of_a_tag() {
    check("<option {{}}>", &["selected"], "<option selected>");
    check("<option{{}}>", &[" selected"], "<option selected>");
    check("<input {{}}>", &["checked  disabled"], "<input checked disabled>");
    check("<td {{}}>", &["align=center nowrap"], "<td nowrap>");
    check("<td {{}}>", &["><script>"], "<td >");
    check("<td {{}}>", &["onclick OnLoad x:onload srcdoc x"], "<td x>");
    check("<td {{}}click=\"a\">", &["on"], "<td click=\"a\">");
    check("<td o{{}}=\"a\">", &["nclick"], "<td o=\"a\">");
    check("<td {{}}{{}}=\"a\">", &["o", "nclick"], "<td o=\"a\">");
    check("<td data-{{}}=\"a\">", &["on-sale"], "<td data-on-sale=\"a\">");
    check("<!--[if mso]><td {{}}><![endif]-->", &["x--"], "<!--[if mso]><td ><![endif]-->");
    check("<h{{}}>a</h{{}}>", &["1", "1"], "<h1>a</h1>");
    check("<{{}}>", &["h2"], "<h2>");
    check("<{{}}>", &["Script"], "<>");
    check("<{{}}{{}}>", &["scr", "ipt"], "<scr>");
    check("<s{{}}>", &["tyle"], "<s>");
    check("<{{}} \"a>", &["p x=\"y"], "<p \"a>");
}

#[test]
fn html_inside_of_a_tag_is_a_list_of_attributes_with_quotes() {
    for attributes in ["class=\"a b\" id = 'c'", " nowrap class=\"&quot;\" ", "href=\"https://a/?b=c\""] {
        check_markup("<td {{}}>", attributes, &format!("<td {attributes}>"));
    }
    for attributes in [
        "onclick=\"a\"",
        "href='javascript:a'",
        "href='&#106;avascript:a'",
        "class=a",
        "srcdoc=''",
        "a=\"b",
        "><b",
        "=\"a\"",
    ] {
        check_markup("<td {{}}>", attributes, "<td >");
    }
}

#[test]
fn scripts_and_style_sheets_keep_values_in_their_strings() {
    check(
        "<script>{\"a\": \"{{}}\"}</script>",
        &["\"</script>\\\n&'é"],
        "<script>{\"a\": \"\\u0022\\u003c/script\\u003e\\u005c\\u000a\\u0026\\u0027é\"}</script>",
    );
    check("<a onclick=\"f('{{}}')\">", &["');g('"], "<a onclick=\"f('\\u0027);g(\\u0027')\">");
    check("<style>a { color: {{}} }</style>", &["rgb(1, 2, 3)"], "<style>a { color: rgb(1, 2, 3) }</style>");
    check("<style>{{}}</style>", &["\"</style>\\"], "<style>\"\\3c /style>\\</style>");
    check_markup("<script>{{}}</script>", "[\"a\"]", "<script>[\"a\"]</script>");
    check_markup("<a onclick='{{}}'>", "' x='", "<a onclick='&#39; x=&#39;'>");
}

#[test]
fn a_value_does_not_end_a_comment() {
    check("<!-- {{}}> -->", &["--"], "<!-- -&#45;> -->");
    check("<!-- {{}}> -->", &["--!"], "<!-- --&#33;> -->");
    check("<!-- -{{}}> -->", &["-"], "<!-- -&#45;> -->");
    check("<!--[if mso]>{{}}><![endif]-->", &["--"], "<!--[if mso]>-&#45;><![endif]-->");
    check("<!--[if mso]><p title=\"{{}}>\"><![endif]-->", &["--"], "<!--[if mso]><p title=\"-&#45;>\"><![endif]-->");
    check(
        "<!--[if mso]><style>{{}}</style><![endif]-->",
        &["a-->b"],
        "<!--[if mso]><style>a--\\3e b</style><![endif]-->",
    );
    check("{{}} <!-- a -->{{}}", &["-", "-"], "- <!-- a -->-");
}

#[test]
fn ordinary_addresses_are_written_as_they_are() {
    for address in [
        "https://example.com/a?b=c#d",
        "HTTPS://example.com:8080/",
        "mailto:a@example.com",
        "tel:+49",
        "cid:logo",
        "/a:b",
        "?javascript:a",
        "#data:",
        "a/data:",
        "database:a",
        "data.html",
        "javascript.html",
        "//example.com",
        "{unsubscribe}",
        "",
    ] {
        check("<a href=\"{{}}\">", &[address], &format!("<a href=\"{address}\">"));
        check("<img srcset='{{}}'>", &[address], &format!("<img srcset='{address}'>"));
    }
    check("<a href=\"https://a/{{}}\">", &["javascript:b"], "<a href=\"https://a/javascript:b\">");
    check("<a href=https://a/?b={{}}>", &["c&d"], "<a href=https://a/?b=c&amp;d>");
    check("<a href=\"mailto:{{}}\">", &["data:a"], "<a href=\"mailto:data:a\">");
    check("<p title=\"{{}}\">{{}}", &["data: a", "javascript:b"], "<p title=\"data: a\">javascript:b");
    check("<img src=\"data:image/png;base64,{{}}\">", &["AAAA"], "<img src=\"data:image/png;base64,AAAA\">");
    check("<a href=\"{{}}\">", &[" https://a/\n\tb c"], "<a href=\"https://a/b c\">");
}

#[test]
fn nothing_is_written_of_an_address_with_a_harmful_scheme() {
    for address in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "javascript",
        " \u{1}\u{1f}javascript:a",
        "java\tscr\nip\rt\t:a",
        "vbscript:a",
        "data:text/html,<script>",
        "DATA:image/png;base64,AAAA",
        "view-source:javascript:a",
        "feed:view-source:data:a",
    ] {
        for (before, after) in [
            ("<a href=\"", "\""),
            ("<a href='", "'"),
            ("<a href=", ""),
            ("<a href= ", ""),
            ("<a href=\" ", "\""),
            ("<img src=\"", "\""),
            ("<img x:SRC=\"", "\""),
            ("<!--[if mso]><v:rect href=\"", "\""),
        ] {
            check(&format!("{before}{HOLE}{after}>"), &[address], &format!("{before}{after}>"));
            assert_eq!(
                rendered(&format!("{before}{HOLE}{after}>"), &[address], Trust::Html),
                format!("{before}{after}>")
            );
        }
    }
}

#[test]
fn an_address_of_parts_is_judged_as_a_whole() {
    check("<a href=\"{{}}{{}}\">", &["javascript", ":alert(1)"], "<a href=\":alert(1)\">");
    check("<a href=\"{{}}{{}}\">", &["java", "script:alert(1)"], "<a href=\"java\">");
    check("<a href={{}}{{}}>", &["java", "script:alert(1)"], "<a href=java>");
    check("<a href=\"{{}}{{}}{{}}\">", &["java", "", "script:a"], "<a href=\"java\">");
    check("<a href=\"java{{}}\">", &["script:a"], "<a href=\"java\">");
    check("<a href='{{}}:a'>", &["javascript"], "<a href=':a'>");
    check("<a href='{{}}://a/{{}}'>", &["javascript", "%0aalert(1)"], "<a href='://a/%0aalert(1)'>");
    check("<a href=\"javascript:f('{{}}')\">", &["a"], "<a href=\"javascript:f('')\">");
    check("<a href=\"data:{{}}\">", &["text/html,a"], "<a href=\"data:\">");
    check("<a href=\"&#106;avascript&colon;{{}}\">", &["a"], "<a href=\"&#106;avascript&colon;\">");
    check("<a href=\"&{{}}\">", &["#106;avascript:a"], "<a href=\"&\">");
    check("<a {{}}=\"{{}}\">", &["href", "javascript:a"], "<a href=\"\">");
    // Blanks cannot push the beginning out of the part that is searched.
    let (blanks, tabs) = (" \t".repeat(1000), "\t".repeat(1000));
    check("<a href=\"{{}}{{}}{{}}\">", &[&blanks, &format!("java{tabs}"), "script:a"], "<a href=\"java\">");
    check("<a href={{}}{{}}{{}}>", &[&blanks, &format!("java{tabs}"), "script:a"], "<a href=java>");
}

#[test]
fn html_is_decoded_before_it_is_judged() {
    for address in [
        "&#106;avascript:a",
        "&#x6A;avascript&#58a",
        "&#0000000000000000000000106avascript:a",
        "java&Tab;script&colon;a",
        "java&NewLine;script:a",
        "&#1;javascript:a",
    ] {
        check_markup("<a href=\"{{}}\">", address, "<a href=\"\">");
    }
    check("<a href=\"{{}}\">", &["&#106;avascript:a"], "<a href=\"&amp;#106;avascript:a\">");
    check_markup("<a href=\"{{}}\">", "https://a/?b&amp;c", "<a href=\"https://a/?b&amp;c\">");
}

#[test]
fn each_address_of_a_list_counts() {
    for list in
        ["a.png 1x, javascript:b 2x", "a javascript:b", "a,\tdata:b", "a\njavascript:b", "https://a/ 1x,vbscript:b"]
    {
        check("<img srcset=\"{{}}\">", &[list], "<img srcset=\"\">");
    }
    check("<img srcset=\"a.png, {{}}\">", &["javascript:b"], "<img srcset=\"a.png, \">");
    check("<img srcset=\"a.png, java{{}}\">", &["script:b"], "<img srcset=\"a.png, java\">");
    check("<img srcset=\"{{}}\">", &["a.png 1x,\nb.png 2x"], "<img srcset=\"a.png 1x,\nb.png 2x\">");
}

#[test]
fn escaping_replaces_the_five_characters_of_markup() {
    assert_eq!(escape(r#"<é a="b" c='d'>&amp;"#), "&lt;é a=&quot;b&quot; c=&#39;d&#39;&gt;&amp;amp;");
    assert_eq!(escape_once("&amp; & < &x; &#39;"), "&amp; &amp; &lt; &x; &#39;");
}
