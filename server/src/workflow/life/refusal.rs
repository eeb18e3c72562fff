//! What is refused in a certificate's life.

/// Why a change was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LifeRefusal {
    /// No such certificate, or not one that this person may know of.
    CertificateMissing,
    /// Revoked before.
    AlreadyRevoked,
    /// Suspended before.
    AlreadySuspended,
    /// It is not suspended.
    NotSuspended,
    /// Its successor is in use, or it lapsed.
    AlreadySuperseded,
    /// Its validity is over: there is nothing left to end.
    Expired,
    /// Its validity is not over.
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
    /// A grant whose time is over.
    GrantLapsed,
}

impl LifeRefusal {
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
            Self::CertificateMissing => "life-certificate-missing",
            Self::AlreadyRevoked => "life-already-revoked",
            Self::AlreadySuspended => "life-already-suspended",
            Self::NotSuspended => "life-not-suspended",
            Self::AlreadySuperseded => "life-already-superseded",
            Self::Expired => "life-expired",
            Self::NotExpired => "life-not-expired",
            Self::NeverIssued => "life-never-issued",
            Self::AlreadyIssued => "life-already-issued",
            Self::AlreadyActive => "life-already-active",
            Self::NotInUse => "life-not-in-use",
            Self::ReasonNotAllowed => "life-reason-not-allowed",
            Self::GrantUsed => "life-grant-used",
            Self::GrantLapsed => "life-grant-lapsed",
        }
    }
}
