//! Links keep their addresses.

use posthorn_text::from_html;

use crate::check;

#[test]
fn a_link_is_its_text_and_its_address() {
    check(
        "<p>Please <a href='https://example.com/x?a=1&amp;b=2'>confirm</a>.</p>",
        "Please confirm (https://example.com/x?a=1&b=2).",
    );
    check("<a href=https://example.com/>a <b>b</b> </a>c", "a b (https://example.com/) c");
    check("<a href='mailto:ada@example.org'>Write</a>", "Write (mailto:ada@example.org)");
    check("<a href='/orders'>Orders</a>", "Orders (/orders)");
}

#[test]
fn a_link_whose_text_is_its_address_is_written_once() {
    check("<a href='https://example.com/x'>https://example.com/x</a>", "https://example.com/x");
    check("<a href='https://example.com/'>example.com</a>!", "example.com!");
    check("<a href='https://example.com/x'><b>example.com/x/</b></a>", "example.com/x/");
    check("<a href='mailto:ada@example.org?subject=Hi'>ada@example.org</a>", "ada@example.org");
    check("<a href='tel:+4930123456'>+49 30 123-456</a>", "+49 30 123-456");
    check("<a href='https://example.com/x'>https://example.com/</a>", "https://example.com/ (https://example.com/x)");
    check("<a href='https://www.example.com/'>example.com</a>", "example.com");
    check("<a href='https://example.com/%C3%BC'>https://example.com/ü</a>", "https://example.com/ü");
    check("<a href='https://xn--bcher-kva.example'>bücher.example</a>", "bücher.example");
    check("<a href='https://example.com/x'>&lt;https://example.com/x&gt;</a>", "<https://example.com/x>");
    check("<a href='https://example.com/x'>Open https://example.com/x now</a>", "Open https://example.com/x now");
    check("<a href='mailto:ada%40example.org'>ada@example.org</a>", "ada@example.org");
    check("<a href='//example.com/x'>Tea</a>", "Tea (https://example.com/x)");
}

#[test]
fn a_link_of_a_picture_keeps_its_address() {
    check("<a href=\"https://example.com/c\"><img alt=\"\"></a>", "https://example.com/c");
    check("<a href='https://example.com/c'><img src=x></a>", "https://example.com/c");
    check("<a href='https://example.com/c'><img alt='Our shop'></a>", "Our shop (https://example.com/c)");
    check("<a href='https://example.com/c'> <span><img alt=' '></span> </a>", "https://example.com/c");
    check("<a href='https://example.com/c'><svg viewBox=x><path d='x'/></svg></a>", "https://example.com/c");
    check("<a href='https://example.com/c' style=\"background:url('x.png')\">&nbsp;</a>", "https://example.com/c");
    check("<td style='font-size:0px'><a href='https://example.com/c'><img src=x></a></td>", "https://example.com/c");
    check(
        "<map><area href='https://example.com/n' alt=North><area href='https://example.com/s'></map>",
        "North (https://example.com/n) https://example.com/s",
    );
}

#[test]
fn a_link_of_any_picture_keeps_its_address() {
    for picture in [
        "<video src=x></video>",
        "<canvas></canvas>",
        "<object data=x></object>",
        "<amp-img src=x></amp-img>",
        "<picture><source srcset=x><img src=y alt=''></picture>",
        "<div style='background-image:url(x.png);height:9px'></div>",
        "<table><tr><td><img src=x></td></tr></table>",
        "<button><img src=x></button>",
    ] {
        check(&format!("<a href='https://example.com/c'>{picture}</a>"), "https://example.com/c");
    }
    check(
        "<style>.logo{background:url(x.png)}</style><a class=logo href='https://example.com/c'></a>",
        "https://example.com/c",
    );
}

