//! What callers, supervisor and threads share: queue, admission, keys, counters.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};
use inkan_pki::pkcs11::pin_attempts::{PinAttempts, PinHalt, PinProvided, PinSender};
use inkan_pki::pkcs11::{ErrorClass, Pkcs11Error, TokenSelector};
use inkan_pki::secret::Pin;
use tokio::sync::watch;

use super::config::HsmConfig;
use super::driver::{Drivers, Ended, Launch};
use super::error::HsmError;
use super::job::Job;
use super::key::Key;
use super::pool_metrics;
use super::state::{AdmissionGate, BreakerState, DriverState, HsmPhase, HsmState, LastError};
use super::worker_pool::Report;

/// The retry time for callers if the HSM will be back in a moment.
pub(super) const SHORTLY: Duration = Duration::from_secs(1);

/// The last fault, with its time.
#[derive(Debug, Clone)]
struct Fault {
    operation: &'static str,
    class: Option<ErrorClass>,
    detail: String,
    at: Instant,
}

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) config: Settings,
    pub(super) keys: Vec<Key>,
    /// The PIN, and the attempts with it.
    pub(super) pin: Mutex<PinAttempts>,
    pub(super) queue: (Sender<Job>, Receiver<Job>),
    /// Jobs that failed once on a session that is being abandoned. Withheld from the other workers, which have the same
    /// fault but have not met it yet.
    aside: Mutex<Vec<Job>>,
    /// The same jobs once there are new sessions; taken before the queue.
    pub(super) second_try: (Sender<Job>, Receiver<Job>),
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
    last: Mutex<Option<Fault>>,
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
        Self {
            pin: Mutex::new(attempts),
            queue: bounded(config.queue),
            aside: Mutex::default(),
            second_try: bounded(config.workers),
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
                .map(|key| Key::new(key, limit))
                .collect(),
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
            AdmissionGate::OneAtATime if self.queue.1.is_empty() => None,
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
            match phase {
                HsmPhase::Up => tracing::info!("hsm is up"),
                HsmPhase::Recovering | HsmPhase::Stopped => tracing::info!(?phase, "hsm"),
                HsmPhase::Sealed => tracing::warn!("hsm is sealed: officers must unseal it"),
                HsmPhase::Down => tracing::warn!("hsm is unavailable"),
                HsmPhase::PinRefused => tracing::error!(?phase, "hsm needs an operator"),
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
        for job in self.take_aside() {
            job.answer(Err(refusal.clone()));
        }
        for queue in [&self.second_try.1, &self.queue.1] {
            while let Ok(job) = queue.try_recv() {
                job.answer(Err(refusal.clone()));
            }
        }
    }

    /// Keeps a job for the next sessions, once.
    pub(super) fn set_aside(&self, mut job: Job) {
        if job.tried {
            return job.answer(Err(HsmError::Unavailable {
                retry_after: SHORTLY,
            }));
        }
        job.tried = true;
        // At most one for each worker: a worker that set one aside has left its session.
        lock(&self.aside).push(job);
    }

    /// There are new sessions.
    pub(super) fn resume_aside(&self) {
        for job in self.take_aside() {
            if let Err(full) = self.second_try.0.try_send(job) {
                full.into_inner().answer(Err(HsmError::Unavailable {
                    retry_after: SHORTLY,
                }));
            }
        }
    }

    fn take_aside(&self) -> Vec<Job> {
        std::mem::take(&mut *lock(&self.aside))
    }

    pub(super) fn note_error(&self, error: &Pkcs11Error) {
        pool_metrics::error(error.class);
        tracing::warn!(operation = error.operation, class = ?error.class, %error, "hsm error");
        self.note(error.operation, Some(error.class), error.to_string());
    }

    pub(super) fn note_overrun(&self, operation: &'static str, after: Duration) {
        tracing::error!(
            operation,
            ?after,
            "hsm call overran its deadline; it is given up"
        );
        self.note(operation, None, "no answer within the deadline".to_owned());
    }

    pub(super) fn note_crash(&self, ended: &Ended) {
        self.crashes.fetch_add(1, Ordering::Relaxed);
        let (driver, how) = (ended.number, ended.how.as_str());
        tracing::error!(driver, how, "the process of the hsm module crashed");
        {
            // The call that noticed it has been noted; this is its cause.
            let mut last = lock(&self.last);
            let noticed = last.as_mut().filter(|fault| {
                fault.class == Some(ErrorClass::LibraryLost) && fault.at.elapsed() < SHORTLY
            });
            if let Some(fault) = noticed {
                fault.detail = format!("{}; {how}", fault.detail);
                return;
            }
        }
        let detail = format!("the process of the HSM module ended: {how}");
        self.note("wait for a call", Some(ErrorClass::LibraryLost), detail);
    }

    pub(super) fn note_pin_halt(&self, halt: PinHalt, error: Option<&Pkcs11Error>) {
        let reason = halt.code();
        match error {
            Some(error) => {
                pool_metrics::error(error.class);
                tracing::error!(reason, class = ?error.class, %error, "hsm pin is not sent again");
                let detail = format!("{error}; pin {reason}");
                self.note(error.operation, Some(error.class), detail);
            }
            None => {
                tracing::error!(reason, "hsm pin is not sent");
                let detail = format!("not sent: pin {reason}");
                self.note("log in", Some(ErrorClass::PinLocked), detail);
            }
        }
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

    /// Whether sending the PIN is halted, and when it may be sent again.
    pub(super) fn pin_is_usable(&self) -> (Option<PinHalt>, Option<Instant>) {
        let pin = lock(&self.pin);
        (pin.halt(), pin.not_before())
    }

    fn note(&self, operation: &'static str, class: Option<ErrorClass>, detail: String) {
        *lock(&self.last) = Some(Fault {
            operation,
            class,
            detail,
            at: Instant::now(),
        });
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
            queue_length: self.queue.1.len(),
            queue_capacity: self.queue.1.capacity().unwrap_or(0),
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
