//! The reader's own keypad (PC/SC part 10): it puts what is typed there into the command and sends that to the card, and no
//! program ever sees it.

use super::apdu::{self, ins};
use super::error::PivError;
use super::pin::{self, MAX_LENGTH, MIN_LENGTH, PIN};
use super::session::Session;
use crate::keystore::secret::Unfit;
use crate::pcsc::Exchange;

/// FEATURE_VERIFY_PIN_DIRECT
const VERIFY_PIN_DIRECT: u8 = 0x06;

/// How long the person may take, in seconds.
const TIME: u8 = 30;

/// A keypad that verifies PINs, by the reader's code for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Keypad(u32);

impl Keypad {
    /// The one of this reader; `None` where it says of none.
    pub(super) fn of(exchange: &Exchange<'_>) -> Option<Self> {
        verify_code(&exchange.features()).map(Self)
    }

    /// Has the PIN entered and sent to the card, once.
    pub(super) fn verify(self, session: &Session<'_>) -> Result<(), PivError> {
        let said = session.exchange.control(self.0, &structure())?;
        let answer = apdu::answer(said)?;
        match answer.word {
            // Nobody typed in time, or the person pressed the key that says no.
            0x6400 | 0x6401 => Err(PivError::KeypadCancelled),
            0x6403 => Err(PivError::PinShape(Unfit::Length)),
            _ => pin::judge(session, &answer, "verify the PIN at the keypad"),
        }
    }
}

/// The code for verifying, in the reader's list of features: tag, length 4, code.
fn verify_code(features: &[u8]) -> Option<u32> {
    let mut features = features.chunks_exact(6);
    let code = features.find(|f| f[..2] == [VERIFY_PIN_DIRECT, 4])?;
    Some(u32::from_be_bytes(code[2..].try_into().ok()?))
}

/// PIN_VERIFY_STRUCTURE: a PIV PIN is typed in ASCII into eight bytes filled up with FF.
fn structure() -> Vec<u8> {
    let command = [&[0, ins::VERIFY, 0, PIN, MAX_LENGTH][..], &[0xff; 8]].concat();
    let length = u8::try_from(command.len()).unwrap_or_default();
    [
        &[TIME, TIME][..],
        // ASCII, from the left; a block of eight bytes; no length of the PIN in the command.
        &[0x82, 0x08, 0x00],
        &[MAX_LENGTH, MIN_LENGTH],
        // The OK key ends it. One message, in English where the reader has words: it knows no Japanese.
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
    fn the_list_of_features_is_read_or_nothing_is() {
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
    fn the_structure_is_as_long_as_it_says() {
        let whole = structure();
        assert_eq!(whole.len(), 19 + usize::from(whole[15]));
        assert_eq!(whole[19..24], [0, 0x20, 0, 0x80, 8]);
    }
}
