//! The context of an output, by the text before it.

use super::super::{Addresses, Context, Place, Tracker};
use super::{HOLE, context_of};

#[test]
fn the_text_before_an_output_decides_about_its_context() {
    let text = Context::TEXT;
    let place = |place| Context { place, ..text };
    let one = |place| Context { place, addresses: Addresses::One, ..text };
    let in_comment = |context| Context { in_comment: true, ..context };
    let (double, single) = (Place::Quoted('"'), Place::Quoted('\''));
    for (before, expected) in [
        ("", text),
        ("a < b > c & d", text),
        ("<p>", text),
        ("<p class=\"a\">", text),
        ("<br/>", text),
        ("<br>x<img src=a>", text),
        ("</p>", text),
        ("</>", text),
        ("<!doctype html>", text),
        ("<?xml version=\"1.0\"?>", text),
        ("<", place(Place::ElementName)),
        ("</", place(Place::ElementName)),
        ("<h", place(Place::ElementName)),
        ("</h", place(Place::ElementName)),
        ("<p ", place(Place::AttributeName)),
        ("<p/", place(Place::AttributeName)),
        ("<p class", place(Place::AttributeName)),
        ("<p class ", place(Place::AttributeName)),
        ("<p class=\"a\"", place(Place::AttributeName)),
        ("<p class=a ", place(Place::AttributeName)),
        ("<p class=", place(Place::Unquoted)),
        ("<p class= ", place(Place::Unquoted)),
        ("<p class\n=\n", place(Place::Unquoted)),
        ("<p class=a", place(Place::Unquoted)),
        ("<p class=a\"", place(Place::Unquoted)),
        ("<p class=\"", place(double)),
        ("<p class='a\"", place(single)),
        ("<p class=\"a'>", place(double)),
        ("<p title='' class='", place(single)),
        ("<p data-href=\"", place(double)),
        ("<p data-src=", place(Place::Unquoted)),
        ("<p style=\"", place(double)),
        ("<a href=\"", one(double)),
        ("<A HREF = '", one(single)),
        ("<a\nhref=", one(Place::Unquoted)),
        ("<a class=x href=https://x/", one(Place::Unquoted)),
        ("<img src=\"", one(double)),
        ("<td background=\"", one(double)),
        ("<form action='", one(single)),
        ("<button formaction=\"", one(double)),
        ("<use xlink:href=\"", one(double)),
        ("<v:image xmlns:v=\"a\" v:src=\"", one(double)),
        ("<img srcset=\"", Context { place: double, addresses: Addresses::Many, ..text }),
        ("<a ping=\"", Context { place: double, addresses: Addresses::Many, ..text }),
        ("<a onclick=\"", place(Place::Handler)),
        ("<a onclick=", place(Place::UnquotedHandler)),
        ("<script>", place(Place::Script)),
        ("<SCRIPT type='application/ld+json'>{\"a\": \"", place(Place::Script)),
        ("<script>if (a < b) </scripts>", place(Place::Script)),
        ("<script></script", place(Place::Script)),
        ("<script></SCRIPT>", text),
        ("<script></script ", place(Place::AttributeName)),
        ("<style>a > b {", place(Place::Style)),
        ("<style></style>", text),
        ("<title><a href=\"", Context { is_raw_text: true, ..text }),
        ("<title></title><a href=\"", one(double)),
        ("<textarea></textarea/><a href=\"", one(double)),
        ("</script>", text),
        ("<!--", in_comment(text)),
        ("<!-", in_comment(text)),
        ("<!-- <a href=\"", in_comment(text)),
        ("<!-- <a href=\" -->", text),
        ("<!-- a > b -- > c --!>", text),
        ("<!-->", text),
        ("<!--->", text),
        ("<!--!>", in_comment(text)),
        ("<!---!>", in_comment(text)),
        ("<!--[i-->", text),
        ("<!--[if mso", in_comment(text)),
        ("<!--[if mso]>", in_comment(text)),
        ("<!--[IF gte mso 9]><p class='", in_comment(place(single))),
        ("<!--[if mso]><v:roundrect href=\"", in_comment(one(double))),
        ("<!--[if mso]><style>", in_comment(place(Place::Style))),
        ("<!--[if mso]><v:rect href=\"a\"/><![endif]-->", text),
        ("<!--[if mso]><style>a<![endif]--><a href=\"", one(double)),
        ("<!--[if mso]><!-- a --><a href=\"", one(double)),
        ("<!--[if mso]><!--[if mso]>--><a href=\"", one(double)),
        ("<!--[if !mso]><!--><a href=\"", one(double)),
        ("<!--[if !mso]>--><a href=\"", one(double)),
        ("<!--[if !mso]><!--><p><!--<![endif]-->", text),
        ("<![if !mso]><a href=\"", one(double)),
        ("<![if !mso]><p><![endif]>", text),
    ] {
        assert_eq!(context_of(&format!("{before}{HOLE}")), expected, "{before}");
        // The text leads to the same context in pieces, since tags of Liquid may stand anywhere.
        let mut tracker = Tracker::default();
        before.chars().for_each(|c| tracker.advance(&c.to_string()));
        assert_eq!(tracker.context(), expected, "{before}, character by character");
    }
}
