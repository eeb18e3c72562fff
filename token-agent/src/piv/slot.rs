//! The key slots of a PIV card, and their certificate objects.

use std::fmt;

/// A slot for a key pair and its certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot(u8);

/// The key history object.
pub(super) const KEY_HISTORY: u32 = 0x005f_c10c;
/// The CHUID (card holder unique identifier) object.
pub(super) const CHUID: u32 = 0x005f_c102;
/// The card capability container.
pub(super) const CAPABILITIES: u32 = 0x005f_c107;
/// The object where Yubico's programs store a PIN-protected management key.
pub(super) const PRINTED: u32 = 0x005f_c109;
/// The object where Yubico's programs record how the management key is stored.
pub(super) const ADMIN_DATA: u32 = 0x005f_ff00;

impl Slot {
    /// Authentication: PIN once.
    pub const AUTHENTICATION: Self = Self(0x9a);
    /// Digital signature: PIN before each signature.
    pub const SIGNATURE: Self = Self(0x9c);
    /// Key management: key agreement, PIN once.
    pub const KEY_MANAGEMENT: Self = Self(0x9d);
    /// Card authentication, without a PIN.
    pub const CARD: Self = Self(0x9e);

    /// Number of the first retired slot.
    const FIRST_RETIRED: u8 = 0x82;
    /// Number of the last retired slot.
    const LAST_RETIRED: u8 = 0x95;

    /// The slot with this number.
    #[must_use]
    pub fn numbered(number: u8) -> Option<Self> {
        let known = matches!(number, 0x9a | 0x9c..=0x9e | Self::FIRST_RETIRED..=Self::LAST_RETIRED);
        known.then_some(Self(number))
    }

    /// All slots, the one for authentication first.
    pub fn all() -> impl Iterator<Item = Self> {
        [0x9a, 0x9c, 0x9d, 0x9e]
            .into_iter()
            .chain(Self::FIRST_RETIRED..=Self::LAST_RETIRED)
            .map(Self)
    }

    /// The slots for new keys, in this order: authentication, then the retired ones. Never a slot with another PIN rule
    /// or purpose.
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

    /// Whether the standard requires the PIN before each signature.
    #[must_use]
    pub fn always_authenticate(self) -> bool {
        self == Self::SIGNATURE
    }

    /// Its certificate object.
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
    fn new_keys_avoid_slots_with_other_rules() {
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
