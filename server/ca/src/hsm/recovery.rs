//! Recovery after a fault: all threads leave, one opens and logs in, all follow. Pure: it receives what happened and
//! when, and returns what to do next.
//!
//! All sessions are left together, because a library that was restarted reuses its handles: a session believed dead may
//! by now belong to another thread.

use std::time::Instant;

use inkan_pki::pkcs11::ErrorClass;

use super::breaker::{Breaker, CircuitState, Limits};
use super::state::AdmissionGate;

/// Calls during which the library is neither initialised nor uninitialised.
const IN_LIBRARY: [&str; 2] = ["load module", "re-initialise"];

/// What the pool is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// All threads were ordered to leave.
    Draining,
    /// All threads have left; the next attempt is later.
    Waiting,
    /// The login session opens a session, logs in and finds the keys.
    Opening,
    /// Signing.
    Serving,
    /// Nothing happens until a PIN is provided.
    PinRefused,
    /// There is no PIN: nothing happens until one is provided.
    Sealed,
    /// Nothing happens until hanging threads return or the process is restarted.
    RestartNeeded,
    /// Shut down.
    Stopping,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Nothing,
    /// Order all threads to leave their sessions.
    Leave,
    /// Let the login session try, after re-initialising the library if set.
    OpenLoginSession {
        reinitialise: bool,
    },
    /// Bring the workers up to the configured number.
    Resize,
}

/// How much the next attempt needs a fresh library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reinitialise {
    No,
    /// Some modules never detect a token again without it.
    Helpful,
    /// Nothing works without it.
    Needed,
}

#[derive(Debug)]
pub(super) struct Recovery {
    breaker: Breaker,
    phase: Phase,
    reinitialise: Reinitialise,
    pin_refused: bool,
    sealed: bool,
    /// Recoveries since anything worked.
    fruitless: u32,
    stuck_limit: usize,
}

impl Recovery {
    pub(super) fn new(limits: Limits, stuck_limit: usize) -> Self {
        Self {
            breaker: Breaker::new(limits),
            phase: Phase::Waiting,
            reinitialise: Reinitialise::No,
            pin_refused: false,
            sealed: false,
            fruitless: 0,
            stuck_limit,
        }
    }

    /// The same, without a PIN.
    pub(super) fn sealed(self) -> Self {
        Self {
            phase: Phase::Sealed,
            sealed: true,
            ..self
        }
    }

    pub(super) fn phase(&self) -> Phase {
        self.phase
    }

    /// When [`Recovery::advance`] has something to do next, if it only waits for time.
    pub(super) fn due(&self) -> Option<Instant> {
        match self.breaker.circuit() {
            CircuitState::Open { until } if self.phase == Phase::Waiting => Some(until),
            _ => None,
        }
    }

    pub(super) fn circuit(&self) -> CircuitState {
        self.breaker.circuit()
    }

    /// Advances as far as possible: `inside` threads have a session, `stuck` hang inside the module.
    pub(super) fn advance(&mut self, now: Instant, inside: usize, stuck: usize) -> Step {
        if self.phase == Phase::Draining && inside == 0 {
            self.phase = match (self.sealed, self.pin_refused) {
                (true, _) => Phase::Sealed,
                (false, true) => Phase::PinRefused,
                (false, false) => Phase::Waiting,
            };
        }
        // C_Finalize while a thread is inside the module is undefined: such a library is never touched again.
        let hopeless =
            stuck >= self.stuck_limit || (self.reinitialise == Reinitialise::Needed && stuck > 0);
        match self.phase {
            Phase::RestartNeeded if !hopeless && self.sealed => self.phase = Phase::Sealed,
            Phase::RestartNeeded if !hopeless => self.phase = Phase::Waiting,
            Phase::Waiting if hopeless => self.phase = Phase::RestartNeeded,
            _ => {}
        }
        let due = match self.breaker.circuit() {
            CircuitState::Open { until } => until <= now,
            CircuitState::Closed | CircuitState::HalfOpen => true,
        };
        if self.phase != Phase::Waiting || !due {
            return Step::Nothing;
        }
        self.phase = Phase::Opening;
        Step::OpenLoginSession {
            reinitialise: self.reinitialise > Reinitialise::No && stuck == 0,
        }
    }

    /// A thread with a session met an error that new sessions may repair.
    pub(super) fn fault(&mut self, now: Instant, class: ErrorClass) -> Step {
        self.pin_refused |= class.is_pin() && !self.sealed;
        if class == ErrorClass::LibraryLost {
            self.reinitialise = Reinitialise::Needed;
        }
        if self.phase != Phase::Serving {
            return Step::Nothing;
        }
        // New sessions that fail again before anything worked: wait, or this would spin.
        if self.fruitless > 0 {
            self.breaker.failed(now);
            self.reinitialise = self.reinitialise.max(Reinitialise::Helpful);
        }
        self.fruitless = self.fruitless.saturating_add(1);
        self.phase = Phase::Draining;
        Step::Leave
    }

    /// A worker got no session. If others have one, that is no fault: the token may have no more.
    pub(super) fn join_failed(&mut self, now: Instant, class: ErrorClass, joined: usize) -> Step {
        if class == ErrorClass::Busy && joined > 0 {
            return Step::Nothing;
        }
        self.fault(now, class)
    }

    /// A thread ended without an order.
    pub(super) fn deserted(&mut self, now: Instant) -> Step {
        if self.phase == Phase::Opening {
            self.breaker.failed(now);
            self.phase = Phase::Waiting;
            return Step::Nothing;
        }
        self.fault(now, ErrorClass::DeviceFault)
    }

