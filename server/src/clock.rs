//! The source of time: the system's clock, or one that was started at another time (development only).

use std::time::Instant;

use jiff::{SignedDuration, Timestamp};

/// A clock; cheap to copy.
#[derive(Debug, Clone, Copy)]
pub struct Clock(Kind);

#[derive(Debug, Clone, Copy)]
enum Kind {
    System,
    Shifted { start: Timestamp, since: Instant },
}

impl Clock {
    /// The system's time.
    #[must_use]
    pub const fn system() -> Self {
        Self(Kind::System)
    }

    /// Starts at `start` now and runs at the usual speed, whatever the system's clock does.
    #[must_use]
    pub fn starting_at(start: Timestamp) -> Self {
        Self(Kind::Shifted {
            start,
            since: Instant::now(),
        })
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self.0 {
            Kind::System => Timestamp::now(),
            Kind::Shifted { start, since } => {
                let elapsed =
                    SignedDuration::try_from(since.elapsed()).unwrap_or(SignedDuration::MAX);
                start.saturating_add(elapsed).unwrap_or(Timestamp::MAX)
            }
        }
    }

    /// The current time in whole seconds, as the database stores it, so that a response about something just created
    /// equals later ones.
    #[must_use]
    pub fn second(&self) -> Timestamp {
        let now = self.now();
        Timestamp::from_second(now.as_second()).unwrap_or(now)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_shifted_clock_starts_there_and_runs() {
        let start: Timestamp = "2027-01-01T00:00:00Z".parse().unwrap();
        let clock = Clock::starting_at(start);
        let first = clock.now();
        assert!(first >= start && first < start + SignedDuration::from_secs(60));
        assert!(clock.now() >= first);
        assert_eq!(clock.second().subsec_nanosecond(), 0);
    }
}
