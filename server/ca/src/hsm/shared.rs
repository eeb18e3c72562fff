//! What callers, supervisor and threads share: queue, admission, keys, counters.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;
use inkan_pki::pkcs11::TokenSelector;
use inkan_pki::pkcs11::pin_attempts::{PinAttempts, PinHalt, PinProvided, PinSender};
use inkan_pki::secret::Pin;
use tokio::sync::watch;

use super::config::HsmConfig;
use super::driver::{Drivers, Launch};
use super::error::HsmError;
use super::fault::Fault;
use super::key::Key;
use super::pool_metrics::PoolMetrics;
use super::queue::Queue;
use super::state::{AdmissionGate, BreakerState, DriverState, HsmPhase, HsmState, LastError};
use super::worker_pool::Report;

/// The retry time for callers if the HSM will be back in a moment.
pub(super) const SHORTLY: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) config: Settings,
    pub(super) keys: Vec<Key>,
    /// The PIN, and the attempts with it.
    pub(super) pin: Mutex<PinAttempts>,
    pub(super) queue: Queue,
    pub(super) metrics: PoolMetrics,
    /// Jobs answered by the HSM, including refusals.
    pub(super) answered: AtomicU64,
    /// Idle sessions that work.
    pub(super) exercised: AtomicU64,
    /// The process with the module.
    pub(super) drivers: Drivers,
    pub(super) crashes: AtomicU64,
    /// Processes replaced because of their memory.
    pub(super) replaced: AtomicU64,
    pub(super) lost_total: AtomicU64,
    pub(super) stuck: AtomicUsize,
    pub(super) workers: AtomicUsize,
    pub(super) phase: watch::Sender<HsmPhase>,
    gate: Mutex<(AdmissionGate, BreakerView)>,
    pub(super) last: Mutex<Option<Fault>>,
}

/// The breaker as last seen by the supervisor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BreakerView {
    Closed,
    Open(Instant),
    HalfOpen,
}

/// The configuration without the PIN.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) token: TokenSelector,
    pub(super) workers: usize,
    pub(super) deadline: Duration,
    pub(super) open_deadline: Duration,
    pub(super) keepalive: Duration,
    pub(super) memory_limit: u64,
}

impl Shared {
    pub(super) fn new(config: HsmConfig, events: Sender<Report>) -> Self {
        let launch = Launch {
            unit: config.unit.as_str().into(),
            program: config.driver,
            module: config.module,
            environment: config.environment,
            network: config.network,
            programs: config.programs,
        };
        let sender = PinSender::Service(config.resend);
        let attempts = match config.pin {
            Some(pin) => PinAttempts::new(sender, config.shows_pin_flags, pin),
            None => PinAttempts::sealed(sender, config.shows_pin_flags),
        };
        let sealed = attempts.is_sealed();
        let limit = config.max_wrong_signatures;
        let metrics = PoolMetrics::new(&config.unit);
        Self {
            pin: Mutex::new(attempts),
            queue: Queue::new(config.queue, config.workers),
            config: Settings {
                token: config.token,
                workers: config.workers,
                deadline: config.deadline,
                open_deadline: config.open_deadline,
                keepalive: config.keepalive,
                memory_limit: config.memory_limit,
            },
            keys: config
                .keys
                .into_iter()
                .map(|key| Key::new(key, limit, metrics.clone()))
                .collect(),
            metrics,
            answered: AtomicU64::new(0),
            exercised: AtomicU64::new(0),
            drivers: Drivers::new(launch, events),
            crashes: AtomicU64::new(0),
            replaced: AtomicU64::new(0),
            lost_total: AtomicU64::new(0),
            stuck: AtomicUsize::new(0),
            workers: AtomicUsize::new(0),
            phase: watch::Sender::new(if sealed {
                HsmPhase::Sealed
            } else {
                HsmPhase::Recovering
            }),
            gate: Mutex::new((
                if sealed {
                    AdmissionGate::Sealed
                } else {
                    AdmissionGate::Open
                },
                BreakerView::Closed,
            )),
            last: Mutex::new(None),
        }
    }

    /// The error for a caller who is not admitted now; `None` if admitted.
    pub(super) fn refusal(&self, now: Instant) -> Option<HsmError> {
        match lock(&self.gate).0 {
            AdmissionGate::Open => None,
            AdmissionGate::OneAtATime if self.queue.is_empty() => None,
            AdmissionGate::OneAtATime => Some(HsmError::Unavailable {
                retry_after: SHORTLY,
            }),
            AdmissionGate::Refused { until } => Some(HsmError::Unavailable {
                retry_after: until.saturating_duration_since(now).max(SHORTLY),
            }),
            AdmissionGate::PinRefused => Some(HsmError::PinRefused),
            AdmissionGate::Sealed => Some(HsmError::Sealed),
            AdmissionGate::Stopped => Some(HsmError::Stopped),
        }
    }

