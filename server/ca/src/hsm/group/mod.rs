//! Several units that hold the bank's keys: clones and restored backups of one token, or tokens with different keys. Each signature
//! goes to one of the units that have its key, and to another one if that one fails or does not answer.
//!
//! A successor CA on another product is a key that only one unit has. Not here: what happens inside a unit (`pool`).
//!
//! - `unit`: one unit, and whether it answers
//! - `signing`: one signature, over as many units as it needs
//! - `agreement`: one public key for each key, in all units
//! - [`state`]: a snapshot for operators

mod agreement;
mod signing;
mod state;
mod unit;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use inkan_pki::algorithm::SignatureScheme;

pub use self::state::{GroupState, UnitState};

use self::agreement::AgreedKey;
use self::signing::Signing;
use self::unit::Unit;
use super::config::HsmConfig;
use super::error::{HsmError, StartError};
use super::job::{Priority, SignRequest};
use super::pool::HsmPool;

/// The largest number of units.
pub const MAX_UNITS: usize = 4;
/// The usual time after which a signature is also requested from another unit.
pub const HEDGE_AFTER: Duration = Duration::from_millis(300);

/// A handle to the units; clones share them.
#[derive(Debug, Clone)]
pub struct HsmGroup {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    first: Unit,
    additional: Vec<Unit>,
    /// Every key that any unit has.
    keys: Vec<AgreedKey>,
    hedge_after: Duration,
    deadline: Duration,
    /// Where the search for a unit begins, if several are as good.
    turn: AtomicUsize,
}

impl From<HsmPool> for HsmGroup {
    /// A group of one.
    fn from(pool: HsmPool) -> Self {
        Self::of(pool, Vec::new(), HEDGE_AFTER)
    }
}

impl HsmGroup {
    /// Starts every unit. Returns at once, also while an HSM is unavailable. The first unit's deadline is that of callers.
    ///
    /// # Errors
    /// Only for mistakes in the configuration, or if the system provides no thread.
    pub fn start(units: Vec<HsmConfig>, hedge_after: Duration) -> Result<Self, StartError> {
        if units.len() > MAX_UNITS {
            return Err(StartError::Units(units.len()));
        }
        if hedge_after.is_zero() {
            return Err(StartError::Zero("hedge_after"));
        }
        let mut seen = HashSet::new();
        for unit in &units {
            if !seen.insert(unit.unit.as_str()) {
                return Err(StartError::UnitTwice(unit.unit.clone()));
            }
        }
        agreement::check(&units)?;
        let mut pools = units.into_iter().map(HsmPool::start);
        let first = pools.next().ok_or(StartError::Units(0))??;
        let additional: Result<Vec<_>, _> = pools.collect();
        Ok(Self::of(first, additional?, hedge_after))
    }

    fn of(first: HsmPool, additional: Vec<HsmPool>, hedge_after: Duration) -> Self {
        let mut keys: Vec<AgreedKey> = Vec::new();
        let pools = std::iter::once(&first).chain(&additional);
        for key in pools.flat_map(HsmPool::keys) {
            if !keys.iter().any(|known| known.id == key.config.id) {
                keys.push(AgreedKey::new(&key.config.id));
            }
        }
        Self {
            inner: Arc::new(Inner {
                deadline: first.deadline(),
                first: Unit::new(first),
                additional: additional.into_iter().map(Unit::new).collect(),
                keys,
                hedge_after,
                turn: AtomicUsize::new(0),
            }),
        }
    }

    /// Signs `message` (the whole message) with the key of that name, in any unit that has it, and verifies the signature, which
    /// is DER for ECDSA. Two units may sign the same message; one signature is returned. Dropping the future cancels the job.
    ///
    /// # Errors
    /// See [`HsmError`]; never later than the deadline.
    pub async fn sign(
        &self,
        key: &str,
        scheme: SignatureScheme,
        message: Vec<u8>,
        priority: Priority,
    ) -> Result<Vec<u8>, HsmError> {
        let request = SignRequest {
            key,
            scheme,
            message: Arc::new(message),
            priority,
            expires: Instant::now() + self.inner.deadline,
        };
        Signing::new(&self.inner, request).run().await
    }

    /// The public key of that name (SubjectPublicKeyInfo, DER): as configured, or as first found on a token by its label.
    /// `None` for a key that is not configured or has not been found yet.
    #[must_use]
    pub fn public_key(&self, key_id: &str) -> Option<Vec<u8>> {
        self.inner.agreed(key_id).cloned()
    }

    /// As [`HsmGroup::public_key`], with the reason why there is none.
    ///
    /// # Errors
    /// [`HsmError`].
    pub fn known_key(&self, key_id: &str) -> Result<Vec<u8>, HsmError> {
        if let Some(spki) = self.inner.agreed(key_id) {
            return Ok(spki.clone());
        }
        let having = self.inner.units().filter(|unit| unit.has(key_id));
        let reasons = having.filter_map(|unit| unit.pool.known_key(key_id).err());
        let soonest = reasons.min_by_key(HsmError::retry_after);
        Err(soonest.unwrap_or_else(|| HsmError::UnknownKey(key_id.to_owned())))
    }

    /// The pool of the first unit.
    #[must_use]
    pub fn first(&self) -> &HsmPool {
        &self.inner.first.pool
    }

    /// The pool of the unit of that name.
    #[must_use]
    pub fn unit(&self, name: &str) -> Option<&HsmPool> {
        let found = self.inner.units().find(|unit| unit.name() == name);
        found.map(|unit| &unit.pool)
    }

    /// Whether the first unit has no PIN: then none signs, or sealing would stop nothing. Another unit without a PIN is one
    /// that does not sign.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        self.inner.is_sealed()
    }

    /// The state of every unit.
    #[must_use]
    pub fn state(&self) -> GroupState {
        self.inner.state()
    }

    /// Waits at most `limit` until every key is in a unit that signs; returns whether it is.
    pub async fn until_up(&self, limit: Duration) -> bool {
        let until = Instant::now() + limit;
        while !self.state().serves_every_key() {
            if Instant::now() >= until {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        true
    }

    /// An operator orders another attempt with keys that are out of service.
    pub fn restore_keys(&self) {
        for unit in self.inner.units() {
            unit.pool.restore_keys();
        }
    }

    /// Lets running calls end and leaves all HSMs; blocks at most `limit`. Returns whether all processes have ended in time.
    #[must_use]
    pub fn shutdown(&self, limit: Duration) -> bool {
        let until = Instant::now() + limit;
        // All at once, then one after the other.
        for unit in self.inner.units() {
            unit.pool.stop(limit);
        }
        let mut left = true;
        for unit in self.inner.units() {
            left &= unit
                .pool
                .shutdown(until.saturating_duration_since(Instant::now()));
        }
        left
    }
}

impl Inner {
    /// Every unit, the first one first.
    fn units(&self) -> impl Iterator<Item = &Unit> {
        std::iter::once(&self.first).chain(&self.additional)
    }

    fn is_sealed(&self) -> bool {
        self.first.pool.is_sealed()
    }

    /// A different place for each signature.
    fn turn(&self) -> usize {
        self.turn.fetch_add(1, Ordering::Relaxed)
    }
}
