//! Who is inside the library, and whether it may be finalised.
//!
//! PKCS#11 leaves it undefined what happens to calls that are under way during `C_Finalize`, and handles start over
//! after it, so that closing an old session could close somebody's new one. So every call passes here with the generation
//! its session belongs to.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::error::{ErrorClass, ErrorKind, Pkcs11Error};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Not initialised: never yet, or the last attempt failed.
    Cold,
    Ready,
    /// Somebody is inside `C_Initialize` or `C_Finalize`.
    Changing,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    generation: u64,
    under_way: usize,
}

#[derive(Debug)]
pub(super) struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

/// One call inside the library; leaves when dropped.
#[derive(Debug)]
pub(super) struct Call<'a> {
    gate: &'a Gate,
    pub(super) generation: u64,
}

impl Gate {
    pub(super) fn new() -> Self {
        Self {
            state: Mutex::new(State {
                phase: Phase::Cold,
                generation: 0,
                under_way: 0,
            }),
            changed: Condvar::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is three plain numbers, right at every moment: a panic elsewhere does not spoil it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn generation(&self) -> u64 {
        self.lock().generation
    }

    /// Enters for one call. `session_of` is the generation the caller's session was opened in.
    pub(super) fn enter(
        &self,
        operation: &'static str,
        session_of: Option<u64>,
    ) -> Result<Call<'_>, Pkcs11Error> {
        let mut state = self.lock();
        let refused = |class, kind| Err(Pkcs11Error::new(operation, class, kind));
        match state.phase {
            Phase::Cold => return refused(ErrorClass::LibraryLost, ErrorKind::NotInitialised),
            Phase::Changing => return refused(ErrorClass::Busy, ErrorKind::Reinitialising),
            Phase::Ready => {}
        }
        if session_of.is_some_and(|generation| generation != state.generation) {
            return refused(ErrorClass::SessionLost, ErrorKind::StaleSession);
        }
        state.under_way += 1;
        Ok(Call {
            gate: self,
            generation: state.generation,
        })
    }

    /// Runs `initialise` unless the library is ready already.
    pub(super) fn make_ready(
        &self,
        limit: Duration,
        initialise: impl FnOnce() -> Result<(), Pkcs11Error>,
    ) -> Result<(), Pkcs11Error> {
        self.change(
            "initialise",
            limit,
            |state| state.phase == Phase::Ready,
            initialise,
        )
    }

    /// Waits until nobody is inside, then runs `renew`; every session opened before is stale from then on.
    /// Does nothing when `seen` is given and the library has been renewed since.
    pub(super) fn renew(
        &self,
        limit: Duration,
        seen: Option<u64>,
        renew: impl FnOnce() -> Result<(), Pkcs11Error>,
    ) -> Result<(), Pkcs11Error> {
        let done = |state: &State| {
            state.phase == Phase::Ready && seen.is_some_and(|seen| seen != state.generation)
        };
        self.change("re-initialise", limit, done, renew)
    }

    fn change(
        &self,
        operation: &'static str,
        limit: Duration,
        done: impl Fn(&State) -> bool,
        work: impl FnOnce() -> Result<(), Pkcs11Error>,
    ) -> Result<(), Pkcs11Error> {
        let until = Instant::now() + limit;
        let busy = |kind| Pkcs11Error::new(operation, ErrorClass::Busy, kind);
        let mut state = self.lock();
        while state.phase == Phase::Changing {
            state = self
                .wait(state, until)
                .ok_or_else(|| busy(ErrorKind::Reinitialising))?;
        }
        if done(&state) {
            return Ok(());
        }
        let before = state.phase;
        state.phase = Phase::Changing;
        while state.under_way > 0 {
            let under_way = state.under_way;
            match self.wait(state, until) {
                Some(again) => state = again,
                None => {
                    // A call that hangs stays inside for good: finalising under it would be undefined.
                    self.lock().phase = before;
                    self.changed.notify_all();
                    return Err(busy(ErrorKind::CallsUnderWay(under_way)));
                }
            }
        }
        state.generation += 1;
        drop(state);
        let result = work();
        self.lock().phase = if result.is_ok() {
            Phase::Ready
        } else {
            Phase::Cold
        };
        self.changed.notify_all();
        result
    }

    /// Waits for a change; nothing when the time is up. The lock is given back either way.
    fn wait<'a>(
        &self,
        state: MutexGuard<'a, State>,
        until: Instant,
    ) -> Option<MutexGuard<'a, State>> {
        let left = until.checked_duration_since(Instant::now())?;
        let (state, _) = self
            .changed
            .wait_timeout(state, left)
            .unwrap_or_else(PoisonError::into_inner);
        Some(state)
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        let mut state = self.gate.lock();
        state.under_way -= 1;
        if state.under_way == 0 {
            self.gate.changed.notify_all();
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(30);

    fn ready() -> Gate {
        let gate = Gate::new();
        gate.make_ready(SOON, || Ok(())).unwrap();
        gate
    }

    #[test]
    fn a_session_from_before_is_stale_after() {
        let gate = ready();
        let before = gate.generation();
        drop(gate.enter("sign", Some(before)).unwrap());
        gate.renew(SOON, None, || Ok(())).unwrap();
        let error = gate.enter("sign", Some(before)).unwrap_err();
        assert_eq!(error.class, ErrorClass::SessionLost);
        assert!(matches!(*error.kind, ErrorKind::StaleSession));
    }

    #[test]
    fn is_not_renewed_under_a_call_that_hangs() {
        let gate = ready();
        let hanging = gate.enter("sign", None).unwrap();
        let error = gate.renew(SOON, None, || Ok(())).unwrap_err();
        assert!(matches!(*error.kind, ErrorKind::CallsUnderWay(1)));
        // The others may go on meanwhile, and it can be renewed when the call has come back.
        drop(gate.enter("sign", Some(hanging.generation)).unwrap());
        drop(hanging);
        gate.renew(SOON, None, || Ok(())).unwrap();
    }

    #[test]
    fn renews_once_for_many_who_saw_the_same_loss() {
        let gate = ready();
        let seen = gate.generation();
        let mut times = 0;
        for _ in 0..3 {
            gate.renew(SOON, Some(seen), || {
                times += 1;
                Ok(())
            })
            .unwrap();
        }
        assert_eq!(times, 1);
    }

    #[test]
    fn a_failed_initialisation_can_be_tried_again() {
        let gate = Gate::new();
        let fail = || {
            Err(Pkcs11Error::new(
                "initialise",
                ErrorClass::DeviceFault,
                ErrorKind::NotInitialised,
            ))
        };
        assert!(gate.make_ready(SOON, fail).is_err());
        assert_eq!(
            gate.enter("sign", None).unwrap_err().class,
            ErrorClass::LibraryLost
        );
        gate.make_ready(SOON, || Ok(())).unwrap();
        assert!(gate.enter("sign", None).is_ok());
    }
}
