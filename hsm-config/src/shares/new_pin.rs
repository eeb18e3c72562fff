//! PINs made by machine: as long as every supported product takes, of letters and digits that every product takes.

use inkan_pki::secret::Pin;
use zeroize::Zeroizing;

use super::NoRandomness;

/// Characters of a new PIN: 116 bits. CloudHSM takes up to 32, and every other product more.
pub const LENGTH: usize = 20;
/// Without 0, O, 1, I and l, which look alike: support may have to read one aloud.
const ALPHABET: &[u8] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// The beginning of a PIN that is no secret, and that a new PIN must keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinPrefix {
    /// None: the whole PIN is secret.
    None,
    /// So many characters: YubiHSM 2 puts the id of the authentication key first.
    Characters(usize),
    /// Everything up to and with this character: CloudHSM puts the user's name and a colon first.
    Through(char),
}

impl PinPrefix {
    /// The part of this PIN that its successor must keep.
    #[must_use]
    pub fn of(self, pin: &str) -> &str {
        let end = match self {
            Self::None => 0,
            Self::Characters(count) => pin.char_indices().nth(count).map_or(pin.len(), |(n, _)| n),
            Self::Through(last) => pin.find(last).map_or(0, |n| n + last.len_utf8()),
        };
        pin.get(..end).unwrap_or_default()
    }
}

/// A random PIN that begins as `current` does where the product requires it. It has a capital letter, a small letter and a digit,
/// which some products require.
///
/// # Errors
/// [`NoRandomness`].
pub fn random(prefix: PinPrefix, current: &Pin) -> Result<Pin, NoRandomness> {
    loop {
        let mut pin = Zeroizing::new(prefix.of(current.expose()).to_owned());
        let start = pin.len();
        pin.reserve_exact(LENGTH);
        while pin.len() < start + LENGTH {
            let mut byte = [0];
            getrandom::fill(&mut byte).map_err(|_| NoRandomness)?;
            // A byte beyond the alphabet is dropped, so that every character is as likely as the others.
            if let Some(letter) = ALPHABET.get(usize::from(byte[0] & 63)) {
                pin.push(char::from(*letter));
            }
        }
        let new = pin.get(start..).unwrap_or_default();
        let has = |kind: fn(&char) -> bool| new.chars().any(|c| kind(&c));
        if has(char::is_ascii_uppercase)
            && has(char::is_ascii_lowercase)
            && has(char::is_ascii_digit)
        {
            return Ok(Pin::new(pin.as_str()));
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn new_pins_differ_and_have_every_kind_of_character() {
        let current = Pin::new("12345678");
        let mut seen = std::collections::HashSet::new();
        for _ in 0..200 {
            let pin = random(PinPrefix::None, &current).unwrap();
            assert_eq!(pin.expose().len(), LENGTH);
            assert!(pin.expose().chars().any(|c| c.is_ascii_digit()));
            assert!(seen.insert(pin.expose().to_owned()));
        }
    }

    #[test]
    fn a_name_or_key_id_at_the_beginning_is_kept() {
        for (prefix, current, kept) in [
            (PinPrefix::None, "0001password", ""),
            (PinPrefix::Characters(4), "0001password", "0001"),
            (PinPrefix::Characters(4), "001", "001"),
            (
                PinPrefix::Through(':'),
                "crypto-user:password",
                "crypto-user:",
            ),
            (PinPrefix::Through(':'), "password", ""),
        ] {
            assert_eq!(prefix.of(current), kept);
            let new = random(prefix, &Pin::new(current)).unwrap();
            assert!(new.expose().starts_with(kept), "{current}");
            assert_eq!(new.expose().len(), kept.len() + LENGTH);
        }
    }
}
