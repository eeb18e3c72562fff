//! Reasons for a revocation (RFC 5280 §5.3.1).

use x509_cert::ext::pkix::CrlReason;

/// Reasons that a bank gives. The two about a compromised CA are not among them: they are for the certificates of CAs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Not specified; a CRL leaves it out.
    Unspecified,
    /// The token was lost, or somebody else may have the key.
    KeyCompromise,
    /// The holder's affiliation changed.
    AffiliationChanged,
    /// A newer certificate replaced it.
    Superseded,
    /// It is no longer needed: the contract was cancelled, or the token is no longer used.
    CessationOfOperation,
    /// Suspended.
    CertificateHold,
    /// A suspension was released; in delta CRLs only.
    RemoveFromCrl,
    /// The bank withdrew the right.
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

    /// The name in the standard, which the store uses.
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

    /// The reason with that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.as_str() == name)
    }

    /// The reason with this number in a CRL (RFC 5280 §5.3.1); one that this bank does not give is unspecified.
    #[must_use]
    pub fn of_code(code: u8) -> Self {
        let known = |reason: &Self| {
            let number = reason.crl_reason().map(|one| one as u8);
            number == Some(code)
        };
        Self::ALL
            .into_iter()
            .find(known)
            .unwrap_or(Self::Unspecified)
    }

    /// The reason in a CRL or an OCSP response; "unspecified" is left out (RFC 5280 §5.3.1).
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
        let of = |code| Reason::of_code(code);
        assert_eq!(
            (of(1), of(6)),
            (Reason::KeyCompromise, Reason::CertificateHold)
        );
        assert_eq!((of(2), of(0)), (Reason::Unspecified, Reason::Unspecified));
    }
}
