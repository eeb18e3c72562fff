//! PIN and PUK: verify, change, unblock. Each is sent once; nothing here retries.

use inkan_pki::secret::Pin;
use zeroize::Zeroizing;

use super::apdu::{Response, ins};
use super::error::PivError;
use super::metadata::{self, Metadata};
use super::session::Session;
use crate::keystore::secret::{Limits, SecretFault};

/// The reference of the PIN.
pub(super) const PIN: u8 = 0x80;
/// The reference of the PUK.
const PUK: u8 = 0x81;

/// Minimum length of a card's PIN.
pub const MIN_LENGTH: u8 = 6;
/// Maximum length of a card's PIN.
pub const MAX_LENGTH: u8 = 8;

/// The format of a card's PIN or PUK.
const LIMITS: Limits = Limits {
    min: MIN_LENGTH,
    max: MAX_LENGTH,
    ascii: true,
};

/// The counter of a PIN or PUK.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tries {
    /// Tries left; `None` if the card does not report them.
    pub left: Option<u8>,
    /// Maximum tries; `None` if the card does not report them.
    pub all: Option<u8>,
    /// Whether it is the default value.
    pub factory: bool,
}

impl Tries {
    /// From the metadata of a PIN or PUK.
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self {
            left: metadata.tries.map(|(_, left)| left),
            all: metadata.tries.map(|(all, _)| all),
            factory: metadata.default,
        }
    }
}

/// The card's PIN counter. Uses no try.
pub(super) fn tries(session: &Session<'_>) -> Result<Tries, PivError> {
    let mut tries = read_tries(session, PIN)?;
    if tries.left.is_none() {
        // Success means that the PIN is verified, and reports no counter.
        tries.left = session.send([ins::VERIFY, 0, PIN], &[])?.tries();
    }
    Ok(tries)
}

/// The card's PUK counter. Only the metadata reports it; a command with an empty PUK would use a try on some cards.
pub(super) fn puk_tries(session: &Session<'_>) -> Result<Tries, PivError> {
    read_tries(session, PUK)
}

fn read_tries(session: &Session<'_>, of: u8) -> Result<Tries, PivError> {
    if !session.info.metadata {
        return Ok(Tries::default());
    }
    let metadata = metadata::read(session, of)?.unwrap_or_default();
    Ok(Tries::of(&metadata))
}

/// Verifies the PIN.
pub(super) fn verify(session: &Session<'_>, pin: &Pin) -> Result<(), PivError> {
    let pin = padded(pin).map_err(PivError::PinShape)?;
    let answer = session.send([ins::VERIFY, 0, PIN], &*pin)?;
    judge(session, &answer, "verify the PIN")
}

/// Resets the verification. Returns false on cards that do not support it.
pub(super) fn forget(session: &Session<'_>) -> Result<bool, PivError> {
    Ok(session.send([ins::VERIFY, 0xff, PIN], &[])?.ok())
}

/// Changes the PIN.
pub(super) fn change(session: &Session<'_>, old: &Pin, new: &Pin) -> Result<(), PivError> {
    let old = padded(old).map_err(PivError::PinShape)?;
    let new = padded(new).map_err(PivError::NewPinShape)?;
    let both = Zeroizing::new([*old, *new].concat());
    let answer = session.send([ins::CHANGE_REFERENCE, 0, PIN], &both)?;
    match answer.word {
        // The length was checked before, so this is about the card's rules for PINs.
        0x6a80 | 0x6985 => Err(PivError::NewPinRefused),
        _ => judge(session, &answer, "change the PIN"),
    }
}

/// Sets a new PIN with the PUK.
pub(super) fn unblock(session: &Session<'_>, puk: &Pin, new: &Pin) -> Result<(), PivError> {
    let puk = padded(puk).map_err(PivError::PukShape)?;
    let new = padded(new).map_err(PivError::NewPinShape)?;
    let both = Zeroizing::new([*puk, *new].concat());
    let answer = session.send([ins::RESET_RETRY, 0, PIN], &both)?;
    match (answer.word, answer.tries()) {
        (0x9000, _) => Ok(()),
        (_, Some(0)) => Err(PivError::PukBlocked),
        (_, Some(left)) => Err(PivError::PukWrong { left: Some(left) }),
        (0x6300, None) => Err(PivError::PukWrong { left: None }),
        (0x6a80 | 0x6985, None) => Err(PivError::NewPinRefused),
        _ => Err(answer.failure("unblock the PIN")),
    }
}

/// The result of a PIN command. Some cards refuse without the tries left: their counter is read.
pub(super) fn judge(
    session: &Session<'_>,
    answer: &Response,
    operation: &'static str,
) -> Result<(), PivError> {
    let left = match (answer.word, answer.tries()) {
        (0x9000, _) => return Ok(()),
        (0x6300, None) => {
            // While the PIN is verified, no counter is reported; the agent verifies it again when needed.
            forget(session)?;
            tries(session)?.left
        }
        (_, Some(left)) => Some(left),
        _ => return Err(answer.failure(operation)),
    };
    Err(match left {
        Some(0) => PivError::PinBlocked,
        left => PivError::PinWrong { left },
    })
}

/// Eight bytes, padded with FF. A malformed PIN is not sent: it could only use a try.
fn padded(pin: &Pin) -> Result<Zeroizing<[u8; 8]>, SecretFault> {
    if let Some(why) = LIMITS.fault(pin) {
        return Err(why);
    }
    let bytes = pin.expose().as_bytes();
    let mut padded = Zeroizing::new([0xff; 8]);
    let field = padded.get_mut(..bytes.len()).ok_or(SecretFault::Length)?;
    field.copy_from_slice(bytes);
    Ok(padded)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_valid_pins_are_sent() {
        assert_eq!(*padded(&Pin::new("123456")).unwrap(), *b"123456\xff\xff");
        assert_eq!(*padded(&Pin::new("12345678")).unwrap(), *b"12345678");
        for (wrong, why) in [
            ("", SecretFault::Length),
            ("12345", SecretFault::Length),
            ("123456789", SecretFault::Length),
            ("12345\u{e9}", SecretFault::Character),
            ("12345\n", SecretFault::Control),
            ("\u{feff}123456", SecretFault::Invisible),
            ("１２３４５６", SecretFault::FullWidth),
        ] {
            assert_eq!(padded(&Pin::new(wrong)), Err(why), "{wrong:?}");
        }
    }
}
