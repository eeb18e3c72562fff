//! The note that a thread makes before it enters the module; the supervisor reads it to detect an overrun.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The call was abandoned while it ran; its result is dropped, and the thread must end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Abandoned;

/// A call in progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) what: &'static str,
    pub(super) since: Instant,
    pub(super) until: Instant,
}

#[derive(Debug, Default)]
struct Inner {
    call: Option<Call>,
    abandoned: bool,
}

/// One per thread; the thread enters and leaves, the supervisor reads.
#[derive(Debug, Default)]
pub(super) struct CallWatchdog {
    inner: Mutex<Inner>,
}

impl CallWatchdog {
    /// Runs `f` as a call with a `limit`. A result that arrives after the call was abandoned is dropped here, still on
    /// this thread, so that no handle of the module is used twice.
    pub(super) fn call<T>(
        &self,
        what: &'static str,
        limit: Duration,
        f: impl FnOnce() -> T,
    ) -> Result<T, Abandoned> {
        let since = Instant::now();
        {
            let mut inner = self.lock();
            if inner.abandoned {
                return Err(Abandoned);
            }
            inner.call = Some(Call {
                what,
                since,
                until: since + limit,
            });
        }
        let result = f();
        {
            let mut inner = self.lock();
            inner.call = None;
            if !inner.abandoned {
                return Ok(result);
            }
        }
        drop(result);
        Err(Abandoned)
    }

    /// Abandons the thread if its call is overdue at `now`, once; returns the call.
    pub(super) fn abandon_if_overdue(&self, now: Instant) -> Option<Call> {
        let mut inner = self.lock();
        let call = inner.call.filter(|call| call.until <= now)?;
        if inner.abandoned {
            return None;
        }
        inner.abandoned = true;
        Some(call)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use std::sync::{Arc, mpsc};
    use std::thread;

    use super::*;

    #[test]
    fn a_call_in_time_gives_its_result() {
        let watchdog = CallWatchdog::default();
        assert_eq!(watchdog.call("x", Duration::from_secs(1), || 7), Ok(7));
        assert_eq!(
            watchdog.abandon_if_overdue(Instant::now() + Duration::from_secs(60)),
            None
        );
    }

    #[test]
    fn an_overdue_call_is_abandoned_once_and_its_late_result_dropped() {
        let watchdog = Arc::new(CallWatchdog::default());
        let (entered, has_entered) = mpsc::channel();
        let (release, released) = mpsc::channel::<()>();
        let result = Arc::new(());
        let (inside, theirs) = (watchdog.clone(), result.clone());
        let thread = thread::spawn(move || {
            inside.call("sign", Duration::from_millis(50), || {
                entered.send(()).unwrap();
                released.recv().unwrap();
                theirs
            })
        });
        has_entered.recv().unwrap();
        assert_eq!(
            watchdog.abandon_if_overdue(Instant::now() - Duration::from_secs(1)),
            None
        );
        let late = Instant::now() + Duration::from_secs(1);
        assert_eq!(
            watchdog.abandon_if_overdue(late).map(|call| call.what),
            Some("sign")
        );
        assert_eq!(watchdog.abandon_if_overdue(late), None);
        release.send(()).unwrap();
        assert_eq!(thread.join().unwrap(), Err(Abandoned));
        assert_eq!(Arc::strong_count(&result), 1);
        assert_eq!(
            watchdog.call("next", Duration::from_secs(1), || 1),
            Err(Abandoned)
        );
    }
}
