//! One unit: one token of one module, its threads and its process.

use std::convert::Infallible;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded};
use inkan_pki::pkcs11::pin_attempts::PinProvided;
use inkan_pki::secret::Pin;
use tokio::sync::oneshot;

use super::breaker::Limits;
use super::config::HsmConfig;
use super::error::{HsmError, StartError};
use super::job::{Job, Pending, SignRequest};
use super::key::Key;
use super::pool_metrics::PoolMetrics;
use super::shared::{SHORTLY, Shared};
use super::state::{HsmPhase, HsmState};
use super::supervisor::Supervisor;
use super::worker_pool::{Event, Report};

/// A handle to the pool; clones share the pool. The threads leave the HSM when the last one is dropped.
#[derive(Debug, Clone)]
pub struct HsmPool {
    pub(super) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) shared: Arc<Shared>,
    events: Sender<Report>,
    /// Disconnected when the supervisor has ended.
    over: Receiver<Infallible>,
    deadline: Duration,
}

impl HsmPool {
    /// Starts the pool. Returns at once, also while the HSM is unavailable: the pool then keeps trying.
    ///
    /// # Errors
    /// Only for mistakes in the configuration, or if the system provides no thread.
    pub fn start(config: HsmConfig) -> Result<Self, StartError> {
        config.check()?;
        let limits = Limits {
            losses: config.max_quarantined,
            first_pause: config.first_pause,
            longest_pause: config.longest_pause,
        };
        let deadline = config.deadline;
        let (events, inbox) = unbounded();
        let shared = Arc::new(Shared::new(config, events.clone()));
        let supervisor = Supervisor::new(Arc::clone(&shared), (events.clone(), inbox), limits);
        let (alive, over) = bounded(0);
        let run = move || {
            let _alive: Sender<Infallible> = alive;
            supervisor.run();
        };
        thread::Builder::new()
            .name("hsm-supervisor".to_owned())
            .spawn(run)
            .map_err(|_| StartError::NoThread)?;
        Ok(Self {
            inner: Arc::new(Inner {
                shared,
                events,
                over,
                deadline,
            }),
        })
    }

    /// Puts a signature into the queue (the whole message; it is hashed here, not on the HSM). The answer is verified, and DER
    /// for ECDSA.
    ///
    /// # Errors
    /// See [`HsmError`]: the reason why it is not admitted.
    pub(super) fn submit(&self, request: &SignRequest<'_>) -> Result<Pending, HsmError> {
        let shared = &self.inner.shared;
        let (key, known) = shared
            .keys
            .iter()
            .enumerate()
            .find(|(_, key)| key.config.id == request.key)
            .ok_or_else(|| HsmError::UnknownKey(request.key.to_owned()))?;
        if let Some(refusal) = shared.refusal(Instant::now()) {
            return Err(refusal);
        }
        if let Some(refusal) = known.refusal() {
            return Err(refusal);
        }
        let (reply, answer) = oneshot::channel();
        let called = Arc::default();
        shared.queue.put(Job {
            key,
            scheme: request.scheme,
            message: Arc::clone(&request.message),
            priority: request.priority,
            expires: request.expires,
            called: Arc::clone(&called),
            tried: false,
            reply,
        })?;
        Ok(Pending { answer, called })
    }

    /// The configured key of that name.
    pub(super) fn key(&self, key_id: &str) -> Option<&Key> {
        let mut keys = self.inner.shared.keys.iter();
        keys.find(|key| key.config.id == key_id)
    }

    /// All configured keys.
    pub(super) fn keys(&self) -> &[Key] {
        &self.inner.shared.keys
    }

    /// The error for a caller who wants this key now; `None` if a job would be admitted.
    pub(super) fn refusal(&self, key: &Key) -> Option<HsmError> {
        let closed = self.inner.shared.refusal(Instant::now());
        closed.or_else(|| key.refusal())
    }

    /// Calls that the HSM has answered: it grows while the HSM works.
    pub(super) fn progress(&self) -> u64 {
        self.inner.shared.progress()
    }

    /// The phase, without the rest of the state.
    pub(super) fn phase(&self) -> HsmPhase {
        *self.inner.shared.phase.borrow()
    }

