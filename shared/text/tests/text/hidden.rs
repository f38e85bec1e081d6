//! The text contains nothing that a reader of the HTML does not see, and everything else.

use crate::check;

#[test]
fn hidden_elements_are_left_out() {
    for hides in [
        "style='display:none'",
        "style=\"color:#fff;DISPLAY: none !important;max-height:0\"",
        "style='visibility:hidden'",
        "style='mso-hide:all;color:#fff'",
        "style='font-size:0'",
        "style='font-size:0px;line-height:0'",
        "style='max-height:0px;overflow:hidden'",
        "style='height:0;overflow:hidden'",
        "style='opacity:0'",
        "hidden",
        "hidden=''",
        "hidden=until-found",
    ] {
        for element in ["div", "span", "p", "td", "o:p"] {
            let name = element.split(' ').next().unwrap();
            check(&format!("<{element} {hides}>Preview <b>text</b> &#847;&zwnj;&nbsp;</{name}><p>Hello</p>"), "Hello");
        }
    }
}

#[test]
fn a_hidden_link_is_left_out() {
    check("<a href='https://example.com/' style='display:none'>a</a>Hello", "Hello");
    check("<div hidden><a href='https://example.com/'><img alt=a></a></div>Hello", "Hello");
    check("<a href='https://example.com/'><span style='display:none'>a</span></a>Hello", "Hello");
}

#[test]
fn elements_that_show_nothing_are_left_out() {
    for html in [
        "<head><title>Title</title><style>p { x }</style></head>",
        "<script>document.write('<p>x</p>')</script>",
        "<style>a > b { content: '</p>' }</style>",
        "<template><p>x</p></template>",
        "<!-- <p>x</p> -->",
        "<!--[if mso]><table><tr><td>x</td></tr></table><![endif]-->",
        "<!--[if gte mso 9]><xml><o:PixelsPerInch>96</o:PixelsPerInch></xml><![endif]-->",
        "<iframe>x</iframe><noframes>x</noframes>",
        "<input type=hidden value=x hidden><meta name=x content=y>",
        "<?xml version='1.0'?><!DOCTYPE html>",
    ] {
        check(&format!("{html}Hello"), "Hello");
    }
}

#[test]
fn elements_for_every_program_but_outlook_are_shown() {
    check("<!--[if !mso]><!-->Hello<!--<![endif]-->", "Hello");
    check("<![if !mso]>Hello<![endif]>", "Hello");
    let button = "<!--[if mso]><v:roundrect href='https://example.com/o'><center>Buy</center></v:roundrect><![endif]-->\
        <a href='https://example.com/o' style='padding:9px;mso-hide:all'>Buy</a>";
    check(button, "Buy (https://example.com/o)");
    check("<noscript>Hello</noscript>", "Hello");
}

#[test]
fn hidden_tags_without_content_hide_nothing() {
    for html in [
        "<img style='display:none' src=x alt=Pixel>",
        "<input hidden>",
        "<br style='display:none'>",
        "<hr hidden>",
        "<meta hidden><link hidden>",
        "<col style='visibility:collapse'>",
    ] {
        check(&format!("{html}Hello"), "Hello");
    }
}

#[test]
fn elements_that_end_by_themselves_hide_no_more() {
    check("<p hidden>a<p>Hello", "Hello");
    check("<ul><li style='display:none'>a<li>b</ul>", "* b");
    check("<table><tr><td style='display:none'>a<td>b<tr hidden><td>c<tr><td>d</table>", "b\nd");
    check("<table><tbody hidden><tr><td>a<tbody><tr><td>b</table>", "b");
    check("<p><span style='display:none'>a</p>Hello", "Hello");
    check("<table><tr><td><div style='display:none'>a</td><td>b</td></tr></table>", "b");
    check("<div><span hidden>a<b>b</span></div>Hello", "Hello");
    check("<dl><dt hidden>a<dd>b</dl>", "  b");
}

