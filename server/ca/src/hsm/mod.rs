//! The HSM: blocking PKCS#11 behind an asynchronous interface that never waits longer than its deadline.
//!
//! The module is loaded in a process of its own. One session per worker thread, one more that keeps the login, one supervisor
//! thread that makes no call. A call that overruns costs its thread, not its caller; too many of them open a circuit breaker and
//! end the process. Not here: what is
//! signed (`issue`), where the PIN comes from (`main`), when it may be sent (`inkan_pki::pkcs11::pin_attempts`).
//!
//! - [`config`]: token, keys, limits
//! - [`error`]: errors for callers
//! - [`state`]: a snapshot for operators; [`key_view`]: a key as the token reports it
//! - `job`: one signature in progress
//! - `key`: what is known about a configured key, and its circuit
//! - `shared`: queue, admission, keys, counters
//! - `call_watchdog`: a thread's note that it is in a call, and its deadline
//! - `reaction`: what to do about an error, by its class
//! - `breaker`: when to refuse at once (pure)
//! - `recovery`: recovery after a fault (pure)
//! - `driver`: the process with the module
//! - `token`: the calls of the threads to it
//! - `worker`: signs
//! - `login_session`: logs in, keeps the login, probes
//! - `worker_pool`: the threads and their states
//! - `supervisor`: receives events, watches deadlines, decides
//! - `pool_metrics`: metrics

mod breaker;
mod call_watchdog;
mod config;
mod driver;
mod error;
mod job;
mod key;
pub mod key_view;
mod login_session;
mod pool_metrics;
mod reaction;
mod recovery;
mod shared;
mod state;
mod supervisor;
mod token;
mod worker;
mod worker_pool;

#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError, bounded, unbounded};
use inkan_pki::algorithm::SignatureScheme;
use inkan_pki::pkcs11::pin_attempts::PinProvided;
use inkan_pki::secret::Pin;
use tokio::sync::oneshot;

pub use inkan_hsm_driver::message::{Guard, Sandbox};

pub use self::config::{HsmConfig, HsmKey, beside_this_program};
pub use self::driver::module_environment;
pub use self::error::{HsmError, StartError};
pub use self::key_view::{KeyDifference, KeySeen, KeyState, SigningFault, Specified};
pub use self::state::{BreakerState, DriverState, HsmPhase, HsmState, KeyFound, LastError};

use self::breaker::Limits;
use self::job::Job;
use self::shared::{SHORTLY, Shared};
use self::supervisor::Supervisor;
use crate::hsm::worker_pool::{Event, Report};

/// A handle to the pool; clones share the pool. The threads leave the HSM when the last one is dropped.
#[derive(Debug, Clone)]
pub struct HsmPool {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    shared: Arc<Shared>,
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

    /// Signs `message` (the whole message; it is hashed here, not on the HSM) with the key of that name, and verifies
    /// the signature, which is DER for ECDSA. Dropping the future cancels the job.
    ///
    /// # Errors
    /// See [`HsmError`]; never later than the deadline.
    pub async fn sign(
        &self,
        key_id: &str,
        scheme: SignatureScheme,
        message: Vec<u8>,
    ) -> Result<Vec<u8>, HsmError> {
        let result = self.ask(key_id, scheme, message).await;
        if let Err(error) = &result {
            pool_metrics::refused(error);
        }
        result
    }

    async fn ask(
        &self,
        key_id: &str,
        scheme: SignatureScheme,
        message: Vec<u8>,
    ) -> Result<Vec<u8>, HsmError> {
        let now = Instant::now();
        let shared = &self.inner.shared;
        let (key, known) = shared
            .keys
            .iter()
            .enumerate()
            .find(|(_, key)| key.config.id == key_id)
            .ok_or_else(|| HsmError::UnknownKey(key_id.to_owned()))?;
        if let Some(refusal) = shared.refusal(now) {
            return Err(refusal);
        }
        if let Some(refusal) = known.refusal() {
            return Err(refusal);
        }
        let expires = now + self.inner.deadline;
        let (reply, answer) = oneshot::channel();
        let job = Job {
            key,
            scheme,
            message,
            expires,
            tried: false,
            reply,
        };
        match shared.queue.0.try_send(job) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => return Err(HsmError::Busy),
            Err(TrySendError::Disconnected(_)) => return Err(HsmError::Stopped),
        }
        match tokio::time::timeout_at(expires.into(), answer).await {
            Ok(Ok(result)) => result,
            // Its worker ended without an answer.
            Ok(Err(_)) => Err(HsmError::Unavailable {
                retry_after: SHORTLY,
            }),
            Err(_) => Err(HsmError::Deadline),
        }
    }

    /// The public key of that name (SubjectPublicKeyInfo, DER): as configured, or as found on the token by its label.
    /// `None` for a key that is not configured or has not been found yet.
    #[must_use]
    pub fn public_key(&self, key_id: &str) -> Option<Vec<u8>> {
        self.inner
            .shared
            .keys
            .iter()
            .find(|key| key.config.id == key_id)?
            .spki()
    }

    /// As [`HsmPool::public_key`], with the reason why there is none.
    ///
    /// # Errors
    /// [`HsmError`].
    pub fn known_key(&self, key_id: &str) -> Result<Vec<u8>, HsmError> {
        let shared = &self.inner.shared;
        let found = shared.keys.iter().find(|key| key.config.id == key_id);
        let key = found.ok_or_else(|| HsmError::UnknownKey(key_id.to_owned()))?;
        if let Some(spki) = key.spki() {
            return Ok(spki);
        }
        // Known only by its label, and not found yet: the login has not succeeded.
        let closed = shared.refusal(Instant::now());
        Err(closed
            .or_else(|| key.refusal())
            .unwrap_or(HsmError::Unavailable {
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

    /// Lets running calls end and leaves the HSM; blocks at most `limit`. Returns whether the module's process has ended in time;
    /// calls that overrun are killed with it.
    #[must_use]
    pub fn shutdown(&self, limit: Duration) -> bool {
        let _ = self
            .inner
            .events
            .send((0, Event::Stop(Instant::now() + limit)));
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
