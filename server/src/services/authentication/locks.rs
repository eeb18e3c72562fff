//! The arithmetic of locking after failures (F4): no store, no clock.

use jiff::Timestamp;

use crate::services::Refusal;
use crate::services::settings::LockSettings;
use crate::store::shadow_locks::ShadowLock;
use crate::store::users::{PasswordState, Tries};

/// Failures of one password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::services) struct Lock {
    pub(in crate::services) failures: u32,
    pub(in crate::services) locked_until: Option<Timestamp>,
    pub(in crate::services) suspended: bool,
}

impl From<&PasswordState> for Lock {
    fn from(state: &PasswordState) -> Self {
        Self {
            failures: state.failures,
            locked_until: state.locked_until,
            suspended: state.suspended,
        }
    }
}

impl From<Tries> for Lock {
    fn from(tries: Tries) -> Self {
        Self {
            failures: tries.failures,
            locked_until: tries.locked_until,
            suspended: tries.suspended,
        }
    }
}

impl From<ShadowLock> for Lock {
    fn from(state: ShadowLock) -> Self {
        Self {
            failures: state.failures,
            locked_until: state.locked_until,
            suspended: state.suspended,
        }
    }
}

impl From<Lock> for ShadowLock {
    fn from(lock: Lock) -> Self {
        Self {
            failures: lock.failures,
            locked_until: lock.locked_until,
            suspended: lock.suspended,
            last_at: None,
        }
    }
}

impl Lock {
    /// What is left of it if the last attempt failed at `last`: failures are forgotten after a while, whether somebody
    /// logs in meanwhile or not. A lock or a suspension stays.
    pub(in crate::services) fn after_a_while(
        self,
        last: Option<Timestamp>,
        settings: &LockSettings,
        now: Timestamp,
    ) -> Self {
        let long_ago =
            last.is_some_and(|last| now.duration_since(last) >= settings.forgotten_after);
        if long_ago && !self.suspended {
            Self {
                failures: 0,
                ..self
            }
        } else {
            self
        }
    }

    /// Until when attempts are temporarily refused.
    pub(in crate::services) fn locked_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.locked_until.filter(|until| now < *until)
    }

    /// Why an attempt is refused without a comparison.
    pub(in crate::services) fn refusal(&self, now: Timestamp) -> Option<Refusal> {
        if self.suspended {
            return Some(Refusal::Suspended);
        }
        self.locked_at(now)
            .map(|until| Refusal::TemporarilyLocked { until })
    }

    /// After one more failure: suspended at the second threshold, locked at each multiple of the first.
    pub(in crate::services) fn failed(self, settings: &LockSettings, now: Timestamp) -> Self {
        let failures = self.failures.saturating_add(1);
        let locks =
            settings.temporary_after > 0 && failures.is_multiple_of(settings.temporary_after);
        Self {
            failures,
            locked_until: locks.then(|| {
                now.checked_add(settings.temporary_for)
                    .unwrap_or(Timestamp::MAX)
            }),
            suspended: self.suspended
                || (settings.suspended_after > 0 && failures >= settings.suspended_after),
        }
    }

    /// After one more failure where only time locks.
    pub(in crate::services) fn failed_for_a_while(
        self,
        settings: &LockSettings,
        now: Timestamp,
    ) -> Self {
        Self {
            suspended: false,
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
        assert_eq!(lock.refusal(Timestamp::MAX), Some(Refusal::Suspended));
    }

    #[test]
    fn failures_are_forgotten_after_a_while_and_a_suspension_is_not() {
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
        let suspended = Lock {
            failures: 10,
            suspended: true,
            ..Lock::default()
        };
        assert_eq!(after(suspended, 1000), 10);
    }

    #[test]
    fn where_only_time_locks_nothing_suspends() {
        let settings = LockSettings::default();
        let mut lock = Lock::default();
        for _ in 0..100 {
            lock = lock.failed_for_a_while(&settings, Timestamp::UNIX_EPOCH);
        }
        assert!(!lock.suspended);
        assert!(lock.locked_at(Timestamp::UNIX_EPOCH).is_some());
    }
}
