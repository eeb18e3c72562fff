//! What a token says about itself.
//!
//! Tokens are found by label or serial number, never by slot number: slots are renumbered by every second reader.

use std::fmt;

use cryptoki::error::Error as Binding;
use cryptoki::slot::{Slot, TokenInfo as BindingInfo};
use cryptoki_sys::{
    CK_TOKEN_INFO, CKF_LOGIN_REQUIRED, CKF_PROTECTED_AUTHENTICATION_PATH, CKF_SO_PIN_COUNT_LOW,
    CKF_SO_PIN_FINAL_TRY, CKF_SO_PIN_LOCKED, CKF_TOKEN_INITIALIZED, CKF_USER_PIN_COUNT_LOW,
    CKF_USER_PIN_FINAL_TRY, CKF_USER_PIN_INITIALIZED, CKF_USER_PIN_LOCKED, CKF_WRITE_PROTECTED,
};

use super::error::Pkcs11Error;
use super::module::Module;

/// How a token is told from others.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TokenSelector {
    /// By the label given at its initialisation.
    Label(String),
    /// By the maker's serial number.
    Serial(String),
}

impl TokenSelector {
    pub(super) fn fits(&self, token: &TokenInfo) -> bool {
        match self {
            Self::Label(label) => *label == token.label,
            Self::Serial(serial) => *serial == token.serial,
        }
    }
}

impl fmt::Display for TokenSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Label(label) => write!(f, "the label {label:?}"),
            Self::Serial(serial) => write!(f, "the serial number {serial:?}"),
        }
    }
}

/// What a token tells about the tries left for its user PIN.
///
/// There is no "all tries left": most tokens leave the flags out, and none says that they are in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PinState {
    /// The token says nothing.
    Unknown,
    /// At least one wrong PIN since the last right one.
    CountLow,
    /// One more wrong PIN locks it.
    FinalTry,
    /// Locked.
    Locked,
    /// No user PIN is set yet.
    NotSet,
}

/// A token in a slot, as it was when read.
#[derive(Debug, Clone)]
pub struct TokenInfo {
    pub(super) slot: Slot,
    /// Label given at initialisation, without padding.
    pub label: String,
    /// Serial number.
    pub serial: String,
    /// Maker.
    pub manufacturer: String,
    /// Model.
    pub model: String,
    /// False when the token is in the slot but would not tell about itself; the fields above are empty then.
    pub readable: bool,
    /// Has been initialised. Not true means it is certain to be empty only together with `readable`.
    pub initialized: bool,
    /// Nothing can be written (some tokens say so until somebody logs in).
    pub write_protected: bool,
    /// A login is needed for private objects.
    pub login_required: bool,
    /// The PIN is entered at the reader: log in with [`Session::login_pin_pad`](super::session::Session::login_pin_pad).
    pub pin_pad: bool,
    /// What it says about the tries left.
    pub pin: PinState,
    /// What it says about the tries left for the security officer's PIN.
    pub so_pin: PinState,
    /// Shortest PIN, in bytes.
    pub min_pin: usize,
    /// Longest PIN, in bytes.
    pub max_pin: usize,
    /// What the slot is called: with most modules the reader's name.
    pub slot_name: String,
}

impl TokenInfo {
    /// The slot's number, for display only: it is not stable.
    #[must_use]
    pub fn slot_id(&self) -> u64 {
        self.slot.id()
    }

    fn unreadable(slot: Slot) -> Self {
        Self {
            slot,
            label: String::new(),
            serial: String::new(),
            manufacturer: String::new(),
            model: String::new(),
            readable: false,
            initialized: false,
            write_protected: false,
            login_required: true,
            pin_pad: false,
            pin: PinState::Unknown,
            so_pin: PinState::Unknown,
            min_pin: 0,
            max_pin: 0,
            slot_name: String::new(),
        }
    }

    fn from_binding(slot: Slot, info: &BindingInfo) -> Self {
        Self {
            slot,
            label: trimmed(info.label().as_bytes()),
            serial: trimmed(info.serial_number().as_bytes()),
            manufacturer: trimmed(info.manufacturer_id().as_bytes()),
            model: trimmed(info.model().as_bytes()),
            readable: true,
            initialized: info.token_initialized(),
            write_protected: info.write_protected(),
            login_required: info.login_required(),
            pin_pad: info.protected_authentication_path(),
            pin: PinState::from_flags(
                info.user_pin_initialized(),
                info.user_pin_locked(),
                info.user_pin_final_try(),
                info.user_pin_count_low(),
            ),
            so_pin: PinState::from_flags(
                true,
                info.so_pin_locked(),
                info.so_pin_final_try(),
                info.so_pin_count_low(),
            ),
            min_pin: info.min_pin_length(),
            max_pin: info.max_pin_length(),
            slot_name: String::new(),
        }
    }

