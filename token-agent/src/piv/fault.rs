//! Maps a card's failures to those of all key stores.

use inkan_pki::pkcs11::pin_attempts::PinHalt;

use super::error::PivError;
use super::pin::{MAX_LENGTH, MIN_LENGTH};
use crate::error::TokenError;
use crate::keystore::capabilities::{Admin, Capability};
use crate::keystore::secret::{SecretFault, SecretName};
use crate::pcsc::PcscError;

/// The key store error for a failure of a card.
pub(super) fn token_error(error: PivError) -> TokenError {
    let failed = |operation: &str, detail: String| TokenError::Failed {
        operation: operation.to_owned(),
        detail,
    };
    let what = Admin::ManagementKey;
    match error {
        PivError::Pcsc(error) => pcsc_error(error),
        PivError::NotPiv => TokenError::UnsupportedCard {
            reader: String::new(),
        },
        PivError::PinWrong { left } => TokenError::PinWrong {
            last_try: left == Some(1),
            tries_left: left,
        },
        PivError::PinBlocked => TokenError::PinLocked,
        PivError::PinShape(why) => invalid_secret(SecretName::Pin, why),
        PivError::PukShape(why) => invalid_secret(SecretName::Puk, why),
        PivError::NewPinShape(why) => invalid_secret(SecretName::NewPin, why),
        PivError::PinWithheld(PinHalt::Refused) => TokenError::PinWrong {
            last_try: false,
            tries_left: None,
        },
        PivError::PinWithheld(halt) => failed(
            "verify the PIN",
            format!("the PIN was not sent again ({})", halt.code()),
        ),
        PivError::PukWrong { left } => TokenError::PukWrong { tries_left: left },
        PivError::PukBlocked => TokenError::PukLocked,
        PivError::NewPinRefused => TokenError::NewPinRefused,
        PivError::KeypadCancelled => TokenError::Cancelled,
        PivError::NoKeypad => Capability::PinPad.missing(),
        PivError::PinNeeded => TokenError::PinNeeded,
        PivError::ManagementKeyNeeded => TokenError::AdminNeeded { what },
        PivError::ManagementKeyWrong => TokenError::AdminWrong {
            what,
            tries_left: None,
        },
        PivError::ManagementKeyShape => TokenError::AdminUnusable { what },
        PivError::SlotTaken(slot) => failed(
            "write a certificate",
            format!("another key's certificate is in slot {slot}"),
        ),
        PivError::AgreementSlotTaken => TokenError::AgreementSlotTaken,
        PivError::NoFreeSlot | PivError::Full => TokenError::Full,
        PivError::NoKey(_) => TokenError::KeyGone,
        PivError::NoCertificate => TokenError::CertificateGone,
        PivError::OtherKey => failed(
            "write a certificate",
            "it is for another key than the one in the slot".to_owned(),
        ),
        PivError::Algorithm(_) => TokenError::NoAlgorithm,
        PivError::Malformed { what } => failed(what, "the card answered nonsense".to_owned()),
        PivError::Status { operation, word } => failed(operation, format!("status {word:04X}")),
        PivError::Internal(detail) => failed("prepare a command", detail),
    }
}

fn invalid_secret(what: SecretName, why: SecretFault) -> TokenError {
    TokenError::InvalidSecret {
        what,
        why,
        min: MIN_LENGTH,
        max: MAX_LENGTH,
    }
}

fn pcsc_error(error: PcscError) -> TokenError {
    match error {
        PcscError::Service { detail } => TokenError::ReaderService { detail },
        PcscError::ReaderGone => TokenError::ReaderGone,
        PcscError::NoCard | PcscError::Removed => TokenError::Removed,
        PcscError::InUse { programs } => TokenError::CardInUse {
            program: Some(programs.join(", ")).filter(|names| !names.is_empty()),
        },
        PcscError::Mute | PcscError::PowerLost => TokenError::Failed {
            operation: "talk to the card".to_owned(),
            detail: "the card does not respond".to_owned(),
        },
        PcscError::Failed { operation, detail } => TokenError::Failed {
            operation: operation.to_owned(),
            detail,
        },
    }
}