#[test]
fn hidden_elements_that_are_never_closed_end_at_the_next_block() {
    check("<div style='display:none'>Preview<p>Hello</p>", "Hello");
    check("<body><div hidden>Preview<table><tr><td>Hello</td></tr></table></body></html>", "Hello");
    check("<span style='display:none'>Preview <b>more</b><div>Hello</div>", "Hello");
    check("<div hidden><div hidden>Preview<p>Hello", "Hello");
    check("<div style='font-size:0'>Preview<p>Hello</p><p>Ada</p>", "Hello\n\nAda");
    check("<p>Hello</p><div hidden>end", "Hello");
    check("<p>Hello<p hidden>end", "Hello");
}

#[test]
fn hidden_elements_end_where_they_are_closed() {
    check("<span hidden><span>a</span>b</span>c", "c");
    check("<div hidden><div>a</div>b</div>c", "c");
    check("<div hidden><x-a><x-b>a</x-a></x-b></div>b", "b");
    check("<div hidden></span></p></td>a</div>b", "b");
    check("<div hidden><table><tr><td></div>a</td></tr></table></div>b", "b");
}

#[test]
fn text_inside_of_a_font_size_of_zero_is_shown_if_it_has_a_size() {
    let column = "<td style='direction:ltr;font-size:0px;padding:20px 0'><div style='font-size:0px;display:inline-block'>\
        <table><tr><td style='font-size:0px;word-break:break-word'>\
        <div style='font-family:Arial;font-size:16px'>Hello</div></td></tr></table></div></td>";
    check(&format!("<table><tr>{column}</tr></table>"), "Hello");
    check(
        "<div style='font-size:0'>a<span style='font-size:100%'>b</span><span style='font-size:2em'>c</span></div>d",
        "d",
    );
    check("<div style='visibility:hidden'>a<b style='visibility:visible'>b</b></div>", "b");
    check("<div style='display:none'>a<b style='display:inline'>b</b></div>c", "c");
}

#[test]
fn elements_that_only_seem_hidden_are_shown() {
    for style in
        ["max-height:9px", "overflow:hidden", "opacity:0.9", "display:block", "font-size:1em", "height:0", "width:0"]
    {
        check(&format!("<div style='{style}'>Hello</div>"), "Hello");
    }
    check("<div class=hidden data-hidden aria-hidden=true>Hello</div>", "Hello");
    let cell = "<td style='max-width:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap'>Hello</td>";
    check(&format!("<table><tr>{cell}<td>4.00</td></tr></table>"), "Hello  4.00");
    check("<div style='display:block' style='display:none'>Hello</div>", "Hello");
}

#[test]
fn a_hidden_block_separates_nothing() {
    check("a<div hidden>b</div>c", "ac");
    check("<ul><li>a<li hidden>b<li>c</ul>", "* a\n* c");
}

#[test]
fn more_ways_to_hide_are_known() {
    for style in [
        "text-indent:-9999px",
        "position:absolute;left:-9999px",
        "position:absolute;top:-9999px",
        "position:absolute;clip:rect(0,0,0,0)",
        "color:transparent",
        "overflow-x:hidden;width:0",
        "overflow:hidden;height:0",
        "display:/* for all */none",
        "display:none!important;display:block",
        "color:rgba(0,0,0,0)",
        "max-height:0;max-width:0",
        "font-size:1px;line-height:1px;color:#ffffff",
        "position:absolute;width:1px;height:1px;overflow:hidden",
        "position:absolute;clip-path:inset(50%)",
        "margin-left:-9999px",
        "transform:scale(0)",
        "content-visibility:hidden",
    ] {
        check(&format!("<div style='{style}'>Preview <b>text</b></div><p>Hello</p>"), "Hello");
    }
    check("<div style='color:transparent'>a<b style='color:#000'>b</b></div>", "b");
    check(
        "<a href='https://example.com/' style='text-indent:-9999px;background:url(x.png)'>Logo</a>",
        "https://example.com/",
    );
}

