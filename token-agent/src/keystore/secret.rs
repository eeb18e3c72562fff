//! What a PIN, a PUK and the like may be made of. Looked at before it is sent: a token counts a try for what it cannot take,
//! too. Nothing is normalised: what is sent is what was typed.

use inkan_pki::secret::Pin;
use serde::{Deserialize, Serialize};

/// Which secret it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SecretName {
    /// The PIN.
    Pin,
    /// A PIN that is to be set.
    NewPin,
    /// The PUK.
    Puk,
    /// The security officer's PIN.
    SoPin,
    /// The management key of a card.
    ManagementKey,
}

/// Why it was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unfit {
    /// Full-width characters: an input method was on.
    FullWidth,
    /// Characters that nobody sees, such as a byte order mark.
    Invisible,
    /// Control characters.
    Control,
    /// Other characters that this token has no place for.
    Character,
    /// Shorter or longer than the token takes.
    Length,
    /// The token has just refused the very same one.
    JustRefused,
}

/// What a token takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// Shortest, in bytes; 0 when the token does not say.
    pub min: u8,
    /// Longest, in bytes; 0 when the token does not say.
    pub max: u8,
    /// ASCII alone.
    pub ascii: bool,
}

impl Limits {
    /// What is wrong with a secret; `None` when it can be sent.
    #[must_use]
    pub fn unfit(&self, secret: &Pin) -> Option<Unfit> {
        let text = secret.expose();
        let of_kind = |kind: fn(char) -> bool| text.chars().any(kind);
        if of_kind(is_invisible) {
            Some(Unfit::Invisible)
        } else if of_kind(is_full_width) {
            Some(Unfit::FullWidth)
        } else if of_kind(char::is_control) {
            Some(Unfit::Control)
        } else if self.ascii && !text.is_ascii() {
            Some(Unfit::Character)
        } else if text.len() < usize::from(self.min)
            || (self.max > 0 && text.len() > usize::from(self.max))
        {
            Some(Unfit::Length)
        } else {
            None
        }
    }
}

/// As an input method writes them: Japanese letters and punctuation, the wide forms of Latin letters and digits.
const fn is_full_width(c: char) -> bool {
    matches!(c,
        '\u{3000}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff01}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}')
}

const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unfit(text: &str, ascii: bool) -> Option<Unfit> {
        let (min, max) = (4, 8);
        Limits { min, max, ascii }.unfit(&Pin::new(text))
    }

    #[test]
    fn what_no_hand_types_into_a_token_is_told_by_its_kind() {
        for (text, why) in [
            ("１２３４５６", Unfit::FullWidth),
            ("123４56", Unfit::FullWidth),
            ("1234\u{3000}", Unfit::FullWidth),
            ("あんしょう", Unfit::FullWidth),
            ("暗証番号", Unfit::FullWidth),
            ("\u{feff}123456", Unfit::Invisible),
            ("1234\u{200b}56", Unfit::Invisible),
            ("1234\u{7}56", Unfit::Control),
            ("1\u{0}2\u{0}3\u{0}4\u{0}", Unfit::Control),
            ("12345\u{1b}", Unfit::Control),
            ("", Unfit::Length),
            ("123", Unfit::Length),
            ("123456789", Unfit::Length),
        ] {
            for ascii in [false, true] {
                assert_eq!(unfit(text, ascii), Some(why), "{text:?}");
            }
        }
        assert_eq!(unfit("pässword", true), Some(Unfit::Character));
    }

    #[test]
    fn what_can_be_right_is_sent_as_it_is() {
        for text in ["1234", "12345678", " 12 34 ", "pa$$word", "\"';\\`"] {
            assert_eq!(unfit(text, true), None, "{text:?}");
        }
        assert_eq!(unfit("pässw", false), None);
        let silent = Limits::default();
        assert_eq!(silent.unfit(&Pin::new("1")), None);
        assert_eq!(silent.unfit(&Pin::new("x".repeat(200))), None);
    }
}
