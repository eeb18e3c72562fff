//! The format of PINs, PUKs and similar secrets. It is checked before a secret is sent, because a token also counts a
//! try for a malformed one. Nothing is normalised: what the user typed is sent unchanged.

use inkan_pki::secret::Pin;
use serde::{Deserialize, Serialize};

/// The secret in question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SecretName {
    /// The PIN.
    Pin,
    /// A new PIN.
    NewPin,
    /// The PUK.
    Puk,
    /// The security officer PIN.
    SoPin,
    /// The management key of a card.
    ManagementKey,
}

/// Why the secret was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SecretFault {
    /// Full-width characters, from an active input method.
    FullWidth,
    /// Invisible characters, such as a byte order mark.
    Invisible,
    /// Control characters.
    Control,
    /// Other characters that this token does not support.
    Character,
    /// Too short or too long for the token.
    Length,
    /// The token has just refused the same secret.
    JustRefused,
}

/// The format that a token accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// Minimum length in bytes; 0 if the token does not report it.
    pub min: u8,
    /// Maximum length in bytes; 0 if the token does not report it.
    pub max: u8,
    /// ASCII only.
    pub ascii: bool,
}

impl Limits {
    /// What is wrong with a secret; `None` if it may be sent.
    #[must_use]
    pub fn fault(&self, secret: &Pin) -> Option<SecretFault> {
        let text = secret.expose();
        let of_kind = |kind: fn(char) -> bool| text.chars().any(kind);
        if of_kind(is_invisible) {
            Some(SecretFault::Invisible)
        } else if of_kind(is_full_width) {
            Some(SecretFault::FullWidth)
        } else if of_kind(char::is_control) {
            Some(SecretFault::Control)
        } else if self.ascii && !text.is_ascii() {
            Some(SecretFault::Character)
        } else if text.len() < usize::from(self.min)
            || (self.max > 0 && text.len() > usize::from(self.max))
        {
            Some(SecretFault::Length)
        } else {
            None
        }
    }
}

/// Characters of an input method: Japanese letters and punctuation, full-width Latin letters and digits.
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

    fn fault(text: &str, ascii: bool) -> Option<SecretFault> {
        let (min, max) = (4, 8);
        Limits { min, max, ascii }.fault(&Pin::new(text))
    }

    #[test]
    fn characters_that_cannot_be_in_a_pin_are_reported_by_kind() {
        for (text, why) in [
            ("１２３４５６", SecretFault::FullWidth),
            ("123４56", SecretFault::FullWidth),
            ("1234\u{3000}", SecretFault::FullWidth),
            ("あんしょう", SecretFault::FullWidth),
            ("暗証番号", SecretFault::FullWidth),
            ("\u{feff}123456", SecretFault::Invisible),
            ("1234\u{200b}56", SecretFault::Invisible),
            ("1234\u{7}56", SecretFault::Control),
            ("1\u{0}2\u{0}3\u{0}4\u{0}", SecretFault::Control),
            ("12345\u{1b}", SecretFault::Control),
            ("", SecretFault::Length),
            ("123", SecretFault::Length),
            ("123456789", SecretFault::Length),
        ] {
            for ascii in [false, true] {
                assert_eq!(fault(text, ascii), Some(why), "{text:?}");
            }
        }
        assert_eq!(fault("pässword", true), Some(SecretFault::Character));
    }

    #[test]
    fn a_valid_secret_is_sent_unchanged() {
        for text in ["1234", "12345678", " 12 34 ", "pa$$word", "\"';\\`"] {
            assert_eq!(fault(text, true), None, "{text:?}");
        }
        assert_eq!(fault("pässw", false), None);
        let silent = Limits::default();
        assert_eq!(silent.fault(&Pin::new("1")), None);
        assert_eq!(silent.fault(&Pin::new("x".repeat(200))), None);
    }
}
