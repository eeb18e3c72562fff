//! Refusals of officers' shares.

/// Why an officer's share, or a request for one, was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnsealRefusal {
    /// The HSM is not sealed, or its PIN is not shared.
    NotSealed,
    /// No share of the set is sealed to a token of this person.
    NoShare,
    /// The share is another officer's.
    OtherOfficer,
    /// This officer's share was accepted before.
    Twice,
    /// A share of another set.
    OtherSet,
    /// Not a share of the set.
    Incorrect,
    /// A change of shares was interrupted.
    Pending,
    /// The server cannot use the file of the set.
    SetUnusable,
    /// The shares do not open the file of the set.
    SetChanged,
    /// The PIN of these shares was refused before.
    PinWithheld,
    /// The audit log cannot be written.
    NotRecorded,
    /// Too many requests wait.
    Busy,
}

impl UnsealRefusal {
    /// Every one of them.
    pub const ALL: [Self; 12] = [
        Self::NotSealed,
        Self::NoShare,
        Self::OtherOfficer,
        Self::Twice,
        Self::OtherSet,
        Self::Incorrect,
        Self::Pending,
        Self::SetUnusable,
        Self::SetChanged,
        Self::PinWithheld,
        Self::NotRecorded,
        Self::Busy,
    ];

    /// Stable code; the same as at the socket.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotSealed => "not-sealed",
            Self::NoShare => "share-none",
            Self::OtherOfficer => "share-other-officer",
            Self::Twice => "share-twice",
            Self::OtherSet => "share-other-set",
            Self::Incorrect => "share-incorrect",
            Self::Pending => "share-pending",
            Self::SetUnusable => "share-set-unusable",
            Self::SetChanged => "share-set-changed",
            Self::PinWithheld => "pin-withheld",
            Self::NotRecorded => "not-recorded",
            Self::Busy => "busy",
        }
    }

    /// The refusal with this code; [`Self::Incorrect`] for what is wrong with a share as text.
    #[must_use]
    pub fn of_code(code: &str) -> Self {
        let known = Self::ALL.into_iter().find(|refusal| refusal.code() == code);
        known.unwrap_or(Self::Incorrect)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_the_sockets_and_each_is_its_own() {
        for refusal in UnsealRefusal::ALL {
            assert_eq!(UnsealRefusal::of_code(refusal.code()), refusal);
        }
        assert_eq!(
            UnsealRefusal::of_code("share-checksum"),
            UnsealRefusal::Incorrect
        );
    }
}
