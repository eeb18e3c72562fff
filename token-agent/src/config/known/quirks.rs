//! The ways of a module where it does not do what others do.

use crate::keystore::abilities::Admin;

/// What a module can do, and how it wants to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools)] // independent facts, each with its name
pub struct Quirks {
    /// It makes key pairs.
    pub generates: bool,
    /// It writes certificates.
    pub writes: bool,
    /// It keeps certificates that have no key.
    pub ca_certificates: bool,
    /// It keeps labels.
    pub labels: bool,
    /// It destroys keys.
    pub deletes: bool,
    /// The security officer can set a new PIN.
    pub officer_unblocks: bool,
    /// What it wants for every change beyond the PIN.
    pub admin: Option<Admin>,
    /// How CKA_ID is chosen.
    pub ids: IdChoice,
    /// It speaks to nothing but PIV cards, which we speak to better ourselves.
    pub piv_only: bool,
}

impl Quirks {
    /// Of a module that does all the standard says.
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
    };

    /// Of a module that only reads and signs.
    pub const READS_ONLY: Self = Self {
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
    /// One byte that counts the places of a PIV card as ykcs11 does: 1 is 9A, 5 and up are 82 and up.
    PivPlace,
}

/// Of the places with a purpose only the one for authentication; then the retired ones, which have none.
const PIV_PLACES: [u8; 21] = [
    1, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24,
];

impl IdChoice {
    /// The places to try, in order; none where there are no places.
    #[must_use]
    pub const fn places(self) -> &'static [u8] {
        match self {
            Self::Any => &[],
            Self::PivPlace => &PIV_PLACES,
        }
    }
}
