//! Recovery after a fault: all threads leave, one opens and logs in, all follow. Pure: it receives what happened and
//! when, and returns what to do next.
//!
//! All sessions are left together, because a library that was restarted reuses its handles: a session believed dead may
//! by now belong to another thread.

use std::time::Instant;

use inkan_pki::pkcs11::ErrorClass;

use super::breaker::{Breaker, CircuitState, Limits};
use super::state::AdmissionGate;

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
    /// Shut down.
    Stopping,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Nothing,
    /// Order all threads to leave their sessions.
    Leave,
    /// Let the login session try, in a fresh process if set.
    OpenLoginSession {
        fresh: bool,
    },
    /// Bring the workers up to the configured number.
    Resize,
}

#[derive(Debug)]
pub(super) struct Recovery {
    breaker: Breaker,
    phase: Phase,
    /// The next attempt needs a fresh process: some modules never detect a token again in the same one.
    fresh: bool,
    pin_refused: bool,
    sealed: bool,
    /// Recoveries since anything worked.
    fruitless: u32,
}

impl Recovery {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            breaker: Breaker::new(limits),
            phase: Phase::Waiting,
            fresh: false,
            pin_refused: false,
            sealed: false,
            fruitless: 0,
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
        let due = match self.breaker.circuit() {
            CircuitState::Open { until } => until <= now,
            CircuitState::Closed | CircuitState::HalfOpen => true,
        };
        if self.phase != Phase::Waiting || !due {
            return Step::Nothing;
        }
        self.phase = Phase::Opening;
        Step::OpenLoginSession {
            // A call that hangs ends only with its process.
            fresh: self.fresh || stuck > 0,
        }
    }

    /// A thread with a session met an error that new sessions may repair.
    pub(super) fn fault(&mut self, now: Instant, class: ErrorClass) -> Step {
        self.pin_refused |= class.is_pin() && !self.sealed;
        if class == ErrorClass::LibraryLost {
            self.fresh = true;
        }
        if self.phase != Phase::Serving {
            return Step::Nothing;
        }
        // New sessions that fail again before anything worked: wait, or this would spin.
        if self.fruitless > 0 {
            self.breaker.failed(now);
            self.fresh = true;
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

    /// The process uses too much memory: new sessions in a fresh one, between two signatures.
    pub(super) fn replace(&mut self) -> Step {
        if self.phase != Phase::Serving || self.breaker.circuit() != CircuitState::Closed {
            return Step::Nothing;
        }
        self.fresh = true;
        self.phase = Phase::Draining;
        Step::Leave
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
    pub(super) fn lost(&mut self, now: Instant, login_session: bool, stuck: usize) -> Step {
        let tripped = self.breaker.lost(now, stuck);
        match self.phase {
            Phase::Serving if tripped || login_session => {
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
    pub(super) fn opened(&mut self) -> Step {
        if self.phase != Phase::Opening {
            return Step::Leave;
        }
        self.breaker.probed();
        self.fresh = false;
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
        // A busy token shows nothing about the library.
        self.fresh |= class != ErrorClass::Busy;
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
    pub(super) fn answered(&mut self) -> Step {
        let trial = self.breaker.circuit() == CircuitState::HalfOpen;
        if self.phase == Phase::Serving {
            self.fruitless = 0;
            self.breaker.answered();
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
