//! Text from the bank, a token or a file, before it meets a terminal.

/// Longest text shown.
const MAX: usize = 300;

/// The text without control characters and direction overrides (which can hide or reorder what is shown), cut at 300
/// characters.
#[must_use]
pub fn clean(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control() && !reorders(*c))
        .take(MAX)
        .collect()
}

const fn reorders(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn nothing_moves_the_cursor_or_turns_the_text() {
        assert_eq!(clean("Zo\u{eb}\u{1b}[2J\r\n\u{202e}x"), "Zo\u{eb}[2Jx");
        assert_eq!(clean(&"\u{3042}".repeat(1000)).chars().count(), 300);
    }
}
