//! Why a CA's certificate ended (RFC 5280 §5.3.1).

use rcgen::RevocationReason;

/// A reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// None is said.
    Unspecified,
    /// Its key is somebody else's, too, or may be.
    CaCompromise,
    /// Another one has taken its place.
    Superseded,
    /// It is not needed any more.
    CessationOfOperation,
    /// Its name is not right any more.
    AffiliationChanged,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Unspecified,
        Self::CaCompromise,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::AffiliationChanged,
    ];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::CaCompromise => "ca-compromise",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessation-of-operation",
            Self::AffiliationChanged => "affiliation-changed",
        }
    }

    /// The reason of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == word)
    }

    /// "Unspecified" is left out of a list.
    pub(super) const fn code(self) -> Option<RevocationReason> {
        match self {
            Self::Unspecified => None,
            Self::CaCompromise => Some(RevocationReason::CaCompromise),
            Self::Superseded => Some(RevocationReason::Superseded),
            Self::CessationOfOperation => Some(RevocationReason::CessationOfOperation),
            Self::AffiliationChanged => Some(RevocationReason::AffiliationChanged),
        }
    }
}
