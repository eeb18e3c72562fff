//! The visible state of the pool: for callers, for the operations page, for the metrics.

use std::time::{Duration, Instant};

use inkan_hsm_driver::message::Sandbox;
use inkan_pki::pkcs11::ErrorClass;
use inkan_pki::pkcs11::pin_attempts::PinHalt;

use super::key_view::KeyState;

/// The answer for a caller before anything is queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AdmissionGate {
    Open,
    /// The breaker is half-open.
    OneAtATime,
    Refused {
        until: Instant,
    },
    PinRefused,
    Sealed,
    Stopped,
}

/// What the pool is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HsmPhase {
    /// Opening the first sessions, or new ones after a fault.
    Recovering,
    /// Signing.
    Up,
    /// The HSM is unavailable; probed periodically.
    Down,
    /// The PIN was refused, or is not sent again until a person has decided: see [`HsmState::pin_halt`].
    PinRefused,
    /// There is no PIN: officers must unseal it. No session is open.
    Sealed,
    /// Shut down.
    Stopped,
}

impl HsmPhase {
    /// Stable name for machines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recovering => "recovering",
            Self::Up => "up",
            Self::Down => "down",
            Self::PinRefused => "pin-refused",
            Self::Sealed => "sealed",
            Self::Stopped => "stopped",
        }
    }
}

/// The circuit breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerState {
    /// Jobs are admitted.
    Closed,
    /// Jobs are refused at once; time of the next probe.
    Open {
        /// Time until the next probe.
        retry_after: Duration,
    },
    /// A probe succeeded; one job at a time is admitted until one is answered.
    HalfOpen,
}

/// Whether the token has a configured key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyFound {
    /// Not checked yet.
    Unknown,
    /// Found, with the expected public key.
    Ready,
    /// Not found.
    Missing,
    /// Found by its label, but with another public key.
    Wrong,
}

/// The last fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastError {
    /// The operation.
    pub operation: &'static str,
    /// Its class; `None` when the call overran its deadline.
    pub class: Option<ErrorClass>,
    /// The error's own text: names and return values, no secret.
    pub detail: String,
    /// How long ago.
    pub ago: Duration,
}

/// The process with the module, and its predecessors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DriverState {
    /// Processes started since the start of the pool.
    pub starts: u64,
    /// Processes killed, because calls hung in them.
    pub kills: u64,
    /// Processes that ended by themselves, or answered nonsense.
    pub crashes: u64,
    /// Processes replaced because they used too much memory.
    pub replaced: u64,
    /// Memory of the one in use, in bytes; `None` until it has been measured.
    pub memory: Option<u64>,
    /// What the one in use is kept from; `None` while there is none.
    pub sandbox: Option<Sandbox>,
}

/// A snapshot of the pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HsmState {
    /// What it is doing.
    pub phase: HsmPhase,
    /// The circuit breaker.
    pub breaker: BreakerState,
    /// Workers with a session.
    pub workers: usize,
    /// Configured workers.
    pub workers_configured: usize,
    /// Jobs waiting.
    pub queue_length: usize,
    /// Jobs that may wait.
    pub queue_capacity: usize,
    /// Calls that overran and hang in the module now.
    pub quarantined: usize,
    /// Calls that overran since the start.
    pub quarantined_total: u64,
    /// Times a PIN was sent since the start.
    pub logins: u64,
    /// Why no PIN is sent, if so.
    pub pin_halt: Option<PinHalt>,
    /// The process with the module.
    pub driver: DriverState,
    /// The keys.
    pub keys: Vec<KeyState>,
    /// The last fault.
    pub last_error: Option<LastError>,
}

impl HsmState {
    /// Whether a signature is likely to succeed now.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.phase == HsmPhase::Up
    }
}
