//! Exit codes, stable and documented in `docs/agent.md`.

/// What the process answers to whoever started it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Ok = 0,
    /// A fault in the agent itself.
    Internal = 1,
    /// The command line, or a PIN source named in it, is wrong.
    Usage = 2,
    /// The link is no `inkan:` link the agent knows.
    Link = 3,
    /// The link's bank is not in the agent's own list.
    BankUnknown = 4,
    /// A configuration file is missing, unreadable or wrong.
    Configuration = 5,
    /// The request is unknown, expired or already used.
    RequestGone = 6,
    /// No module, no token, not that token, or it went away.
    TokenMissing = 7,
    /// The PIN was wrong; it was tried exactly once.
    PinWrong = 8,
    /// The token's PIN is locked.
    PinLocked = 9,
    /// The customer cancelled.
    Cancelled = 10,
    /// The token has no room or takes no writing.
    TokenFull = 11,
    /// The token cannot do what is needed, or failed at it.
    TokenFailed = 12,
    /// The bank refused.
    BankRefused = 13,
    /// The bank could not be reached, or stayed busy.
    BankUnreachable = 14,
    /// The server did not prove to be the bank.
    NotTrusted = 15,
    /// What the bank sent back is not the certificate asked for.
    AnswerWrong = 16,
    /// The PUK, the security officer's PIN or the management key was refused or is missing.
    AdminRefused = 17,
}

impl Exit {
    /// The number.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }
}
