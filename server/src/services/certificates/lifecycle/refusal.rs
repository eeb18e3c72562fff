//! Refusals in a certificate's lifecycle.

/// Why a change was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LifecycleRefusal {
    /// No such certificate, or not one that this person may see.
    CertificateMissing,
    /// Revoked before.
    AlreadyRevoked,
    /// Suspended before.
    AlreadySuspended,
    /// It is not suspended.
    NotSuspended,
    /// Its successor is in use, or it lapsed.
    AlreadySuperseded,
    /// It has expired: there is nothing left to do.
    Expired,
    /// It has not expired.
    NotExpired,
    /// It was never issued and never will be.
    NeverIssued,
    /// It is signed already.
    AlreadyIssued,
    /// It is active already.
    AlreadyActive,
    /// Nobody has used it yet: it can only be revoked.
    NotInUse,
    /// The reason is not one that this person may give.
    ReasonNotAllowed,
    /// A grant that was used.
    GrantUsed,
    /// A grant past its deadline.
    GrantLapsed,
}

impl LifecycleRefusal {
    /// Every one of them.
    pub const ALL: [Self; 14] = [
        Self::CertificateMissing,
        Self::AlreadyRevoked,
        Self::AlreadySuspended,
        Self::NotSuspended,
        Self::AlreadySuperseded,
        Self::Expired,
        Self::NotExpired,
        Self::NeverIssued,
        Self::AlreadyIssued,
        Self::AlreadyActive,
        Self::NotInUse,
        Self::ReasonNotAllowed,
        Self::GrantUsed,
        Self::GrantLapsed,
    ];

    /// Stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::CertificateMissing => "lifecycle-certificate-missing",
            Self::AlreadyRevoked => "lifecycle-already-revoked",
            Self::AlreadySuspended => "lifecycle-already-suspended",
            Self::NotSuspended => "lifecycle-not-suspended",
            Self::AlreadySuperseded => "lifecycle-already-superseded",
            Self::Expired => "lifecycle-expired",
            Self::NotExpired => "lifecycle-not-expired",
            Self::NeverIssued => "lifecycle-never-issued",
            Self::AlreadyIssued => "lifecycle-already-issued",
            Self::AlreadyActive => "lifecycle-already-active",
            Self::NotInUse => "lifecycle-not-in-use",
            Self::ReasonNotAllowed => "lifecycle-reason-not-allowed",
            Self::GrantUsed => "lifecycle-grant-used",
            Self::GrantLapsed => "lifecycle-grant-lapsed",
        }
    }
}