    pub(super) fn from_raw(slot: Slot, info: &CK_TOKEN_INFO) -> Self {
        let flags = info.flags;
        let set = |flag| flags & flag != 0;
        Self {
            slot,
            label: trimmed(&{ info.label }),
            serial: trimmed(&{ info.serialNumber }),
            manufacturer: trimmed(&{ info.manufacturerID }),
            model: trimmed(&{ info.model }),
            readable: true,
            initialized: set(CKF_TOKEN_INITIALIZED),
            write_protected: set(CKF_WRITE_PROTECTED),
            login_required: set(CKF_LOGIN_REQUIRED),
            pin_pad: set(CKF_PROTECTED_AUTHENTICATION_PATH),
            pin: PinState::from_flags(
                set(CKF_USER_PIN_INITIALIZED),
                set(CKF_USER_PIN_LOCKED),
                set(CKF_USER_PIN_FINAL_TRY),
                set(CKF_USER_PIN_COUNT_LOW),
            ),
            so_pin: PinState::from_flags(
                true,
                set(CKF_SO_PIN_LOCKED),
                set(CKF_SO_PIN_FINAL_TRY),
                set(CKF_SO_PIN_COUNT_LOW),
            ),
            min_pin: usize::try_from(info.ulMinPinLen).unwrap_or(0),
            max_pin: usize::try_from(info.ulMaxPinLen).unwrap_or(0),
            slot_name: String::new(),
        }
    }
}

impl PinState {
    fn from_flags(set: bool, locked: bool, final_try: bool, count_low: bool) -> Self {
        match (set, locked, final_try, count_low) {
            (_, true, _, _) => Self::Locked,
            (false, _, _, _) => Self::NotSet,
            (_, _, true, _) => Self::FinalTry,
            (_, _, _, true) => Self::CountLow,
            _ => Self::Unknown,
        }
    }
}

/// Some tokens pad with zero bytes instead of blanks.
fn trimmed(field: &[u8]) -> String {
    String::from_utf8_lossy(field)
        .trim_end_matches([' ', '\0'])
        .to_owned()
}

impl Module {
    /// The same token read again: after a wrong PIN, what it says about the tries left.
    ///
    /// # Errors
    /// Only when the library itself cannot be called.
    pub fn refresh(&self, token: &TokenInfo) -> Result<TokenInfo, Pkcs11Error> {
        self.read_token(token.slot)
    }

    pub(super) fn read_token(&self, slot: Slot) -> Result<TokenInfo, Pkcs11Error> {
        let (info, _) = self.call("read token", |context| {
            // A slot that does not tell its name is as good as any.
            let slot_name = context.get_slot_info(slot).map_or_else(
                |_| String::new(),
                |info| trimmed(info.slot_description().as_bytes()),
            );
            let token = match context.get_token_info(slot) {
                Ok(info) => TokenInfo::from_binding(slot, &info),
                Err(Binding::Pkcs11(..)) => TokenInfo::unreadable(slot),
                // The token answered; the binding did not like something in it that does not matter here.
                Err(_) => match self.raw().map(|raw| raw.token_info(slot)) {
                    Some(Ok(info)) => TokenInfo::from_raw(slot, &info),
                    Some(Err(_)) | None => TokenInfo::unreadable(slot),
                },
            };
            Ok(TokenInfo { slot_name, ..token })
        })?;
        Ok(info)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_flags_are_unknown_and_the_worst_flag_wins() {
        let state = PinState::from_flags;
        assert_eq!(state(true, false, false, false), PinState::Unknown);
        assert_eq!(state(true, false, false, true), PinState::CountLow);
        assert_eq!(state(true, false, true, true), PinState::FinalTry);
        assert_eq!(state(true, true, true, true), PinState::Locked);
        assert_eq!(state(false, false, false, false), PinState::NotSet);
    }

    #[test]
    fn padding_of_either_kind_is_dropped() {
        assert_eq!(trimmed(b"inkan   "), "inkan");
        assert_eq!(trimmed(b"inkan\0\0\0"), "inkan");
        assert_eq!(trimmed(b"        "), "");
    }
}
