//! The agent's clock: an offset from the system's, so that a test can run at another time.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rustls::time_provider::TimeProvider;
use rustls_pki_types::UnixTime;

/// Tells the time to the agent and to TLS.
#[derive(Debug, Clone, Copy, Default)]
pub struct Clock {
    offset: SignedDuration,
}

impl Clock {
    /// A clock that showed `shown` when the system's showed `system`.
    #[must_use]
    pub fn showing(shown: Timestamp, system: Timestamp) -> Self {
        Self {
            offset: shown.duration_since(system),
        }
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let system = Timestamp::now();
        system.checked_add(self.offset).unwrap_or(system)
    }

    /// The time now as certificate checks want it; before 1970 counts as 1970.
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
