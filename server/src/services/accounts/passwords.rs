//! Password hashing: Argon2id, off the async threads, few at a time; no address or network can take all the places.
//!
//! Stored hashes can have several costs: the configured cost changes, and a hash is renewed only when its owner logs
//! in. Where it must not show whether there is a hash at all, a comparison therefore always costs the same: one hash of
//! every stored cost.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{CustomizedPasswordHasher, PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use inkan_pki::secret::Secret;
use tokio::sync::{Semaphore, oneshot};

use crate::network::{Holdings, Network, networks};
use crate::services::validation::PasswordLength;
use crate::services::{Caller, Error, Fault, Refusal, Result};

/// Passwords: length and hashing.
#[derive(Debug, Clone)]
pub struct PasswordSettings {
    /// Length of a new password.
    pub length: PasswordLength,
    /// Whether 証明書取得用パスワード from the branch is required before a certificate is issued.
    pub acquisition: bool,
    /// Argon2id memory, KiB.
    pub memory_kib: u32,
    /// Argon2id passes.
    pub iterations: u32,
    /// Argon2id lanes.
    pub parallelism: u32,
    /// Hashes computed at a time: with `memory_kib`, the maximum memory of logins.
    pub concurrent: usize,
    /// Hashes waiting for their turn, an eighth of them of one address. If one more arrives, one of the source with the
    /// most is refused.
    pub queue: usize,
}

impl Default for PasswordSettings {
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            length: PasswordLength { min: 6, max: 12 },
            acquisition: false,
            memory_kib: 19_456,
            iterations: 2,
            parallelism: 1,
            concurrent: processors.clamp(2, 8),
            queue: 256,
        }
    }
}

/// No password is longer, whatever the settings: a longer one is wrong without hashing.
const LONGEST: usize = 256;
/// Salt of the hash that is computed if there is none to compare with.
const DUMMY_SALT: &[u8] = b"inkan-no-user!";
const RETRY_AFTER_SECONDS: u64 = 5;
/// How often a comparison is repeated if the password is replaced in the meantime.
pub(in crate::services) const COMPARISONS: usize = 3;

/// The cost of a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Cost {
    memory_kib: u32,
    iterations: u32,
    parallelism: u32,
}

impl Cost {
    /// Of a hash in PHC form.
    fn of(hash: &str) -> Result<Self> {
        let hash = PasswordHash::new(hash).map_err(fault)?;
        let params = Params::try_from(&hash).map_err(fault)?;
        Ok(Self {
            memory_kib: params.m_cost(),
            iterations: params.t_cost(),
            parallelism: params.p_cost(),
        })
    }

    fn hasher(self) -> Result<Argon2<'static>> {
        let params = Params::new(self.memory_kib, self.iterations, self.parallelism, None)
            .map_err(|error| Fault::PasswordHash(error.to_string()))?;
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }
}

/// The hasher; cheap to clone.
#[derive(Clone)]
pub struct Passwords {
    inner: Arc<Inner>,
}

struct Inner {
    cost: Cost,
    turns: Arc<Semaphore>,
    queue: Mutex<Queue>,
    most: usize,
    /// Costs of stored hashes, as far as known, including the configured one.
    costs: Mutex<BTreeSet<Cost>>,
}

/// Callers that wait for a turn.
#[derive(Default)]
struct Queue {
    waiting: HashMap<u64, Waiter>,
    held: Holdings,
    next: u64,
}

struct Waiter {
    networks: Vec<Network>,
    /// Signals that another caller has its place.
    gone: oneshot::Sender<()>,
}

impl Passwords {
    /// A hasher with these settings.
    #[must_use]
    pub fn new(settings: &PasswordSettings) -> Self {
        let cost = Cost {
            memory_kib: settings.memory_kib,
            iterations: settings.iterations,
            parallelism: settings.parallelism,
        };
        Self {
            inner: Arc::new(Inner {
                cost,
                turns: Arc::new(Semaphore::new(settings.concurrent.max(1))),
                queue: Mutex::default(),
                most: settings.queue.max(1),
                costs: Mutex::new(BTreeSet::from([cost])),
            }),
        }
    }

    /// Records the costs of stored hashes (the beginning of a PHC string is enough).
    pub fn learn(&self, hashes: impl IntoIterator<Item = String>) {
        for hash in hashes {
            // A hash that cannot be read fails when it is compared.
            let _ = self.cost_of(&hash);
        }
    }

    /// Whether a hash was made at another cost than new ones are.
    #[must_use]
    pub fn is_outdated(&self, hash: &str) -> bool {
        Cost::of(hash).is_ok_and(|cost| cost != self.inner.cost)
    }

    /// Hashes a new password with a fresh salt; the result is a PHC string.
    pub async fn hash(&self, password: Secret) -> Result<String> {
        let mut salt = [0u8; 16];
        getrandom::fill(&mut salt).map_err(Fault::Random)?;
        let cost = self.inner.cost;
        self.in_turn(Caller::default(), move || {
            let hash = cost
                .hasher()?
                .hash_password_with_salt(password.expose().as_bytes(), &salt);
            Ok(hash.map_err(fault)?.to_string())
        })
        .await
    }

    /// Whether `password` matches `hash`. Without a hash the result is false, after the same work.
    pub async fn verify(
        &self,
        hash: Option<String>,
        password: Secret,
        caller: Caller,
    ) -> Result<bool> {
        let (own, others) = self.work(hash.as_deref())?;
        self.in_turn(caller, move || {
            let right = match hash {
                Some(hash) => compare(&hash, &password),
                None => spend(own, &password).map(|()| false),
            };
            for other in others {
                spend(other, &password)?;
            }
            right
        })
        .await
    }

