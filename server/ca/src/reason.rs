//! Why a certificate ended (RFC 5280 §5.3.1).

use x509_cert::ext::pkix::CrlReason;

/// Reasons that a bank gives. The two that speak of a compromised authority are not among them: they are for the
/// certificates of authorities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Not said; a list leaves it out.
    Unspecified,
    /// The token was lost, or the key may be known.
    KeyCompromise,
    /// The holder's belonging changed.
    AffiliationChanged,
    /// A newer certificate took its place.
    Superseded,
    /// It is not needed any more: the contract ended, or the token was given up.
    CessationOfOperation,
    /// Suspended.
    CertificateHold,
    /// A suspension was released; in delta lists only.
    RemoveFromCrl,
    /// The bank took the right away.
    PrivilegeWithdrawn,
}

impl Reason {
    /// Every one of them.
    pub const ALL: [Self; 8] = [
        Self::Unspecified,
        Self::KeyCompromise,
        Self::AffiliationChanged,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::CertificateHold,
        Self::RemoveFromCrl,
        Self::PrivilegeWithdrawn,
    ];

    /// The name in the standard, as the store keeps it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::KeyCompromise => "keyCompromise",
            Self::AffiliationChanged => "affiliationChanged",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessationOfOperation",
            Self::CertificateHold => "certificateHold",
            Self::RemoveFromCrl => "removeFromCRL",
            Self::PrivilegeWithdrawn => "privilegeWithdrawn",
        }
    }

    /// The reason of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.as_str() == name)
    }

    /// What a list or an answer says; "unspecified" is left out (RFC 5280 §5.3.1).
    pub(crate) const fn crl_reason(self) -> Option<CrlReason> {
        match self {
            Self::Unspecified => None,
            Self::KeyCompromise => Some(CrlReason::KeyCompromise),
            Self::AffiliationChanged => Some(CrlReason::AffiliationChanged),
            Self::Superseded => Some(CrlReason::Superseded),
            Self::CessationOfOperation => Some(CrlReason::CessationOfOperation),
            Self::CertificateHold => Some(CrlReason::CertificateHold),
            Self::RemoveFromCrl => Some(CrlReason::RemoveFromCRL),
            Self::PrivilegeWithdrawn => Some(CrlReason::PrivilegeWithdrawn),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_distinct_and_come_back() {
        for reason in Reason::ALL {
            assert_eq!(Reason::parse(reason.as_str()), Some(reason));
        }
        assert_eq!(Reason::parse("cACompromise"), None);
    }
}
