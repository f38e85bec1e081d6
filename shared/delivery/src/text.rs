//! The plain text of a mail that has no template of it.

use crate::background;

/// The largest HTML whose text is derived on the thread that answers: milliseconds on a fraction of a processor.
const MAX_INLINE_HTML: usize = 16 * 1024;

/// The HTML, and the text derived from it. The recipient of a text that comes too late has failed.
pub(crate) async fn with_text(html: String) -> (String, String) {
    let is_small = html.len() <= MAX_INLINE_HTML;
    let derive = move || {
        let text = posthorn_text::from_html(&html);
        (html, text)
    };
    if is_small { derive() } else { background::run(derive).await }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn the_time_is_noticed_while_a_text_is_derived() {
        let html = "<i>x</i>".repeat(500_000);
        assert!(timeout(Duration::from_millis(1), with_text(html)).await.is_err());
    }

    #[tokio::test]
    async fn small_and_large_html_have_a_text() {
        for times in [1, 1_000] {
            let html = "<p>Hello <i>Ada</i></p>".repeat(times);
            let expected = vec!["Hello Ada"; times].join("\n\n");
            assert_eq!(with_text(html.clone()).await, (html, expected));
        }
    }
}
