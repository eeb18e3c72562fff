//! The arithmetic of locking after failures (F4): no store, no clock.

use jiff::Timestamp;

use super::Refusal;
use super::settings::LockSettings;
use crate::store::shadow_locks::ShadowLock;
use crate::store::users::{PasswordState, Tries};

/// Failures of one password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Lock {
    pub(super) failures: u32,
    pub(super) locked_until: Option<Timestamp>,
    pub(super) stopped: bool,
}

impl From<&PasswordState> for Lock {
    fn from(state: &PasswordState) -> Self {
        Self {
            failures: state.failures,
            locked_until: state.locked_until,
            stopped: state.stopped,
        }
    }
}

impl From<Tries> for Lock {
    fn from(tries: Tries) -> Self {
        Self {
            failures: tries.failures,
            locked_until: tries.locked_until,
            stopped: tries.stopped,
        }
    }
}

impl From<ShadowLock> for Lock {
    fn from(state: ShadowLock) -> Self {
        Self {
            failures: state.failures,
            locked_until: state.locked_until,
            stopped: state.stopped,
        }
    }
}

impl From<Lock> for ShadowLock {
    fn from(lock: Lock) -> Self {
        Self {
            failures: lock.failures,
            locked_until: lock.locked_until,
            stopped: lock.stopped,
            last_at: None,
        }
    }
}

impl Lock {
    /// What is left of it where the last try failed at `last`: failures are forgotten after a while, whether there is
    /// somebody who logs in meanwhile or not. A lock or a stop stays.
    pub(super) fn after_a_while(
        self,
        last: Option<Timestamp>,
        settings: &LockSettings,
        now: Timestamp,
    ) -> Self {
        let long_ago =
            last.is_some_and(|last| now.duration_since(last) >= settings.forgotten_after);
        if long_ago && !self.stopped {
            Self {
                failures: 0,
                ..self
            }
        } else {
            self
        }
    }

    /// Until when tries are refused for the time being.
    pub(super) fn locked_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.locked_until.filter(|until| now < *until)
    }

    /// Why a try is refused unlooked at.
    pub(super) fn refusal(&self, now: Timestamp) -> Option<Refusal> {
        if self.stopped {
            return Some(Refusal::Stopped);
        }
        self.locked_at(now)
            .map(|until| Refusal::TemporarilyLocked { until })
    }

    /// After one more failure: stopped at the second threshold, locked at each multiple of the first.
    pub(super) fn failed(self, settings: &LockSettings, now: Timestamp) -> Self {
        let failures = self.failures.saturating_add(1);
        let locks =
            settings.temporary_after > 0 && failures.is_multiple_of(settings.temporary_after);
        Self {
            failures,
            locked_until: locks.then(|| {
                now.checked_add(settings.temporary_for)
                    .unwrap_or(Timestamp::MAX)
            }),
            stopped: self.stopped
                || (settings.stopped_after > 0 && failures >= settings.stopped_after),
        }
    }

    /// After one more failure where only time locks.
    pub(super) fn failed_for_a_while(self, settings: &LockSettings, now: Timestamp) -> Self {
        Self {
            stopped: false,
            ..self.failed(settings, now)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_failures_lock_for_a_while_and_ten_for_good() {
        let settings = LockSettings::default();
        let now = Timestamp::UNIX_EPOCH;
        let mut lock = Lock::default();
        for _ in 0..4 {
            lock = lock.failed(&settings, now);
            assert_eq!(lock.refusal(now), None);
        }
        lock = lock.failed(&settings, now);
        let until = now + settings.temporary_for;
        assert_eq!(
            lock.refusal(now),
            Some(Refusal::TemporarilyLocked { until })
        );
        assert_eq!(lock.refusal(until), None, "the lock is over at its end");
        for _ in 5..10 {
            lock = lock.failed(&settings, until);
        }
        assert_eq!(lock.refusal(Timestamp::MAX), Some(Refusal::Stopped));
    }

    #[test]
    fn failures_are_forgotten_after_a_while_and_a_stop_is_not() {
        let settings = LockSettings::default();
        let now = Timestamp::UNIX_EPOCH;
        let four = Lock {
            failures: 4,
            ..Lock::default()
        };
        let after = |lock: Lock, hours: i64| {
            let then = now + jiff::SignedDuration::from_hours(hours);
            lock.after_a_while(Some(now), &settings, then).failures
        };
        assert_eq!((after(four, 23), after(four, 24)), (4, 0));
        let stopped = Lock {
            failures: 10,
            stopped: true,
            ..Lock::default()
        };
        assert_eq!(after(stopped, 1000), 10);
    }

    #[test]
    fn where_only_time_locks_nothing_stops() {
        let settings = LockSettings::default();
        let mut lock = Lock::default();
        for _ in 0..100 {
            lock = lock.failed_for_a_while(&settings, Timestamp::UNIX_EPOCH);
        }
        assert!(!lock.stopped);
        assert!(lock.locked_at(Timestamp::UNIX_EPOCH).is_some());
    }
}
