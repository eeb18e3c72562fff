//! The places for keys on a PIV card, and the objects their certificates are in.

use std::fmt;

/// A place for a key pair and its certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot(u8);

/// The data object with the key history.
pub(super) const KEY_HISTORY: u32 = 0x005f_c10c;
/// The data object with the card's unique identifier.
pub(super) const CHUID: u32 = 0x005f_c102;
/// The data object with the card's capabilities.
pub(super) const CAPABILITIES: u32 = 0x005f_c107;
/// The data object in which Yubico's programs keep a management key under the PIN.
pub(super) const PRINTED: u32 = 0x005f_c109;
/// The data object in which Yubico's programs say how the management key is kept.
pub(super) const ADMIN_DATA: u32 = 0x005f_ff00;

impl Slot {
    /// For logging in: the PIN once.
    pub const AUTHENTICATION: Self = Self(0x9a);
    /// For signing documents: the PIN before each signature.
    pub const SIGNATURE: Self = Self(0x9c);
    /// For decryption.
    pub const MANAGEMENT: Self = Self(0x9d);
    /// Without PIN, for doors.
    pub const CARD: Self = Self(0x9e);

    /// Number of the first retired slot.
    const FIRST_RETIRED: u8 = 0x82;
    /// Number of the last retired slot.
    const LAST_RETIRED: u8 = 0x95;

    /// By its number.
    #[must_use]
    pub fn numbered(number: u8) -> Option<Self> {
        let known = matches!(number, 0x9a | 0x9c..=0x9e | Self::FIRST_RETIRED..=Self::LAST_RETIRED);
        known.then_some(Self(number))
    }

    /// All of them: the one for logging in first.
    pub fn all() -> impl Iterator<Item = Self> {
        [0x9a, 0x9c, 0x9d, 0x9e]
            .into_iter()
            .chain(Self::FIRST_RETIRED..=Self::LAST_RETIRED)
            .map(Self)
    }

    /// Those that new keys go into, in this order: the one for logging in, then the retired ones. Never those with other
    /// rules for the PIN or other purposes.
    pub fn for_new_keys() -> impl Iterator<Item = Self> {
        std::iter::once(Self::AUTHENTICATION)
            .chain((Self::FIRST_RETIRED..=Self::LAST_RETIRED).map(Self))
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }

    /// 1 to 20 for a retired slot.
    #[must_use]
    pub fn retired(self) -> Option<u8> {
        (Self::FIRST_RETIRED..=Self::LAST_RETIRED)
            .contains(&self.0)
            .then(|| self.0 - Self::FIRST_RETIRED + 1)
    }

    /// The PIN is needed right before each signature, by the standard.
    #[must_use]
    pub fn asks_each_time(self) -> bool {
        self == Self::SIGNATURE
    }

    /// The data object of its certificate.
    #[must_use]
    pub fn object(self) -> u32 {
        match self.0 {
            0x9a => 0x005f_c105,
            0x9c => 0x005f_c10a,
            0x9d => 0x005f_c10b,
            0x9e => 0x005f_c101,
            retired => 0x005f_c10d + u32::from(retired - Self::FIRST_RETIRED),
        }
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02X}", self.0)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn each_slot_has_an_object_of_its_own() {
        let mut objects: Vec<u32> = Slot::all().map(Slot::object).collect();
        assert_eq!(objects.len(), 24);
        objects.sort_unstable();
        objects.dedup();
        assert_eq!(objects.len(), 24);
        assert_eq!(Slot::numbered(0x82).unwrap().object(), 0x005f_c10d);
        assert_eq!(Slot::numbered(0x95).unwrap().object(), 0x005f_c120);
        for other in [KEY_HISTORY, CHUID, CAPABILITIES, PRINTED, ADMIN_DATA] {
            assert!(!objects.contains(&other));
        }
    }

    #[test]
    fn new_keys_stay_out_of_slots_with_other_rules() {
        let order: Vec<String> = Slot::for_new_keys().map(|s| s.to_string()).collect();
        assert_eq!(
            (order.len(), &order[..3]),
            (21, &["9A", "82", "83"].map(String::from)[..])
        );
        for other in ["9C", "9D", "9E"] {
            assert!(!order.iter().any(|s| s == other));
        }
        assert_eq!(Slot::numbered(0x9b), None);
        assert_eq!(Slot::numbered(0x80), None);
    }
}
