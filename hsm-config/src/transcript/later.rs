//! What is done to a token after the ceremony, and how its steps are named.

/// What is done to a token after the ceremony. None is a step of the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Later {
    /// Another user PIN.
    PinChange,
    /// The PIN is shared among officers, or shared anew.
    PinShares,
    /// An archive was made of the token.
    Backup,
    /// The token was restored from an archive.
    Restore,
    /// Another token, which holds the same keys, took its place.
    Adoption,
}

impl Later {
    pub(super) const ALL: [Self; 5] = [
        Self::PinChange,
        Self::PinShares,
        Self::Backup,
        Self::Restore,
        Self::Adoption,
    ];

    /// How its steps begin.
    pub(super) const fn prefix(self) -> &'static str {
        match self {
            Self::PinChange => "pin-change:",
            Self::PinShares => "pin-shares:",
            Self::Backup => "token-backup:",
            Self::Restore => "token-restore:",
            Self::Adoption => "token-adoption:",
        }
    }
}

/// How the steps of a token begin; their number follows.
pub(super) fn later_step(what: Later, token: &str) -> String {
    format!("{}{token}:", what.prefix())
}
