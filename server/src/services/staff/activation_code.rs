//! Split activation codes: what is stored of them, whether two halves match, and the lock after wrong ones.
//!
//! One hash covers both halves. The first half is handed out before there is a second one, so it is hashed alone; the
//! second one is hashed together with that result, of which then only salt and cost are stored. So both halves must be
//! guessed at once from the database. An unknown account costs the same work and locks in the same way.

use inkan_pki::secret::Secret;
use jiff::Timestamp;

use crate::services::accounts::passwords::Passwords;
use crate::services::authentication::locks::Lock;
use crate::services::{Caller, Refusal, Result, Services};
use crate::store::activation_codes::ActivationCode;
use crate::store::id;
use crate::store::shadow_locks::{self, Kind, ShadowLock};

/// What is stored of a complete code.
pub(in crate::services) struct Joined {
    /// Salt and cost of the first half's hash.
    pub(in crate::services) first: String,
    /// Hash over both.
    pub(in crate::services) code: String,
}

/// Joins the second half to the hash of the first.
pub(in crate::services) async fn join(
    passwords: &Passwords,
    first_hash: &str,
    second: &Secret,
) -> Result<Joined> {
    let code = passwords.hash(both(first_hash, second)).await?;
    let salt = first_hash
        .rsplit_once('$')
        .map_or(first_hash, |(salt, _)| salt);
    Ok(Joined {
        first: salt.to_owned(),
        code,
    })
}

/// Whether these are the two halves of a code that is valid now. Without one the same work is done, and the result is
/// false.
pub(in crate::services) async fn fits(
    passwords: &Passwords,
    known: Option<&ActivationCode>,
    (first, second): (&Secret, &Secret),
    caller: Caller,
    now: Timestamp,
) -> Result<bool> {
    let good = known.filter(|code| now < code.expires_at && code.code_hash.is_some());
    let like = good.map(|code| code.first_hash.clone());
    let code = good.and_then(|code| code.code_hash.clone());
    let first = passwords.hash_like(like, typed(first), caller).await?;
    let second = both(&first, &typed(second));
    passwords.verify(code, second, caller).await
}

/// Between the halves, where both are one password.
const BETWEEN: char = '-';

/// The halves in a program's password; for any other text, halves that never match.
pub(in crate::services) fn halves(presented: &Secret) -> (Secret, Secret) {
    let (first, second) = presented.expose().split_once(BETWEEN).unwrap_or_default();
    (Secret::new(first), Secret::new(second))
}

/// Blanks around a half are the typist's.
fn typed(half: &Secret) -> Secret {
    Secret::new(half.expose().trim())
}

fn both(first_hash: &str, second: &Secret) -> Secret {
    Secret::new(format!("{first_hash}/{}", second.expose()))
}

/// Identifies a complete code in the requests made with it.
pub(in crate::services) fn digest(code: &ActivationCode) -> Option<String> {
    let hash = code.code_hash.as_ref()?;
    Some(id::sha256_hex(hash.as_bytes()))
}

impl Services {
    /// Refuses while wrong halves lock this account or number, whether it exists or not.
    pub(in crate::services) async fn code_unlocked(&self, of: &str, now: Timestamp) -> Result<()> {
        let found = shadow_locks::find(&self.inner.store, Kind::Account, &key(of)).await?;
        match Lock::from(found).locked_at(now) {
            Some(until) => Err(Refusal::TemporarilyLocked { until }.into()),
            None => Ok(()),
        }
    }

    /// Counts an attempt, and returns whether it is valid: not if others have locked it in the meantime.
    pub(in crate::services) async fn code_tried(
        &self,
        of: &str,
        right: bool,
        now: Timestamp,
    ) -> Result<bool> {
        let accounts = self.accounts();
        let tried = accounts.transaction(async |tx| {
            let lock = shadow_locks::find(&mut *tx, Kind::Account, &key(of)).await?;
            let lock = Lock::from(lock);
            if lock.locked_at(now).is_some() {
                return Ok(false);
            }
            let next = match right {
                true => Lock::default(),
                false => lock.failed_for_a_while(&self.inner.settings.locks, now),
            };
            if next != lock {
                let next = ShadowLock::from(next);
                shadow_locks::set(tx, Kind::Account, &key(of), next, now).await?;
            }
            Ok(right)
        });
        tried.await
    }
}

/// Separate from the accounts of customers, which have the same kind of lock.
fn key(of: &str) -> String {
    id::sha256_hex(format!("activation code of {of}").as_bytes())
}