    /// The metrics of this unit, and its name.
    pub(super) fn metrics(&self) -> &PoolMetrics {
        &self.inner.shared.metrics
    }

    /// The limit of one signature.
    pub(super) fn deadline(&self) -> Duration {
        self.inner.deadline
    }

    /// The public key of that name (SubjectPublicKeyInfo, DER): as configured, or as found on the token by its label.
    /// `None` for a key that is not configured or has not been found yet.
    #[must_use]
    pub fn public_key(&self, key_id: &str) -> Option<Vec<u8>> {
        self.key(key_id)?.spki()
    }

    /// As [`HsmPool::public_key`], with the reason why there is none.
    ///
    /// # Errors
    /// [`HsmError`].
    pub fn known_key(&self, key_id: &str) -> Result<Vec<u8>, HsmError> {
        let unknown = || HsmError::UnknownKey(key_id.to_owned());
        let key = self.key(key_id).ok_or_else(unknown)?;
        if let Some(spki) = key.spki() {
            return Ok(spki);
        }
        // Known only by its label, and not found yet: the login has not succeeded.
        Err(self.refusal(key).unwrap_or(HsmError::Unavailable {
            retry_after: SHORTLY,
        }))
    }

    /// The state of the pool.
    #[must_use]
    pub fn state(&self) -> HsmState {
        self.inner.shared.state(Instant::now())
    }

    /// Waits at most `limit` until the pool signs; returns whether it does.
    pub async fn until_up(&self, limit: Duration) -> bool {
        self.until(limit, |phase| phase == HsmPhase::Up).await
    }

    /// Waits at most `limit` for a phase; returns whether it was reached.
    pub async fn until(&self, limit: Duration, is_reached: impl Fn(HsmPhase) -> bool) -> bool {
        let mut phase = self.inner.shared.phase.subscribe();
        let reached = phase.wait_for(|phase| is_reached(*phase));
        matches!(tokio::time::timeout(limit, reached).await, Ok(Ok(_)))
    }

    /// An operator provides a PIN, a new one or the same: see [`PinAttempts::provide`].
    ///
    /// [`PinAttempts::provide`]: inkan_pki::pkcs11::pin_attempts::PinAttempts::provide
    pub fn provide_pin(&self, pin: Pin) -> PinProvided {
        let provided = self.inner.shared.provide_pin(pin);
        if provided == PinProvided::Taken {
            let _ = self.inner.events.send((0, Event::PinDecided));
        }
        provided
    }

    /// An operator orders another attempt with the PIN in use; `None` while sealed.
    pub fn provide_pin_again(&self) -> Option<PinProvided> {
        let provided = self.inner.shared.provide_pin_again();
        if provided == Some(PinProvided::Taken) {
            let _ = self.inner.events.send((0, Event::PinDecided));
        }
        provided
    }

    /// Whether there is no PIN.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        self.inner.shared.is_sealed()
    }

    /// Forgets the PIN and leaves all sessions; returns when both are done, or at most `limit` later. A thread that
    /// hangs inside the module keeps its session. Returns whether the pool is sealed.
    pub async fn seal(&self, limit: Duration) -> bool {
        self.inner.shared.seal();
        let _ = self.inner.events.send((0, Event::PinDecided));
        self.until(limit, |phase| phase == HsmPhase::Sealed).await
    }

    /// An operator orders another attempt with keys that are out of service.
    pub fn restore_keys(&self) {
        for key in &self.inner.shared.keys {
            key.restore();
        }
    }

    /// Lets running calls end and leaves the HSM, `limit` later at the latest. Returns at once.
    pub(super) fn stop(&self, limit: Duration) {
        let stop = Event::Stop(Instant::now() + limit);
        let _ = self.inner.events.send((0, stop));
    }

    /// Lets running calls end and leaves the HSM; blocks at most `limit`. Returns whether the module's process has ended in time;
    /// calls that overrun are killed with it.
    #[must_use]
    pub fn shutdown(&self, limit: Duration) -> bool {
        self.stop(limit);
        matches!(
            self.inner.over.recv_timeout(limit),
            Err(RecvTimeoutError::Disconnected)
        )
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let _ = self
            .events
            .send((0, Event::Stop(Instant::now() + self.deadline)));
    }
}
