//! Why a certificate ended (RFC 5280 §5.3.1).

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

    /// The number in the standard (`CRLReason`).
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Unspecified => 0,
            Self::KeyCompromise => 1,
            Self::AffiliationChanged => 3,
            Self::Superseded => 4,
            Self::CessationOfOperation => 5,
            Self::CertificateHold => 6,
            Self::RemoveFromCrl => 8,
            Self::PrivilegeWithdrawn => 9,
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
