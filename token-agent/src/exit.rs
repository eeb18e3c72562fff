//! Exit codes. They are stable and documented in `docs/agent.md`.

/// The exit code of the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Success.
    Ok = 0,
    /// An internal error of the agent.
    Internal = 1,
    /// The command line, or a PIN source named in it, is invalid.
    Usage = 2,
    /// The link is not an `inkan:` link that the agent knows.
    Link = 3,
    /// The link's bank is not in the agent's list.
    BankUnknown = 4,
    /// A configuration file is missing, unreadable or invalid.
    Configuration = 5,
    /// The request is unknown, expired or already used.
    RequestGone = 6,
    /// No module, no token, not that token, or the token was removed.
    TokenMissing = 7,
    /// The PIN was incorrect. It was tried exactly once.
    PinWrong = 8,
    /// The token's PIN is locked.
    PinLocked = 9,
    /// The customer cancelled.
    Cancelled = 10,
    /// The token is full or write-protected.
    TokenFull = 11,
    /// The token does not support the operation, or it failed.
    TokenFailed = 12,
    /// The bank refused.
    BankRefused = 13,
    /// The bank could not be reached, or remained busy.
    BankUnreachable = 14,
    /// The server could not be authenticated as the bank.
    NotTrusted = 15,
    /// The bank's response is not the requested certificate.
    ResponseInvalid = 16,
    /// The PUK, the security officer PIN or the management key was refused or is missing.
    AdminRefused = 17,
    /// The self-test is done, and a check failed.
    ChecksFailed = 18,
}

impl Exit {
    /// The numeric code.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }
}
