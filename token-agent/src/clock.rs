//! The agent's clock: an offset from the system clock, so that a test can run at another time.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rustls::time_provider::TimeProvider;
use rustls_pki_types::UnixTime;

/// Provides the time to the agent and to TLS.
#[derive(Debug, Clone, Copy, Default)]
pub struct Clock {
    offset: SignedDuration,
}

impl Clock {
    /// A clock that showed `shown` when the system clock showed `system`.
    #[must_use]
    pub fn showing(shown: Timestamp, system: Timestamp) -> Self {
        Self {
            offset: shown.duration_since(system),
        }
    }

    /// This clock, set to `shown`.
    #[must_use]
    pub fn set_to(&self, shown: Timestamp) -> Self {
        Self {
            offset: self.offset - self.ahead_of(shown),
        }
    }

    /// How far this clock is ahead of `shown`; negative if it is behind.
    #[must_use]
    pub fn ahead_of(&self, shown: Timestamp) -> SignedDuration {
        self.now().duration_since(shown)
    }

    /// The current time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let system = Timestamp::now();
        system.checked_add(self.offset).unwrap_or(system)
    }

    /// The current time for certificate checks; times before 1970 count as 1970.
    #[must_use]
    pub fn unix(&self) -> UnixTime {
        let seconds = u64::try_from(self.now().as_second()).unwrap_or(0);
        UnixTime::since_unix_epoch(Duration::from_secs(seconds))
    }
}

impl TimeProvider for Clock {
    fn current_time(&self) -> Option<UnixTime> {
        Some(self.unix())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_set_shows_what_the_other_one_shows() {
        let bank: Timestamp = "2026-11-30T09:00:00Z".parse().unwrap();
        for minutes in [-540, -10, 0, 16, 2880] {
            let off = SignedDuration::from_mins(minutes);
            let clock = Clock::showing(bank + off, Timestamp::now());
            let since = clock.ahead_of(bank) - off;
            assert!(!since.is_negative() && since.as_hours() == 0, "{since}");
            let since = clock.set_to(bank).ahead_of(bank);
            assert!(!since.is_negative() && since.as_hours() == 0, "{since}");
        }
    }
}
