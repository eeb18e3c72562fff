//! Counts the calls that are inside the library, so that it is finalised only when there are none.
//!
//! PKCS#11 leaves the effect of `C_Finalize` on calls under way undefined, and handles start over after it, so closing an old
//! session could close a new one. So every call enters the gate with the generation of its session.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::error::{ErrorClass, ErrorKind, Pkcs11Error};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Not yet initialised, or the last attempt failed.
    Uninitialised,
    Ready,
    /// A thread is in `C_Initialize` or `C_Finalize`.
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

/// One call inside the library; it leaves when dropped.
#[derive(Debug)]
pub(super) struct CallGuard<'a> {
    gate: &'a Gate,
    pub(super) generation: u64,
}

impl Gate {
    pub(super) fn new() -> Self {
        Self {
            state: Mutex::new(State {
                phase: Phase::Uninitialised,
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

    /// Enters for one call. `generation` is the one in which the caller's session was opened.
    pub(super) fn enter(
        &self,
        operation: &'static str,
        generation: Option<u64>,
    ) -> Result<CallGuard<'_>, Pkcs11Error> {
        let mut state = self.lock();
        let refused = |class, kind| Err(Pkcs11Error::new(operation, class, kind));
        match state.phase {
            Phase::Uninitialised => {
                return refused(ErrorClass::LibraryLost, ErrorKind::NotInitialised);
            }
            Phase::Changing => return refused(ErrorClass::Busy, ErrorKind::Reinitialising),
            Phase::Ready => {}
        }
        if generation.is_some_and(|expected| expected != state.generation) {
            return refused(ErrorClass::SessionLost, ErrorKind::StaleSession);
        }
        state.under_way += 1;
        Ok(CallGuard {
            gate: self,
            generation: state.generation,
        })
    }

    /// Runs `work`, which initialises the library, unless that is done already.
    pub(super) fn initialise(
        &self,
        limit: Duration,
        work: impl FnOnce() -> Result<(), Pkcs11Error>,
    ) -> Result<(), Pkcs11Error> {
        let ready = |state: &State| state.phase == Phase::Ready;
        self.change("initialise", limit, ready, work)
    }

    /// Waits for the calls under way, then runs `renew`; every session opened before is stale afterwards.
    pub(super) fn reinitialise(
        &self,
        limit: Duration,
        renew: impl FnOnce() -> Result<(), Pkcs11Error>,
    ) -> Result<(), Pkcs11Error> {
        self.change("re-initialise", limit, |_| false, renew)
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
                    // A call that hangs never leaves, and finalising under it would be undefined.
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
            Phase::Uninitialised
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

impl Drop for CallGuard<'_> {
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
        gate.initialise(SOON, || Ok(())).unwrap();
        gate
    }

    #[test]
    fn a_session_from_before_is_stale_after() {
        let gate = ready();
        let before = gate.enter("sign", None).unwrap().generation;
        drop(gate.enter("sign", Some(before)).unwrap());
        gate.reinitialise(SOON, || Ok(())).unwrap();
        let error = gate.enter("sign", Some(before)).unwrap_err();
        assert_eq!(error.class, ErrorClass::SessionLost);
        assert!(matches!(*error.kind, ErrorKind::StaleSession));
    }

    #[test]
    fn is_not_reinitialised_under_a_call_that_hangs() {
        let gate = ready();
        let hanging = gate.enter("sign", None).unwrap();
        let error = gate.reinitialise(SOON, || Ok(())).unwrap_err();
        assert!(matches!(*error.kind, ErrorKind::CallsUnderWay(1)));
        // Other calls continue meanwhile, and the library can be re-initialised once the call has returned.
        drop(gate.enter("sign", Some(hanging.generation)).unwrap());
        drop(hanging);
        gate.reinitialise(SOON, || Ok(())).unwrap();
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
        assert!(gate.initialise(SOON, fail).is_err());
        assert_eq!(
            gate.enter("sign", None).unwrap_err().class,
            ErrorClass::LibraryLost
        );
        gate.initialise(SOON, || Ok(())).unwrap();
        assert!(gate.enter("sign", None).is_ok());
    }
}
