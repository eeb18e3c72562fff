//! What the supervisor does at every tick besides: memory, the end of processes, the published state.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::Supervisor;
use crate::hsm::breaker::CircuitState;
use crate::hsm::recovery::{Phase, Step};
use crate::hsm::shared::BreakerView;
use crate::hsm::state::HsmPhase;

/// Between two measurements of memory.
const MEASURE: Duration = Duration::from_millis(500);

impl Supervisor {
    /// Once nobody has a session: lets the process end. Calls that hang are not waited for.
    pub(super) fn leave(&self) {
        if self.stop_by.is_some() && self.pool.with_session() == 0 {
            if self.pool.stuck() > 0 {
                self.shared.drivers.kill();
            } else {
                self.shared.drivers.retire();
            }
        }
    }

    /// Once sealed: the module's process ends, which has copies of the PIN.
    pub(super) fn forget_pin(&mut self) {
        let sealed = self.recovery.phase() == Phase::Sealed && self.pool.with_session() == 0;
        if sealed && !self.shared.drivers.is_gone() {
            self.end_driver();
        }
    }

    pub(super) fn measure(&mut self, now: Instant) {
        if self.recovery.phase() != Phase::Serving || now < self.measure_at {
            return;
        }
        self.measure_at = now + MEASURE;
        let limit = self.shared.config.memory_limit;
        if !self.shared.drivers.outgrows(limit) {
            return;
        }
        let step = self.recovery.replace();
        if step == Step::Leave {
            let memory = self.shared.drivers.memory();
            self.shared.replaced.fetch_add(1, Ordering::Relaxed);
            let unit = self.shared.metrics.unit();
            tracing::warn!(
                %unit,
                ?memory,
                limit,
                "the process of the hsm module uses too much memory; it is replaced"
            );
        }
        self.take(step);
    }

    /// Nobody has a session in it any more but calls that hang, which nothing else ends.
    pub(super) fn end_driver(&mut self) {
        if self.pool.stuck() > 0 {
            self.shared.drivers.kill();
            self.pool.forget_stuck();
        } else {
            self.shared.drivers.retire();
        }
    }

    pub(super) fn publish(&self, now: Instant) {
        let breaker = match self.recovery.circuit() {
            CircuitState::Closed => BreakerView::Closed,
            CircuitState::HalfOpen => BreakerView::HalfOpen,
            CircuitState::Open { until } => BreakerView::Open(until),
        };
        let workers = self.pool.joined();
        self.shared
            .stuck
            .store(self.pool.stuck(), Ordering::Relaxed);
        self.shared.workers.store(workers, Ordering::Relaxed);
        let phase = match (self.recovery.phase(), breaker) {
            (Phase::Serving, _) if workers > 0 => HsmPhase::Up,
            (Phase::PinRefused, _) => HsmPhase::PinRefused,
            (Phase::Sealed, _) => HsmPhase::Sealed,
            (Phase::Stopping, _) => HsmPhase::Stopped,
            (_, BreakerView::Open(_)) => HsmPhase::Down,
            (_, BreakerView::Closed | BreakerView::HalfOpen) => HsmPhase::Recovering,
        };
        self.shared.set_gate(self.recovery.gate(), breaker, phase);
        self.shared.refuse_queued(now);
        self.shared.metrics.state(&self.shared.state(now));
    }
}
