//! Failures of a PIV card, as data.

use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::pkcs11::pin_attempts::PinHalt;

use super::slot::Slot;
use super::tlv::Malformed;
use crate::keystore::secret::SecretFault;
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
        /// Tries left, if the card reports them.
        left: Option<u8>,
    },
    /// The PIN is blocked.
    PinBlocked,
    /// The PIN was not sent again: a response to it was unclear, or it was refused before.
    PinWithheld(PinHalt),
    /// The value cannot be a PIN of this card. It was not sent.
    PinShape(SecretFault),
    /// The PUK was refused.
    PukWrong {
        /// Tries left, if the card reports them.
        left: Option<u8>,
    },
    /// The PUK is blocked.
    PukBlocked,
    /// The value cannot be a PUK of this card. It was not sent.
    PukShape(SecretFault),
    /// The value cannot be a new PIN of this card. It was not sent.
    NewPinShape(SecretFault),
    /// The card's rules do not allow the new PIN; the old one remains valid.
    NewPinRefused,
    /// The user entered no PIN on the reader's keypad in time, or cancelled there.
    KeypadCancelled,
    /// The reader has no keypad.
    NoKeypad,
    /// The PIN must be verified first.
    PinNeeded,
    /// The management key is neither the default nor protected by the PIN: the user must enter it.
    ManagementKeyNeeded,
    /// The management key was refused.
    ManagementKeyWrong,
    /// The value cannot be a management key of this card: not hex, or of the wrong length.
    ManagementKeyShape,
    /// The slot holds something else.
    SlotTaken(Slot),
    /// The slot for key agreement holds another key, which is not replaced.
    AgreementSlotTaken,
    /// All slots are occupied.
    NoFreeSlot,
    /// The slot holds no key, or another one.
    NoKey(Slot),
    /// No such certificate.
    NoCertificate,
    /// The certificate is for another key.
    OtherKey,
    /// The card does not generate such keys.
    Algorithm(KeyAlgorithm),
    /// The card has no space left.
    Full,
    /// The card sent an invalid response.
    Malformed {
        /// What was being parsed.
        what: &'static str,
    },
    /// Another status word.
    Status {
        /// The operation.
        operation: &'static str,
        /// The status word.
        word: u16,
    },
    /// An error outside the card: no random numbers, or a certificate that cannot be encoded.
    Internal(String),
}

impl From<PcscError> for PivError {
    fn from(error: PcscError) -> Self {
        Self::Pcsc(error)
    }
}

impl PivError {
    /// For `map_err`: the data could not be parsed.
    pub(super) fn malformed(what: &'static str) -> impl Fn(Malformed) -> Self {
        move |Malformed| Self::Malformed { what }
    }
}
