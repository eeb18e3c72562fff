//! What a token reports about the tries left for a PIN.

use serde::{Deserialize, Serialize};

/// The tries left for a PIN, from the flags of `CK_TOKEN_INFO`.
///
/// There is no "all tries left": most tokens leave the flags out, and none reports whether it uses them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PinState {
    /// No flag is set.
    Unknown,
    /// At least one wrong PIN since the last right one.
    CountLow,
    /// One more wrong PIN locks it.
    FinalTry,
    /// Locked.
    Locked,
    /// No user PIN is set yet.
    NotSet,
}

impl PinState {
    pub(super) fn from_flags(set: bool, locked: bool, final_try: bool, count_low: bool) -> Self {
        match (set, locked, final_try, count_low) {
            (_, true, _, _) => Self::Locked,
            (false, _, _, _) => Self::NotSet,
            (_, _, true, _) => Self::FinalTry,
            (_, _, _, true) => Self::CountLow,
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_flags_are_unknown_and_the_worst_flag_wins() {
        let state = PinState::from_flags;
        assert_eq!(state(true, false, false, false), PinState::Unknown);
        assert_eq!(state(true, false, false, true), PinState::CountLow);
        assert_eq!(state(true, false, true, true), PinState::FinalTry);
        assert_eq!(state(true, true, true, true), PinState::Locked);
        assert_eq!(state(false, false, false, false), PinState::NotSet);
    }
}