    /// As [`Self::verify`], if it is no secret that there is a hash: only that hash is computed.
    pub async fn verify_known(
        &self,
        hash: String,
        password: Secret,
        caller: Caller,
    ) -> Result<bool> {
        self.in_turn(caller, move || compare(&hash, &password))
            .await
    }

    /// What a comparison computes: its own cost, and then every other one.
    fn work(&self, hash: Option<&str>) -> Result<(Cost, BTreeSet<Cost>)> {
        let own = match hash {
            Some(hash) => self.cost_of(hash)?,
            None => self.inner.cost,
        };
        let mut others = self.costs().clone();
        others.remove(&own);
        Ok((own, others))
    }

    /// The hash of `password` with the salt and the cost of another one (a PHC string, with or without its output); without
    /// one the same work is done.
    pub(in crate::services) async fn hash_like(
        &self,
        like: Option<String>,
        password: Secret,
        caller: Caller,
    ) -> Result<String> {
        let cost = self.inner.cost;
        self.in_turn(caller, move || {
            let argon2 = cost.hasher()?;
            let Some(like) = like else {
                let hash = argon2.hash_password_with_salt(bytes(&password), DUMMY_SALT);
                return Ok(hash.map_err(fault)?.to_string());
            };
            let like = PasswordHash::new(&like).map_err(fault)?;
            let salt = like.salt.ok_or(argon2::password_hash::Error::SaltInvalid);
            let (algorithm, version) = (Some(like.algorithm.as_str()), like.version);
            let params = Params::try_from(&like).map_err(fault)?;
            let (password, salt) = (bytes(&password), salt.map_err(fault)?);
            let hash = argon2.hash_password_customized(password, &salt, algorithm, version, params);
            Ok(hash.map_err(fault)?.to_string())
        })
        .await
    }

    fn cost_of(&self, hash: &str) -> Result<Cost> {
        let cost = Cost::of(hash)?;
        self.costs().insert(cost);
        Ok(cost)
    }

    fn costs(&self) -> MutexGuard<'_, BTreeSet<Cost>> {
        let costs = self.inner.costs.lock();
        costs.unwrap_or_else(PoisonError::into_inner)
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        caller: Caller,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (place, gone) = Place::take(&self.inner, caller)?;
        let turn = tokio::select! {
            turn = Arc::clone(&self.inner.turns).acquire_owned() => turn.map_err(task)?,
            _ = gone => return Err(busy()),
        };
        drop(place);
        tokio::task::spawn_blocking(move || {
            // Held by the computation: a caller who leaves does not free the place before the memory.
            let _turn = turn;
            work()
        })
        .await
        .map_err(task)?
    }
}

/// A password that is too long is wrong, and costs no more than an empty one.
fn bytes(password: &Secret) -> &[u8] {
    let long = password.expose().len() > LONGEST;
    if long {
        &[]
    } else {
        password.expose().as_bytes()
    }
}

fn compare(hash: &str, password: &Secret) -> Result<bool> {
    let hash = PasswordHash::new(hash).map_err(fault)?;
    let argon2 = Argon2::default();
    match argon2.verify_password(bytes(password), &hash) {
        Ok(()) => Ok(password.expose().len() <= LONGEST),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(fault(error)),
    }
}

/// The work of a comparison, without a result.
fn spend(cost: Cost, password: &Secret) -> Result<()> {
    let hash = cost
        .hasher()?
        .hash_password_with_salt(bytes(password), DUMMY_SALT);
    std::hint::black_box(hash.map_err(fault)?);
    Ok(())
}

/// A place in the queue; released on drop, also when the caller leaves.
struct Place<'a> {
    inner: &'a Inner,
    id: u64,
}

impl<'a> Place<'a> {
    fn take(inner: &'a Inner, caller: Caller) -> Result<(Self, oneshot::Receiver<()>)> {
        let networks = caller.address.map(networks).unwrap_or_default();
        let mut queue = inner.queue();
        let each = (inner.most / 8).max(1);
        if queue.held.full(&networks, each).is_some() {
            return Err(busy());
        }
        if queue.waiting.len() >= inner.most {
            let weight = |waiter: &Waiter| queue.held.weight(&waiter.networks);
            let heaviest = queue
                .waiting
                .iter()
                .max_by_key(|(id, waiter)| (weight(waiter), **id));
            let own = queue.held.weight(&networks);
            match heaviest.map(|(id, waiter)| (*id, weight(waiter))) {
                Some((id, theirs)) if theirs > own => queue.leave(id),
                _ => return Err(busy()),
            }
        }
        let (tell, gone) = oneshot::channel();
        let id = queue.next;
        queue.next += 1;
        queue.held.add(&networks);
        let waiter = Waiter {
            networks,
            gone: tell,
        };
        queue.waiting.insert(id, waiter);
        Ok((Place { inner, id }, gone))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.inner.queue().leave(self.id);
    }
}

impl Inner {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn leave(&mut self, id: u64) {
        if let Some(waiter) = self.waiting.remove(&id) {
            self.held.remove(&waiter.networks);
            // A caller who has its turn by now no longer receives.
            let _ = waiter.gone.send(());
        }
    }
}

/// Too much work; to be tried again later.
pub(in crate::services) fn busy() -> Error {
    let retry_after = RETRY_AFTER_SECONDS;
    Refusal::Unavailable { retry_after }.into()
}

fn fault(error: impl std::fmt::Display) -> Error {
    Fault::PasswordHash(error.to_string()).into()
}

fn task(error: impl std::fmt::Display) -> Error {
    Fault::Task(error.to_string()).into()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
