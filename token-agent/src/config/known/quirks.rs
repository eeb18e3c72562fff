//! Deviations of a module from the standard.

use crate::keystore::capabilities::Admin;

/// The capabilities of a module, and how it must be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools)] // independent facts, each with its name
pub struct Quirks {
    /// Generates key pairs.
    pub generates: bool,
    /// Writes certificates.
    pub writes: bool,
    /// Stores certificates that have no key.
    pub ca_certificates: bool,
    /// Stores labels.
    pub labels: bool,
    /// Deletes keys.
    pub deletes: bool,
    /// The security officer can set a new PIN.
    pub officer_unblocks: bool,
    /// Secret that it requires for every change, in addition to the PIN.
    pub admin: Option<Admin>,
    /// How CKA_ID is chosen.
    pub ids: IdChoice,
    /// It supports PIV cards only, which the agent supports better without it.
    pub piv_only: bool,
    /// Its tokens are in the computer's TPM, not in a card or USB token.
    pub tpm: bool,
}

impl Quirks {
    /// A module that implements the whole standard.
    pub const NONE: Self = Self {
        generates: true,
        writes: true,
        ca_certificates: true,
        labels: true,
        deletes: true,
        officer_unblocks: true,
        admin: None,
        ids: IdChoice::Any,
        piv_only: false,
        tpm: false,
    };

    /// A module that only reads and signs.
    pub const READ_ONLY: Self = Self {
        generates: false,
        writes: false,
        ca_certificates: false,
        deletes: false,
        officer_unblocks: false,
        ..Self::NONE
    };
}

/// How the CKA_ID of a new key is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdChoice {
    /// Random bytes.
    Any,
    /// One byte that selects the PIV slot as in ykcs11: 1 is 9A, 5 and up are 82 and up.
    PivSlot,
}

/// The slot for authentication, then the retired slots, which have no purpose of their own.
const PIV_SLOT_IDS: [u8; 21] = [
    1, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24,
];

impl IdChoice {
    /// The ids to try, in order; none if any id can be used.
    #[must_use]
    pub const fn slot_ids(self) -> &'static [u8] {
        match self {
            Self::Any => &[],
            Self::PivSlot => &PIV_SLOT_IDS,
        }
    }
}