#[test]
fn a_style_sheet_hides_classes_identifiers_and_elements() {
    for (rule, element) in [
        (".pre{display:none!important}", "<div class=pre>"),
        (".a, .pre , .b { visibility: hidden; display: none }", "<div class='x pre'>"),
        ("#pre{max-height:0;overflow:hidden}", "<div id=pre>"),
        ("div.pre{opacity:0}", "<DIV class=pre>"),
        ("DIV#pre{mso-hide:all}", "<div id=pre>"),
        ("div{display:none}", "<div>"),
        ("<!-- .x{color:red} .pre{/* x */display:none} -->", "<div class=pre>"),
        ("@import url(x); .pre{display:none}", "<div class=pre>"),
        ("@media (max-width:9px){.a{b:c} .d{e:f}} .pre{display:none}", "<div class=pre>"),
        (".pre{display:none!important}", "<div class=pre style='display:block'>"),
        (".pre{display:block} div.pre{display:none}", "<div class=pre>"),
        (".b{display:block} .a{display:none}", "<div class='a b'>"),
        (".pre{display:none", "<div class=pre>"),
        ("body .pre{display:none}", "<div class=pre>"),
        ("html > BODY div.pre{display:none}", "<div class=pre>"),
        ("*.pre{display:none}", "<div class=pre>"),
        ("@media screen{.pre{display:none}}", "<div class=pre>"),
        ("@media only screen { .x{color:red} .pre{display:none} }", "<div class=pre>"),
        ("@MEDIA all{#pre{display:none}} .pre{color:red}", "<div id=pre>"),
    ] {
        check(&format!("<style>{rule}</style>{element}Preview</div><p>Hello</p>"), "Hello");
    }
}

#[test]
fn elements_that_the_author_leaves_out_of_a_text_are_left_out() {
    check("<div data-skip-in-text='true'>Preview<div>&#8199;&zwnj;</div></div><p>Hello</p>", "Hello");
    check("<div data-skip-in-texts='true' data-skip-in-text='false'>Hello</div>", "Hello");
}

#[test]
fn a_dialog_is_hidden_until_it_is_open() {
    check("<dialog>Terms</dialog>Hello", "Hello");
    check("<dialog open>Terms</dialog>Hello", "Terms\nHello");
}

#[test]
fn a_style_sheet_hides_nothing_else() {
    for (sheet, element) in [
        ("<style>.pre{display:none}</style>", "<div class='press x-pre PRE' id=pre>"),
        ("<style>td.pre,.a .pre,.pre:hover,.a.pre,*,[class]{display:none}</style>", "<div class=pre>"),
        ("<style>@media print{.pre{display:none}}</style>", "<div class=pre>"),
        ("<style>@media screen,print and (color){.pre{display:none}}</style>", "<div class=pre>"),
        ("<style>@media screen{@media print{.pre{display:none}}}</style>", "<div class=pre>"),
        ("<style>@supports (x:y){.pre{display:none}}</style>", "<div class=pre>"),
        ("<style>u + .body .pre,div > .pre,body * .a .pre{display:none}</style>", "<div class=pre>"),
        ("<style>@media screen and (max-width:600px){.pre{display:none!important}}</style>", "<div class=pre>"),
        ("<style media=print>.pre{display:none}</style>", "<div class=pre>"),
        ("<style>.pre{display:none}</style>", "<div class=pre style='display:block'>"),
        ("<style>.pre{display:none} .pre{display:block}</style>", "<div class=pre>"),
        ("<style>.pre{display:none} #a{display:block}</style>", "<div class=pre id=a>"),
        ("<style>/* .pre{display:none} */</style>", "<div class=pre>"),
        ("<style>.pre{font-size:0}</style>", "<div class=pre>"),
        ("<template><style></style></template>", "<div class=pre aria-hidden=true>"),
    ] {
        check(&format!("{sheet}{element}Hello</div>"), "Hello");
    }
}

#[test]
fn content_that_is_never_shown_is_not_shown_at_any_depth() {
    for html in [
        "<style>.x{color:red}</style>",
        "<script>x()</script>",
        "<title>x</title>",
        "<template><p>x</p></template>",
        "<div hidden>x<div>x</div>x</div>",
        "<svg><title>x</title></svg>",
    ] {
        check(&format!("{}{html}Hello", "<b>".repeat(600)), "Hello");
    }
    check(&format!("{}<div hidden>Preview<p>Hello", "<b>".repeat(600)), "Hello");
}
