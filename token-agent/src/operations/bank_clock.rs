//! Compares this computer's clock with the bank's. A wrong clock must not prevent an enrolment: a request is judged by
//! the bank's time, and the user is shown how far the computer's clock is off.
//!
//! TLS is judged by the own clock: the bank's time counts only after its certificate was found valid without it, and
//! never changes that check. What is judged by the bank's time cannot be replayed: a request is handed out once, and
//! the certificate in a response must carry the key that was generated for it.

use jiff::{SignedDuration, Timestamp};

use crate::clock::Clock;

/// Differences that are not reported: slow responses, and the time that a request waits for its pick-up.
const TOLERATED: SignedDuration = SignedDuration::from_mins(3);

/// The clock of one request.
#[derive(Debug, Clone, Copy)]
pub(super) struct BankClock {
    /// The bank's time, as far as it is known.
    pub(super) clock: Clock,
    /// By how many seconds this computer's clock is ahead (negative: behind), if that is worth reporting.
    pub(super) off: Option<i64>,
}

impl BankClock {
    /// `own` if it roughly agrees with the bank's time `bank`, otherwise a clock set to it.
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
    fn the_banks_time_replaces_a_wrong_clock() {
        let bank: Timestamp = "2026-11-30T09:00:00Z".parse().unwrap();
        for (minutes, reported) in [
            (-540, true),
            (-4, true),
            (-1, false),
            (1, false),
            (2880, true),
        ] {
            let off = SignedDuration::from_mins(minutes);
            let own = Clock::showing(bank + off, Timestamp::now());
            let judged = BankClock::new(own, bank);
            assert_eq!(judged.off.is_some(), reported, "{minutes}");
            let left = if reported { SignedDuration::ZERO } else { off };
            let since = judged.clock.ahead_of(bank) - left;
            assert!(!since.is_negative() && since.as_hours() == 0, "{since}");
            if let Some(seconds) = judged.off {
                assert_eq!(seconds.signum(), minutes.signum());
            }
        }
    }
}
