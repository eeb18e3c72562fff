//! What a token reports about itself.

use cryptoki::slot::{Slot, TokenInfo as BindingInfo};
use cryptoki::types::Version;
use cryptoki_sys::{
    CK_TOKEN_INFO, CKF_LOGIN_REQUIRED, CKF_PROTECTED_AUTHENTICATION_PATH, CKF_SO_PIN_COUNT_LOW,
    CKF_SO_PIN_FINAL_TRY, CKF_SO_PIN_LOCKED, CKF_TOKEN_INITIALIZED, CKF_USER_PIN_COUNT_LOW,
    CKF_USER_PIN_FINAL_TRY, CKF_USER_PIN_INITIALIZED, CKF_USER_PIN_LOCKED, CKF_WRITE_PROTECTED,
};

use super::pin_state::PinState;
use super::selector::TokenSelector;

/// A token in a slot, as it was when read.
#[derive(Debug, Clone)]
pub struct TokenInfo {
    pub(super) slot: Slot,
    /// Label given at initialisation, without padding.
    pub label: String,
    /// Serial number.
    pub serial: String,
    /// Manufacturer.
    pub manufacturer: String,
    /// Model.
    pub model: String,
    /// Version of the hardware, `major.minor`.
    pub hardware: String,
    /// Version of the firmware, `major.minor`.
    pub firmware: String,
    /// False when the token is in the slot but could not be read; the fields above are empty then.
    pub readable: bool,
    /// Has been initialised. A token is certain to be empty only when this is false and `readable` is true.
    pub initialized: bool,
    /// Write-protected (some tokens set this flag until somebody logs in).
    pub write_protected: bool,
    /// A login is needed for private objects.
    pub login_required: bool,
    /// The PIN is entered at the reader (`CKF_PROTECTED_AUTHENTICATION_PATH`).
    pub pin_pad: bool,
    /// Tries left for the user PIN.
    pub pin: PinState,
    /// Tries left for the security officer's PIN.
    pub so_pin: PinState,
    /// Shortest PIN, in bytes.
    pub min_pin: usize,
    /// Longest PIN, in bytes.
    pub max_pin: usize,
    /// Description of the slot: with most modules the reader's name.
    pub slot_name: String,
}

impl TokenInfo {
    /// The slot's number, for display only: it is not stable.
    #[must_use]
    pub fn slot_id(&self) -> u64 {
        self.slot.id()
    }

    pub(super) fn matches(&self, selector: &TokenSelector) -> bool {
        match selector {
            TokenSelector::Label(label) => *label == self.label,
            TokenSelector::Serial(serial) => *serial == self.serial,
        }
    }

    pub(super) fn unreadable(slot: Slot) -> Self {
        Self {
            slot,
            label: String::new(),
            serial: String::new(),
            manufacturer: String::new(),
            model: String::new(),
            hardware: String::new(),
            firmware: String::new(),
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

    pub(super) fn from_binding(slot: Slot, info: &BindingInfo) -> Self {
        Self {
            slot,
            label: trimmed(info.label().as_bytes()),
            serial: trimmed(info.serial_number().as_bytes()),
            manufacturer: trimmed(info.manufacturer_id().as_bytes()),
            model: trimmed(info.model().as_bytes()),
            hardware: version(info.hardware_version()),
            firmware: version(info.firmware_version()),
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
            hardware: version(info.hardwareVersion.into()),
            firmware: version(info.firmwareVersion.into()),
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

/// As `major.minor`.
pub(super) fn version(version: Version) -> String {
    format!("{}.{}", version.major(), version.minor())
}

/// A padded field as text. Some tokens pad with zero bytes instead of blanks.
pub(super) fn trimmed(field: &[u8]) -> String {
    String::from_utf8_lossy(field)
        .trim_end_matches([' ', '\0'])
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_of_either_kind_is_dropped() {
        assert_eq!(trimmed(b"inkan   "), "inkan");
        assert_eq!(trimmed(b"inkan\0\0\0"), "inkan");
        assert_eq!(trimmed(b"        "), "");
    }
}
