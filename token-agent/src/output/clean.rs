//! Sanitises text from the bank, a token or a file before it is shown in a terminal.

/// Maximum length of a shown text.
const MAX: usize = 300;

/// The text without control characters and without characters that hide, reorder or break text, cut at 300 characters.
#[must_use]
pub fn clean(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control() && !reorders(*c))
        .take(MAX)
        .collect()
}

const fn reorders(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn nothing_moves_the_cursor_or_turns_the_text() {
        assert_eq!(clean("Zo\u{eb}\u{1b}[2J\r\n\u{202e}x"), "Zo\u{eb}[2Jx");
        assert_eq!(clean("a\u{200b}b\u{61c}c\u{2028}d\u{9b}e"), "abcde");
        assert_eq!(clean(&"\u{3042}".repeat(1000)).chars().count(), 300);
    }
}
