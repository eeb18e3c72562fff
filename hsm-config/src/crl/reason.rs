//! Why a CA's certificate was revoked (RFC 5280 §5.3.1).

/// Reason code of a revoked CA certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevocationReason {
    /// No reason is stated.
    Unspecified,
    /// The CA's key is compromised, or may be.
    CaCompromise,
    /// Another certificate replaces it.
    Superseded,
    /// The CA is no longer in use.
    CessationOfOperation,
    /// The CA's name has changed.
    AffiliationChanged,
}

impl RevocationReason {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Unspecified,
        Self::CaCompromise,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::AffiliationChanged,
    ];

    /// Its name on the command line and in the transcript.
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

    /// The reason with this name.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == word)
    }

    /// Reason code in the CRL; `Unspecified` is left out (RFC 5280 §5.3.1).
    pub(super) const fn code(self) -> Option<rcgen::RevocationReason> {
        match self {
            Self::Unspecified => None,
            Self::CaCompromise => Some(rcgen::RevocationReason::CaCompromise),
            Self::Superseded => Some(rcgen::RevocationReason::Superseded),
            Self::CessationOfOperation => Some(rcgen::RevocationReason::CessationOfOperation),
            Self::AffiliationChanged => Some(rcgen::RevocationReason::AffiliationChanged),
        }
    }
}
