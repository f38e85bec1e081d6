//! Recipes of large HTML, short enough to be kept and to be changed by a fuzzer.
//!
//! Each line is HTML, without its line break. `250*<b>` stands for 250 times `<b>`, in which `{}` is the number of the repetition
//! and `\n` a line break.

/// The HTML of a recipe, up to so many bytes.
#[must_use]
pub fn html_of(recipe: &str, most: usize) -> String {
    let mut html = String::new();
    for line in recipe.lines() {
        let (count, text) = repetitions(line);
        let text = text.replace("\\n", "\n");
        for number in 0..count {
            let piece = text.replace("{}", &number.to_string());
            if piece.is_empty() || html.len() + piece.len() > most {
                break;
            }
            html.push_str(&piece);
        }
    }
    html
}

fn repetitions(line: &str) -> (usize, &str) {
    let parts = line.split_once('*').and_then(|(count, text)| Some((count.parse().ok()?, text)));
    parts.unwrap_or((1, line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_repeated_and_numbered() {
        assert_eq!(html_of("<p>\n3*<b a{}>\\n\nx*y\n", 100), "<p><b a0>\n<b a1>\n<b a2>\nx*y");
    }

    #[test]
    fn html_is_bounded() {
        assert_eq!(html_of("18446744073709551615*ab", 1_001).len(), 1_000);
        assert_eq!(html_of("18446744073709551615*", 100), "");
    }
}
