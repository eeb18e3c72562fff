//! Why a PIN is not sent.

use std::fmt;

/// Why a PIN is not sent until a person has decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PinHalt {
    /// The token refused it as incorrect, locked or unusable.
    Refused,
    /// It has never worked here, was sent once, and the answer was unclear.
    NeverWorked,
    /// It was sent, the answer was unclear, and the token's flags show a wrong try.
    Counted,
    /// It has worked before, and every attempt allowed since got an unclear answer.
    Repeated,
    /// The token shows that this is the last try.
    FinalTry,
    /// The token shows that the PIN is locked.
    Locked,
    /// The token shows that no PIN is set.
    NotSet,
    /// There is no PIN: it is shared among officers, and they have not unsealed it.
    Sealed,
}

impl PinHalt {
    /// Every reason.
    pub const ALL: [Self; 8] = [
        Self::Refused,
        Self::NeverWorked,
        Self::Counted,
        Self::Repeated,
        Self::FinalTry,
        Self::Locked,
        Self::NotSet,
        Self::Sealed,
    ];

    /// Stable name for logs, metrics and machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::NeverWorked => "never-worked",
            Self::Counted => "attempt-counted",
            Self::Repeated => "unclear-answers",
            Self::FinalTry => "final-try",
            Self::Locked => "locked",
            Self::NotSet => "not-set",
            Self::Sealed => "sealed",
        }
    }
}

impl fmt::Display for PinHalt {
    /// For logs and operators.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Refused => "the token refused this PIN, so it is not sent again",
            Self::NeverWorked => {
                "this PIN has never worked here; it was sent once and the answer was unclear, so it is not sent again"
            }
            Self::Counted => {
                "the answer to the PIN was unclear and the token's flags show a wrong try, so it is not sent again"
            }
            Self::Repeated => {
                "the answers to every attempt allowed were unclear, so the PIN is not sent again"
            }
            Self::FinalTry => {
                "the token shows that one more wrong PIN locks it, so no PIN is sent"
            }
            Self::Locked => "the token shows that the PIN is locked, so no PIN is sent",
            Self::NotSet => "the token shows that no PIN is set, so no PIN is sent",
            Self::Sealed => "the PIN is sealed, so no PIN is sent",
        })
    }
}
