//! What can go wrong with a PIV card, as data.

use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::pkcs11::pin_attempts::PinHalt;

use super::slot::Slot;
use super::tlv::Malformed;
use crate::keystore::secret::Unfit;
use crate::pcsc::PcscError;

/// Failures of a PIV card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PivError {
    /// Reader, service or connection.
    Pcsc(PcscError),
    /// The card has no PIV application.
    NotPiv,
    /// The PIN was refused.
    PinWrong {
        /// What is left, where the card says so.
        left: Option<u8>,
    },
    /// The PIN is blocked.
    PinBlocked,
    /// The PIN was not sent again: an answer to it was unclear, or it was refused before.
    PinWithheld(PinHalt),
    /// No PIN this card could have. The card was not asked.
    PinShape(Unfit),
    /// The PUK was refused.
    PukWrong {
        /// What is left, where the card says so.
        left: Option<u8>,
    },
    /// The PUK is blocked.
    PukBlocked,
    /// No PUK this card could have. The card was not asked.
    PukShape(Unfit),
    /// No PIN this card could be given. The card was not asked.
    NewPinShape(Unfit),
    /// The card's own rules do not allow the new PIN; the old one stays.
    NewPinRefused,
    /// Nobody entered a PIN at the reader's keypad, or somebody said no there.
    KeypadCancelled,
    /// The reader has no keypad.
    NoKeypad,
    /// The PIN has to be verified first.
    PinNeeded,
    /// The management key is neither the maker's nor kept under the PIN: it has to be asked for.
    ManagementKeyNeeded,
    /// The management key was refused.
    ManagementKeyWrong,
    /// No management key of this card: not hex, or of the wrong length.
    ManagementKeyShape,
    /// There is something else at that place.
    SlotTaken(Slot),
    /// All places are taken.
    NoFreeSlot,
    /// There is no key (any more), or another one.
    NoKey(Slot),
    /// No such certificate.
    NoCertificate,
    /// The certificate is for another key.
    OtherKey,
    /// The card makes no such keys.
    Algorithm(KeyAlgorithm),
    /// Not enough room on the card.
    Full,
    /// The card answered what makes no sense.
    Malformed {
        /// What was being read.
        what: &'static str,
    },
    /// Another status word.
    Status {
        /// What was being done.
        operation: &'static str,
        /// The status word.
        word: u16,
    },
    /// A fault outside the card: no random numbers, a certificate that cannot be encoded.
    Internal(String),
}

impl From<PcscError> for PivError {
    fn from(error: PcscError) -> Self {
        Self::Pcsc(error)
    }
}

impl PivError {
    /// For `map_err`: what was being read made no sense.
    pub(super) fn malformed(what: &'static str) -> impl Fn(Malformed) -> Self {
        move |Malformed| Self::Malformed { what }
    }
}
