//! Password hashing: Argon2id, off the async threads, few at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use inkan_pki::secret::Secret;
use tokio::sync::Semaphore;

use super::validation::PasswordLength;
use super::{Error, Fault, Refusal, Result};

/// Passwords: length and hashing.
#[derive(Debug, Clone)]
pub struct PasswordSettings {
    /// Length of a new password.
    pub length: PasswordLength,
    /// Whether 証明書取得用パスワード from the branch is asked for before a certificate is issued.
    pub acquisition: bool,
    /// Argon2id memory, KiB.
    pub memory_kib: u32,
    /// Argon2id passes.
    pub iterations: u32,
    /// Argon2id lanes.
    pub parallelism: u32,
    /// Hashes computed at a time: with `memory_kib`, the most memory logins can take.
    pub concurrent: usize,
    /// Hashes waiting for their turn; more are refused.
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

/// No password is longer, whatever the settings: the rest is not hashed, it is wrong.
const LONGEST: usize = 256;
/// Salt of the hash computed where there is none to compare with.
const DUMMY_SALT: &str = "aW5rYW4tbm8tdXNlciE";
const RETRY_AFTER_SECONDS: u64 = 5;

/// The hasher; cheap to clone.
#[derive(Clone)]
pub struct Passwords {
    inner: Arc<Inner>,
}

struct Inner {
    settings: PasswordSettings,
    turns: Arc<Semaphore>,
    waiting: AtomicUsize,
}

impl Passwords {
    /// A hasher with these settings.
    #[must_use]
    pub fn new(settings: &PasswordSettings) -> Self {
        let turns = Arc::new(Semaphore::new(settings.concurrent.max(1)));
        let inner = Inner {
            settings: settings.clone(),
            turns,
            waiting: AtomicUsize::new(0),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Hashes a new password with a fresh salt; the result is a PHC string.
    pub async fn hash(&self, password: Secret) -> Result<String> {
        let mut salt = [0u8; 16];
        getrandom::fill(&mut salt).map_err(Fault::Random)?;
        self.in_turn(move |argon2| {
            let salt = SaltString::encode_b64(&salt).map_err(fault)?;
            Ok(argon2
                .hash_password(password.expose().as_bytes(), &salt)
                .map_err(fault)?
                .to_string())
        })
        .await
    }

    /// Whether `password` is the one behind `hash`. Without a hash the same work is done and the answer is no.
    pub async fn verify(&self, hash: Option<String>, password: Secret) -> Result<bool> {
        self.in_turn(move |argon2| {
            let long = password.expose().len() > LONGEST;
            let bytes = if long {
                &[]
            } else {
                password.expose().as_bytes()
            };
            let Some(hash) = hash else {
                let salt = SaltString::from_b64(DUMMY_SALT).map_err(fault)?;
                std::hint::black_box(argon2.hash_password(bytes, &salt).map_err(fault)?);
                return Ok(false);
            };
            let hash = PasswordHash::new(&hash).map_err(fault)?;
            match argon2.verify_password(bytes, &hash) {
                Ok(()) => Ok(!long),
                Err(argon2::password_hash::Error::Password) => Ok(false),
                Err(error) => Err(fault(error)),
            }
        })
        .await
    }

    /// The hash of `password` with the salt and the cost of another one (a PHC string, with or without its output); without
    /// one the same work is done.
    pub(super) async fn hash_like(&self, like: Option<String>, password: Secret) -> Result<String> {
        self.in_turn(move |argon2| {
            let bytes = match password.expose() {
                long if long.len() > LONGEST => &[],
                short => short.as_bytes(),
            };
            let Some(like) = like else {
                let salt = SaltString::from_b64(DUMMY_SALT).map_err(fault)?;
                return Ok(argon2
                    .hash_password(bytes, &salt)
                    .map_err(fault)?
                    .to_string());
            };
            let like = PasswordHash::new(&like).map_err(fault)?;
            let salt = like
                .salt
                .ok_or(argon2::password_hash::Error::PhcStringField);
            let (algorithm, version) = (Some(like.algorithm), like.version);
            let params = Params::try_from(&like).map_err(fault)?;
            let hash = argon2
                .hash_password_customized(bytes, algorithm, version, params, salt.map_err(fault)?)
                .map_err(fault)?;
            Ok(hash.to_string())
        })
        .await
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(Argon2<'static>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let settings = &self.inner.settings;
        let params = Params::new(
            settings.memory_kib,
            settings.iterations,
            settings.parallelism,
            None,
        )
        .map_err(|error| Fault::PasswordHash(error.to_string()))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let place = Place::take(&self.inner)?;
        let turn = Arc::clone(&self.inner.turns)
            .acquire_owned()
            .await
            .map_err(task)?;
        drop(place);
        tokio::task::spawn_blocking(move || {
            // Held by the work itself: a caller who goes away does not make room before the memory is free.
            let _turn = turn;
            work(argon2)
        })
        .await
        .map_err(task)?
    }
}

/// A place in the queue; given back on drop, also when the caller goes away.
struct Place<'a>(&'a Inner);

impl<'a> Place<'a> {
    fn take(inner: &'a Inner) -> Result<Self> {
        let place = Place(inner);
        if inner.waiting.fetch_add(1, Ordering::AcqRel) >= inner.settings.queue {
            return Err(Refusal::Unavailable {
                retry_after: RETRY_AFTER_SECONDS,
            }
            .into());
        }
        Ok(place)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::AcqRel);
    }
}

fn fault(error: argon2::password_hash::Error) -> Error {
    Fault::PasswordHash(error.to_string()).into()
}

fn task(error: impl std::fmt::Display) -> Error {
    Fault::Task(error.to_string()).into()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn cheap() -> PasswordSettings {
        PasswordSettings {
            memory_kib: 64,
            iterations: 3,
            parallelism: 2,
            ..PasswordSettings::default()
        }
    }

    #[tokio::test]
    async fn a_hash_fits_its_password_only() {
        let passwords = Passwords::new(&cheap());
        let hash = passwords.hash(Secret::new("sakura-8")).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=64,t=3,p=2$"), "{hash}");
        assert_ne!(
            hash,
            passwords.hash(Secret::new("sakura-8")).await.unwrap(),
            "the salt is fresh"
        );
        let verify =
            |hash: Option<String>, password: &str| passwords.verify(hash, Secret::new(password));
        assert!(verify(Some(hash.clone()), "sakura-8").await.unwrap());
        assert!(!verify(Some(hash.clone()), "sakura-9").await.unwrap());
        assert!(!verify(Some(hash.clone()), "").await.unwrap());
        assert!(!verify(None, "sakura-8").await.unwrap());
        assert!(
            verify(Some("no hash".to_owned()), "sakura-8")
                .await
                .is_err()
        );
        // What is too long is wrong, whatever is stored: not even the empty password's hash fits it.
        let empty = passwords.hash(Secret::new("")).await.unwrap();
        assert!(!verify(Some(empty), &"a".repeat(LONGEST + 1)).await.unwrap());
        // A hash made with other settings is still good.
        let dearer = Passwords::new(&PasswordSettings {
            memory_kib: 128,
            ..cheap()
        });
        assert!(
            dearer
                .verify(Some(hash), Secret::new("sakura-8"))
                .await
                .unwrap()
        );
    }

    #[tokio::test]
    async fn a_hash_like_another_has_its_salt_and_cost() {
        let passwords = Passwords::new(&cheap());
        let hash = passwords.hash(Secret::new("sakura-8")).await.unwrap();
        let dearer = Passwords::new(&PasswordSettings {
            memory_kib: 128,
            ..cheap()
        });
        let (salt, _) = hash.rsplit_once('$').unwrap();
        for like in [&*hash, salt] {
            let again = dearer.hash_like(Some(like.to_owned()), Secret::new("sakura-8"));
            assert_eq!(again.await.unwrap(), hash);
            let other = dearer.hash_like(Some(like.to_owned()), Secret::new("sakura-9"));
            assert_ne!(other.await.unwrap(), hash);
        }
        let none = dearer.hash_like(None, Secret::new("sakura-8")).await;
        assert!(none.unwrap().starts_with("$argon2id$v=19$m=128,t=3,p=2$"));
    }

    #[tokio::test]
    async fn a_flood_is_refused_and_leaves_nothing_behind() {
        let settings = PasswordSettings {
            concurrent: 1,
            queue: 2,
            ..cheap()
        };
        let passwords = Passwords::new(&settings);
        let turn = Arc::clone(&passwords.inner.turns)
            .acquire_owned()
            .await
            .unwrap();
        let mut waiting = tokio::task::JoinSet::new();
        for _ in 0..2 {
            let passwords = passwords.clone();
            waiting.spawn(async move { passwords.verify(None, Secret::new("x")).await });
        }
        while passwords.inner.waiting.load(Ordering::Acquire) < 2 {
            tokio::task::yield_now().await;
        }
        let refused = passwords.verify(None, Secret::new("x")).await;
        assert!(matches!(
            refused,
            Err(Error::Refused(Refusal::Unavailable { .. }))
        ));
        // One goes away, its place is free; then everybody has their turn.
        waiting.abort_all();
        while passwords.inner.waiting.load(Ordering::Acquire) > 0 {
            tokio::task::yield_now().await;
        }
        drop(turn);
        assert!(!passwords.verify(None, Secret::new("x")).await.unwrap());
        assert_eq!(passwords.inner.turns.available_permits(), 1);
    }
}
