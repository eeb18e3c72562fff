//! Refusals among the users of one contract.

/// The reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CompanyRefusal {
    /// No such user, or not one of this contract.
    UserMissing,
    /// Nobody unlocks themselves.
    OwnLock,
    /// Nothing is locked.
    NotLocked,
    /// Nobody gives themselves a role, and the master's cannot be changed.
    RoleStays,
    /// The contract has as many users as it may have.
    TooManyUsers,
    /// The user has chosen passwords of their own.
    AlreadyStarted,
    /// The passwords are temporary; the user must choose their own first.
    NotStarted,
    /// The user has no certificate that could be revoked.
    NoCertificate,
}

impl CompanyRefusal {
    /// Every one of them.
    pub const ALL: [Self; 8] = [
        Self::UserMissing,
        Self::OwnLock,
        Self::NotLocked,
        Self::RoleStays,
        Self::TooManyUsers,
        Self::AlreadyStarted,
        Self::NotStarted,
        Self::NoCertificate,
    ];

    /// Stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::UserMissing => "user-missing",
            Self::OwnLock => "own-lock",
            Self::NotLocked => "not-locked",
            Self::RoleStays => "role-stays",
            Self::TooManyUsers => "too-many-users",
            Self::AlreadyStarted => "already-started",
            Self::NotStarted => "not-started",
            Self::NoCertificate => "no-certificate",
        }
    }
}