    /// The system provided no thread for the login session.
    pub(super) fn no_login_session(&mut self, now: Instant) {
        if self.phase == Phase::Opening {
            self.breaker.failed(now);
            self.phase = Phase::Waiting;
        }
    }

    /// A call overran and its thread was abandoned; `stuck` now hang inside the module.
    pub(super) fn lost(
        &mut self,
        now: Instant,
        login_session: bool,
        call: &str,
        stuck: usize,
    ) -> Step {
        if IN_LIBRARY.contains(&call) {
            self.reinitialise = Reinitialise::Needed;
        }
        let tripped = self.breaker.lost(now, stuck);
        match self.phase {
            Phase::Serving if tripped || login_session || stuck >= self.stuck_limit => {
                self.phase = Phase::Draining;
                Step::Leave
            }
            Phase::Serving => Step::Resize,
            Phase::Opening if login_session => {
                if !tripped {
                    self.breaker.failed(now);
                }
                self.phase = Phase::Waiting;
                Step::Nothing
            }
            _ => Step::Nothing,
        }
    }

    /// The login session is logged in.
    pub(super) fn opened(&mut self, stuck: usize) -> Step {
        if self.phase != Phase::Opening {
            return Step::Leave;
        }
        self.breaker.probed(stuck);
        self.reinitialise = Reinitialise::No;
        self.phase = Phase::Serving;
        Step::Resize
    }

    /// The login session could not open or log in, and has left. `not_before`: when the PIN may be sent again.
    pub(super) fn open_failed(
        &mut self,
        now: Instant,
        class: ErrorClass,
        not_before: Option<Instant>,
    ) {
        let wanted = match class {
            ErrorClass::LibraryLost => Reinitialise::Needed,
            // This shows nothing about the library.
            ErrorClass::Busy => Reinitialise::No,
            _ => Reinitialise::Helpful,
        };
        self.reinitialise = self.reinitialise.max(wanted);
        if self.phase != Phase::Opening {
            return;
        }
        if self.pin_refused {
            self.phase = Phase::PinRefused;
        } else {
            self.breaker.failed_until(now, not_before.unwrap_or(now));
            self.phase = Phase::Waiting;
        }
    }

    /// The PIN must not be sent until a person has decided.
    pub(super) fn pin_halted(&mut self) {
        if self.sealed {
            return;
        }
        self.pin_refused = true;
        if self.phase == Phase::Opening {
            self.phase = Phase::PinRefused;
        }
    }

    /// A job was answered in time.
    pub(super) fn answered(&mut self, stuck: usize) -> Step {
        let trial = self.breaker.circuit() == CircuitState::HalfOpen;
        if self.phase == Phase::Serving {
            self.fruitless = 0;
            self.breaker.answered(stuck);
            if trial {
                return Step::Resize;
            }
        }
        Step::Nothing
    }

    /// An idle session was exercised and works.
    pub(super) fn alive(&mut self) {
        if self.phase == Phase::Serving {
            self.fruitless = 0;
            self.breaker.alive();
        }
    }

    /// A hanging thread returned; `stuck` are left.
    pub(super) fn returned(&mut self, stuck: usize) {
        self.breaker.returned(stuck);
    }

    /// A person has decided: there is a PIN to try.
    pub(super) fn pin_provided(&mut self, now: Instant) {
        self.pin_refused = false;
        self.sealed = false;
        self.breaker.hurry(now);
        if matches!(self.phase, Phase::PinRefused | Phase::Sealed) {
            self.phase = Phase::Waiting;
        }
    }

    /// There is no PIN any more: all sessions are left.
    pub(super) fn seal(&mut self) -> Step {
        self.sealed = true;
        self.pin_refused = false;
        match self.phase {
            Phase::Stopping | Phase::Sealed => Step::Nothing,
            // Hanging threads keep the process from recovering, sealed or not.
            Phase::RestartNeeded => Step::Leave,
            _ => {
                self.phase = Phase::Draining;
                Step::Leave
            }
        }
    }

    pub(super) fn stop(&mut self) -> Step {
        self.phase = Phase::Stopping;
        Step::Leave
    }

    /// How many workers should have a session.
    pub(super) fn resize(&self, workers: usize) -> usize {
        match (self.phase, self.breaker.circuit()) {
            (Phase::Serving, CircuitState::Closed) => workers,
            (Phase::Serving, CircuitState::HalfOpen) => 1,
            _ => 0,
        }
    }

    /// The answer for a caller at the admission gate.
    pub(super) fn gate(&self) -> AdmissionGate {
        match (self.phase, self.breaker.circuit()) {
            (Phase::Stopping, _) => AdmissionGate::Stopped,
            (_, _) if self.sealed => AdmissionGate::Sealed,
            (Phase::PinRefused, _) => AdmissionGate::PinRefused,
            (Phase::RestartNeeded, _) => AdmissionGate::RestartNeeded,
            (_, _) if self.pin_refused => AdmissionGate::PinRefused,
            (_, CircuitState::Open { until }) => AdmissionGate::Refused { until },
            (_, CircuitState::HalfOpen) => AdmissionGate::OneAtATime,
            // A first recovery is short: callers wait in the queue, within their deadline.
            (_, CircuitState::Closed) => AdmissionGate::Open,
        }
    }
}

#[cfg(test)]
#[path = "recovery_tests.rs"]
mod tests;