#[test]
fn an_address_runs_into_no_word() {
    let link = |name: &str| format!("<a href='https://example.com/{name}'><img src=x></a>");
    check(&format!("{}{}", link("a"), link("b")), "https://example.com/a https://example.com/b");
    check(&format!("Hi{}there", link("a")), "Hi https://example.com/a there");
    check(&format!("({}), {}.", link("a"), link("b")), "(https://example.com/a), https://example.com/b.");
    check(&format!("{}/{}", link("a"), link("b")), "https://example.com/a / https://example.com/b");
    check(
        "<a href='https://example.com/a'>Home</a><a href='https://example.com/b'>Shop</a>/x",
        "Home (https://example.com/a) Shop (https://example.com/b)/x",
    );
    check("<a href='https://example.com'>example.com</a><a href='mailto:a@x.co'>a@x.co</a>", "example.com a@x.co");
}

#[test]
fn a_link_that_shows_nothing_leaves_nothing() {
    check("a<a name=top></a>b<a href='https://example.com/'></a>c<a href='https://example.com/'> </a>d", "abc d");
    check("<a href='https://example.com/'><img style='display:none' src=x></a>a", "a");
}

#[test]
fn a_link_that_leads_nowhere_is_its_text() {
    for href in ["", "#", "#top", "javascript:void(0)", "data:text/html,x"] {
        check(&format!("<a href='{href}'>a</a>"), "a");
    }
    check("<a>a</a>", "a");
}

#[test]
fn an_address_that_follows_itself_is_written_once() {
    let link = |inner: &str| format!("<a href='https://example.com/7'>{inner}</a>");
    let html = format!("<p>{}</p><p>{}</p><p>{}</p>", link("<img src=x>"), link("Tea"), link("Buy"));
    check(&html, "https://example.com/7\n\nTea\n\nBuy");
    check(
        &format!("{}<p>Tea, 4.00</p><p>{}</p>", link("<img src=x>"), link("Buy")),
        "https://example.com/7\n\nTea, 4.00\n\nBuy (https://example.com/7)",
    );
    check(
        &format!("{} or {}", link("Tea"), link("<img src=x>")),
        "Tea (https://example.com/7) or https://example.com/7",
    );
    let other = "<a href='https://example.com/8'>Ice</a>";
    check(
        &format!("{} {other} {}", link("Tea"), link("Buy")),
        "Tea (https://example.com/7) Ice (https://example.com/8) Buy (https://example.com/7)",
    );
}

#[test]
fn a_link_around_blocks_names_its_address_behind_them() {
    check(
        "<a href='https://example.com/7'><div><h2>Tea</h2><p>fresh</p></div></a><p>Bye</p>",
        "Tea\n\nfresh (https://example.com/7)\n\nBye",
    );
}

#[test]
fn links_that_are_never_closed_keep_their_addresses() {
    check(
        "<a href='https://example.com/1'>a<a href='https://example.com/2'>b",
        "a (https://example.com/1) b (https://example.com/2)",
    );
    check("<p><a href='https://example.com/1'>a</p><p>b", "a (https://example.com/1)\n\nb");
    check(
        "<a href='https://example.com/1'>a<ul><li>b <a href='https://example.com/2'>c</a> d<li>e</ul>",
        "a\n\n* b (https://example.com/1) c (https://example.com/2) d\n* e",
    );
    check("<a name=top><ul><li>a <a href='https://example.com/'>b</a> c</ul>", "* a b (https://example.com/) c");
}

#[test]
fn addresses_are_kept_whole() {
    let address = format!("https://example.com/{}", "x".repeat(5_000));
    check(&format!("<a href='{address}'>a</a>"), &format!("a ({address})"));
    check("<a href=' https://example.com/a b\n'>x</a>", "x (https://example.com/a%20b)");
}

#[test]
fn links_are_kept_however_large_the_html_is() {
    let paragraph =
        "<p style='font-family:Helvetica,Arial,sans-serif;font-size:16px;line-height:24px;color:#333333'>Hello</p>";
    let html = format!("{}<a href='https://example.com/end'>the end</a>", paragraph.repeat(10_000));
    assert!(html.len() > 1_000_000);
    assert!(from_html(&html).ends_with("the end (https://example.com/end)"));
}
