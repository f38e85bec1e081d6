//! Words: white space, invisible characters and entities. Markup leaves no trace.

use posthorn_text::from_html;

use crate::check;

#[test]
fn formatting_leaves_no_trace() {
    check("<p>Code <b>4</b><b>8</b>, <s>49 EUR</s></p>", "Code 48, 49 EUR");
    check("<h1>Title</h1><em>a</em> <strong>b</strong> <code>c</code> <del>d</del>", "Title\n\na b c d");
    check("x<sup>2</sup> + H<sub>2</sub>O", "x2 + H2O");
}

#[test]
fn white_space_is_collapsed_as_html_does() {
    check("  a \n\t b  ", "a b");
    check("<b>a </b> <i> b</i>", "a b");
    check("a<b> b</b>", "a b");
    check("<p> a </p> <p> b </p>", "a\n\nb");
    check("4&nbsp;EUR", "4 EUR");
    check("a\r\nb\rc", "a b c");
}

#[test]
fn entities_are_resolved() {
    check("&lt;b&gt; &amp; &quot;x&quot; &#39;y&#39; &eacute;&#x20AC; &amp;lt;", "<b> & \"x\" 'y' é€ &lt;");
    check("Q&A, a&b=c, &notanentity; AT&T", "Q&A, a&b=c, \u{AC}anentity; AT&T");
}

#[test]
fn any_text_survives() {
    for html in
        ["<", "a < b", "<>", "</", "&", "&#x110000;", "<table><td><table>", "<é", "1 <2> 3", "</é>", "<!-", "<?x?>"]
    {
        let html = format!("before {html}");
        assert!(from_html(&html).starts_with("before"), "{html}");
    }
    check("a < b", "a < b");
    check("1 <2 é", "1 <2 é");
    check("<é>", "<é>");
    check("", "");
}

#[test]
fn no_entity_becomes_a_control_character() {
    check("a&#1;&#0;&#8;&#127;b", "a\u{FFFD}b");
    check("a\u{0}\u{1}b", "ab");
    check("<a href='https://example.com/&#1;&#10;x'>y</a>", "y (https://example.com/x)");
}

#[test]
fn characters_that_fill_a_preview_are_dropped() {
    let padding = "&#847;&zwnj;&nbsp;&#8203;&#8199;&#65279;&shy;&#8205;&NoBreak;".repeat(40);
    check(&format!("<p>Preview {padding}</p><p>Hello</p>"), "Preview\n\nHello");
    check(&format!("<span>{padding}</span>Hello"), "Hello");
    check(&format!("Hello {padding} world"), "Hello world");
    check("Donau&shy;dampf\u{200B}schiff", "Donaudampfschiff");
}

#[test]
fn blanks_of_any_width_and_marks_of_direction_are_dropped_if_nothing_follows() {
    for filler in [
        "\u{2000}", "\u{2003}", "\u{2009}", "\u{200A}", "\u{202F}", "\u{205F}", "\u{3000}", "\u{2800}", "\u{3164}",
        "\u{FFA0}",
    ] {
        check(&format!("<p>Preview{}</p><p>Hello</p>", filler.repeat(90)), "Preview\n\nHello");
        check(&format!("a{filler}b"), "a b");
    }
    for filler in ["\u{200E}", "\u{200F}", "\u{61C}", "\u{180E}", "\u{115F}", "\u{1160}", "\u{2061}", "\u{2064}"] {
        check(&format!("<p>Preview {}</p><p>Hello</p>", filler.repeat(90)), "Preview\n\nHello");
        check(&format!("a {filler} b"), "a b");
    }
    check("a\u{200F}b\u{2062}c", "a\u{200F}bc");
    check("<pre>a&emsp;b&nbsp;\tc</pre>", "a\u{2003}b \tc");
}

#[test]
fn every_character_that_shows_nothing_is_dropped() {
    for filler in [
        "\u{34F}",
        "\u{17B4}",
        "\u{180B}",
        "\u{2065}",
        "\u{206A}",
        "\u{FE00}",
        "\u{FE0F}",
        "\u{FFF0}",
        "\u{FFF9}",
        "\u{1BCA0}",
        "\u{1D173}",
        "\u{E0001}",
        "\u{E0020}",
        "\u{E007F}",
        "\u{E01EF}",
        "\u{2028}",
        "\u{2029}",
    ] {
        check(&format!("<p>Preview {}</p><p>Hello</p>", filler.repeat(90)), "Preview\n\nHello");
        check(&format!("a {filler} b"), "a b");
    }
    check("<p>Preview\u{FE0F}\u{FE0F}</p>a\u{E0067}b", "Preview\n\nab");
    check("a\u{2028}b<pre>a\u{2028}b</pre>", "a b\n\na\nb");
}

#[test]
fn variation_selectors_of_emoji_and_letters_survive() {
    for text in [
        "\u{2764}\u{FE0F} 1\u{FE0F}\u{20E3}",
        "\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F} x",
        "\u{845B}\u{E0100}\u{57CE}",
        "\u{1820}\u{180B}\u{1820}",
        "\u{1F3F3}\u{FE0F}\u{200D}\u{1F308}",
        "\u{2066}\u{5D0}\u{2069}",
    ] {
        check(text, text);
    }
}

#[test]
fn joiners_within_words_and_emoji_survive() {
    check("می\u{200C}خواهم", "می\u{200C}خواهم");
    check("<b>می&zwnj;</b>خواهم", "می\u{200C}خواهم");
    check("👨\u{200D}👩\u{200D}👧 🏳\u{FE0F}\u{200D}🌈", "👨\u{200D}👩\u{200D}👧 🏳\u{FE0F}\u{200D}🌈");
    check("क\u{94D}\u{200D}ष", "क\u{94D}\u{200D}ष");
    check("a&zwnj; b &zwnj;c<br>&zwj;d&zwj;", "a b c\nd");
}

#[test]
fn blanks_stay_if_the_style_preserves_them() {
    check("<pre>\na  b\n  c\n\nd</pre>e", "a  b\n  c\n\nd\n\ne");
    check("<pre>a&#10;b\r\nc</pre>", "a\nb\nc");
    check("<div style='white-space:pre-wrap'>a\n b</div>", "a\n b");
    check("<div style='white-space: pre-line'>a  b\n c</div>", "a b\nc");
    check("<pre>a <span style='white-space:normal'>b\nc</span></pre>", "a b c");
    check("<textarea>\na\nb <b>c</textarea>d", "a\nb <b>c\nd");
}

#[test]
fn pictures_are_written_as_their_alternative_text() {
    check("<img src=x alt='Our shop'>", "Our shop");
    check("Hi<img src=x alt='😀'>!", "Hi😀!");
    check("<img src=x alt=Tea><img src=y alt=Coffee>", "Tea Coffee");
    check("a<img src=x alt=''><img src=x>b<div hidden>x</br></div>c", "abc");
    check("<svg><title>Logo</title><path d='x'/></svg>a", "a");
}