    pub(super) fn set_gate(&self, gate: AdmissionGate, breaker: BreakerView, phase: HsmPhase) {
        *lock(&self.gate) = (gate, breaker);
        let changed = self
            .phase
            .send_if_modified(|known| std::mem::replace(known, phase) != phase);
        if changed {
            let unit = self.metrics.unit();
            match phase {
                HsmPhase::Up => tracing::info!(%unit, "hsm is up"),
                HsmPhase::Recovering | HsmPhase::Stopped => tracing::info!(%unit, ?phase, "hsm"),
                HsmPhase::Sealed => tracing::warn!(%unit, "hsm is sealed: officers must unseal it"),
                HsmPhase::Down => tracing::warn!(%unit, "hsm is unavailable"),
                HsmPhase::PinRefused => tracing::error!(%unit, ?phase, "hsm needs an operator"),
            }
        }
    }

    /// Refuses all jobs in the queue, while nobody is admitted.
    pub(super) fn refuse_queued(&self, now: Instant) {
        let Some(refusal) = self.refusal(now) else {
            return;
        };
        if matches!(lock(&self.gate).0, AdmissionGate::OneAtATime) {
            return;
        }
        self.queue.refuse_all(&refusal);
    }

    pub(super) fn provide_pin(&self, pin: Pin) -> PinProvided {
        lock(&self.pin).provide(pin)
    }

    pub(super) fn provide_pin_again(&self) -> Option<PinProvided> {
        lock(&self.pin).provide_again()
    }

    pub(super) fn seal(&self) {
        lock(&self.pin).seal();
    }

    pub(super) fn is_sealed(&self) -> bool {
        lock(&self.pin).is_sealed()
    }

    /// Calls that the HSM has answered, signatures and others: it grows while the HSM works.
    pub(super) fn progress(&self) -> u64 {
        let answered = self.answered.load(Ordering::Relaxed);
        answered.wrapping_add(self.exercised.load(Ordering::Relaxed))
    }

    /// Whether sending the PIN is halted, and when it may be sent again.
    pub(super) fn pin_is_usable(&self) -> (Option<PinHalt>, Option<Instant>) {
        let pin = lock(&self.pin);
        (pin.halt(), pin.not_before())
    }

    pub(super) fn state(&self, now: Instant) -> HsmState {
        let breaker = match lock(&self.gate).1 {
            BreakerView::Closed => BreakerState::Closed,
            BreakerView::HalfOpen => BreakerState::HalfOpen,
            BreakerView::Open(until) => BreakerState::Open {
                retry_after: until.saturating_duration_since(now),
            },
        };
        let phase = *self.phase.borrow();
        let (logins, halt) = {
            let pin = lock(&self.pin);
            (pin.sent(), pin.halt())
        };
        // That it is sealed is the phase, and no fault.
        let halt = halt.filter(|halt| *halt != PinHalt::Sealed);
        // A refusal that did not come from a login.
        let pin_halt = halt.or((phase == HsmPhase::PinRefused).then_some(PinHalt::Refused));
        HsmState {
            phase,
            breaker,
            workers: self.workers.load(Ordering::Relaxed),
            workers_configured: self.config.workers,
            queue_length: self.queue.len(),
            queue_capacity: self.queue.capacity(),
            quarantined: self.stuck.load(Ordering::Relaxed),
            quarantined_total: self.lost_total.load(Ordering::Relaxed),
            logins,
            pin_halt,
            driver: DriverState {
                starts: self.drivers.starts(),
                kills: self.drivers.kills(),
                crashes: self.crashes.load(Ordering::Relaxed),
                replaced: self.replaced.load(Ordering::Relaxed),
                memory: self.drivers.memory(),
                sandbox: self.drivers.sandbox(),
            },
            keys: self.keys.iter().map(Key::state).collect(),
            last_error: lock(&self.last).as_ref().map(|fault| LastError {
                operation: fault.operation,
                class: fault.class,
                detail: fault.detail.clone(),
                ago: now.saturating_duration_since(fault.at),
            }),
        }
    }
}

/// Locks; the data behind these locks is consistent at every moment, so a panic elsewhere does no harm.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
