//! This computer's clock against the bank's. A wrong one must not keep anybody from a certificate: everything about a request
//! is judged by the bank's time, and the person is told by how much their own is off.
//!
//! TLS is not: the bank's word counts only after its certificate was found valid by this computer's clock, and what it says of
//! the time never makes that check another one. What is judged by the bank's time cannot be replayed: a request is handed out
//! once, and the certificate in an answer must carry the key that was made for it.

use jiff::{SignedDuration, Timestamp};

use crate::clock::Clock;

/// What is not worth a word: slow answers, and minutes that the page's request waited to be picked up.
const TOLERATED: SignedDuration = SignedDuration::from_mins(3);

/// The clock of one request.
#[derive(Debug, Clone, Copy)]
pub(super) struct BankClock {
    /// What the bank's clock shows, as far as it is known.
    pub(super) clock: Clock,
    /// By how many seconds this computer's is ahead (negative: behind), where that is worth a word.
    pub(super) off: Option<i64>,
}

impl BankClock {
    /// `own` where it shows about the same as the bank's, which shows `bank` now.
    pub(super) fn new(own: Clock, bank: Timestamp) -> Self {
        let ahead = own.ahead_of(bank);
        if ahead.abs() <= TOLERATED {
            return Self {
                clock: own,
                off: None,
            };
        }
        Self {
            clock: own.set_to(bank),
            off: Some(ahead.as_secs()),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_off_gives_way_to_the_banks() {
        let bank: Timestamp = "2026-11-30T09:00:00Z".parse().unwrap();
        for (minutes, told) in [
            (-540, true),
            (-4, true),
            (-1, false),
            (1, false),
            (2880, true),
        ] {
            let off = SignedDuration::from_mins(minutes);
            let own = Clock::showing(bank + off, Timestamp::now());
            let judged = BankClock::new(own, bank);
            assert_eq!(judged.off.is_some(), told, "{minutes}");
            let left = if told { SignedDuration::ZERO } else { off };
            let since = judged.clock.ahead_of(bank) - left;
            assert!(!since.is_negative() && since.as_hours() == 0, "{since}");
            if let Some(seconds) = judged.off {
                assert_eq!(seconds.signum(), minutes.signum());
            }
        }
    }
}
