//! The reader's keypad (PC/SC part 10): the reader inserts the typed PIN into the command and sends it to the card, so
//! that no program sees it.

use super::apdu::{self, ins};
use super::error::PivError;
use super::pin::{self, MAX_LENGTH, MIN_LENGTH, PIN};
use super::session::Session;
use crate::keystore::secret::SecretFault;
use crate::pcsc::Exchange;

/// FEATURE_VERIFY_PIN_DIRECT
const VERIFY_PIN_DIRECT: u8 = 0x06;

/// Time for the entry, in seconds.
const TIME: u8 = 30;

/// A keypad that verifies PINs, with the reader's control code for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Keypad(u32);

impl Keypad {
    /// The keypad of this reader; `None` if it reports none.
    pub(super) fn of(exchange: &Exchange<'_>) -> Option<Self> {
        verify_code(&exchange.features()).map(Self)
    }

    /// Has the PIN entered and sent to the card; one attempt.
    pub(super) fn verify(self, session: &Session<'_>) -> Result<(), PivError> {
        let received = session.exchange.control(self.0, &structure())?;
        let answer = apdu::response(received)?;
        match answer.word {
            // No entry in time, or the user cancelled on the keypad.
            0x6400 | 0x6401 => Err(PivError::KeypadCancelled),
            0x6403 => Err(PivError::PinShape(SecretFault::Length)),
            _ => pin::judge(session, &answer, "verify the PIN at the keypad"),
        }
    }
}

/// The control code for verification in the reader's feature list: tag, length 4, code.
fn verify_code(features: &[u8]) -> Option<u32> {
    let mut features = features.chunks_exact(6);
    let code = features.find(|f| f[..2] == [VERIFY_PIN_DIRECT, 4])?;
    Some(u32::from_be_bytes(code[2..].try_into().ok()?))
}

/// PIN_VERIFY_STRUCTURE: a PIV PIN is ASCII in eight bytes, padded with FF.
fn structure() -> Vec<u8> {
    let command = [&[0, ins::VERIFY, 0, PIN, MAX_LENGTH][..], &[0xff; 8]].concat();
    let length = u8::try_from(command.len()).unwrap_or_default();
    [
        &[TIME, TIME][..],
        // ASCII, left-aligned; a block of eight bytes; no PIN length in the command.
        &[0x82, 0x08, 0x00],
        &[MAX_LENGTH, MIN_LENGTH],
        // The OK key ends the entry. One message, in English if the reader has a display: readers have no Japanese.
        &[0x02, 0x01, 0x09, 0x04, 0x00],
        &[0, 0, 0],
        &[length, 0, 0, 0],
        &command,
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_malformed_feature_list_counts_as_empty() {
        let list = [0x08, 4, 1, 2, 3, 4, 0x06, 4, 0x42, 0x33, 0, 6];
        assert_eq!(verify_code(&list), Some(0x4233_0006));
        for none in [
            &[][..],
            &[6],
            &[6, 4, 1, 2, 3],
            &[6, 2, 1, 2, 3, 4],
            &[7, 4, 1, 2, 3, 4],
        ] {
            assert_eq!(verify_code(none), None, "{none:?}");
        }
    }

    #[test]
    fn the_structure_has_the_length_it_announces() {
        let whole = structure();
        assert_eq!(whole.len(), 19 + usize::from(whole[15]));
        assert_eq!(whole[19..24], [0, 0x20, 0, 0x80, 8]);
    }
}
