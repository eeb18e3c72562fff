//! PIN and PUK: verify, change, unblock. Each is sent once; nothing here tries again.

use inkan_pki::secret::Pin;
use zeroize::Zeroizing;

use super::apdu::{Answer, ins};
use super::error::PivError;
use super::metadata::{self, Metadata};
use super::session::Session;
use crate::keystore::secret::{Limits, Unfit};

/// The reference of the PIN.
pub(super) const PIN: u8 = 0x80;
/// The reference of the PUK.
const PUK: u8 = 0x81;

/// Shortest PIN a card takes.
pub const MIN_LENGTH: u8 = 6;
/// Longest PIN a card takes.
pub const MAX_LENGTH: u8 = 8;

/// What can be a PIN or PUK of a card.
const LIMITS: Limits = Limits {
    min: MIN_LENGTH,
    max: MAX_LENGTH,
    ascii: true,
};

/// What the card says about tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tries {
    /// Left; `None` when the card does not say.
    pub left: Option<u8>,
    /// In all; `None` when the card does not say.
    pub all: Option<u8>,
    /// It is still the maker's.
    pub factory: bool,
}

impl Tries {
    /// Out of the metadata of a PIN or PUK.
    pub(super) fn of(told: &Metadata) -> Self {
        Self {
            left: told.tries.map(|(_, left)| left),
            all: told.tries.map(|(all, _)| all),
            factory: told.default,
        }
    }
}

/// What the card says about the PIN. Uses no try.
pub(super) fn tries(session: &Session<'_>) -> Result<Tries, PivError> {
    let mut tries = told(session, PIN)?;
    if tries.left.is_none() {
        // Success means that it is verified, and tells nothing.
        tries.left = session.send([ins::VERIFY, 0, PIN], &[])?.tries();
    }
    Ok(tries)
}

/// What the card says about the PUK. Only the metadata tells; asking with an empty PUK would use a try on some cards.
pub(super) fn puk_tries(session: &Session<'_>) -> Result<Tries, PivError> {
    told(session, PUK)
}

fn told(session: &Session<'_>, of: u8) -> Result<Tries, PivError> {
    if !session.facts.metadata {
        return Ok(Tries::default());
    }
    let told = metadata::read(session, of)?.unwrap_or_default();
    Ok(Tries::of(&told))
}

/// Verifies the PIN.
pub(super) fn verify(session: &Session<'_>, pin: &Pin) -> Result<(), PivError> {
    let pin = padded(pin).map_err(PivError::PinShape)?;
    let answer = session.send([ins::VERIFY, 0, PIN], &*pin)?;
    judge(session, &answer, "verify the PIN")
}

/// Takes the verification back. False on cards that cannot.
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
        // Not for its length: that was checked. Rules of the card for what a PIN may be.
        0x6a80 | 0x6985 => Err(PivError::NewPinRefused),
        _ => judge(session, &answer, "change the PIN"),
    }
}

/// Sets a new PIN by the PUK.
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

/// What the answer to a PIN means. Some cards refuse without saying how many tries are left: they are asked.
pub(super) fn judge(
    session: &Session<'_>,
    answer: &Answer,
    operation: &'static str,
) -> Result<(), PivError> {
    let left = match (answer.word, answer.tries()) {
        (0x9000, _) => return Ok(()),
        (0x6300, None) => {
            // While it is verified, nothing is told; the agent verifies it again when it is needed.
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

/// Eight bytes, filled up with FF. What no card could take is not sent: it could only cost a try.
fn padded(pin: &Pin) -> Result<Zeroizing<[u8; 8]>, Unfit> {
    if let Some(why) = LIMITS.unfit(pin) {
        return Err(why);
    }
    let bytes = pin.expose().as_bytes();
    let mut padded = Zeroizing::new([0xff; 8]);
    let place = padded.get_mut(..bytes.len()).ok_or(Unfit::Length)?;
    place.copy_from_slice(bytes);
    Ok(padded)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_a_pin_is_sent() {
        assert_eq!(*padded(&Pin::new("123456")).unwrap(), *b"123456\xff\xff");
        assert_eq!(*padded(&Pin::new("12345678")).unwrap(), *b"12345678");
        for (wrong, why) in [
            ("", Unfit::Length),
            ("12345", Unfit::Length),
            ("123456789", Unfit::Length),
            ("12345\u{e9}", Unfit::Character),
            ("12345\n", Unfit::Control),
            ("\u{feff}123456", Unfit::Invisible),
            ("１２３４５６", Unfit::FullWidth),
        ] {
            assert_eq!(padded(&Pin::new(wrong)), Err(why), "{wrong:?}");
        }
    }
}
