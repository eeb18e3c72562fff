//! RSA keys that share a prime with a recorded one. Both private keys can be computed from the two public keys, so the
//! new key is refused, and the recorded one is a finding for the bank: its certificate must be revoked.
//!
//! Before a key is recorded, it is compared with the newest ones, which are kept in memory ([`Moduli`]): some
//! microseconds for each of a bounded number. A job compares it with older ones, and keys that were recorded before
//! this comparison existed, a part at a time (decision 0022).

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::json;
use tokio::sync::Mutex;

use inkan_pki::x509::csr::CsrError;
use inkan_pki::x509::fingerprint::sha256_hex;
use inkan_pki::x509::key_check::KeyWeakness;
use inkan_pki::x509::key_check::shared::{Moduli, Modulus};

use crate::services::{Fault, Refusal, RequestContext, Result, Services};
use crate::store::audit::AuditAction;
use crate::store::rsa_keys::{self, BrokenKey, RsaKey};
use crate::store::{Db, Tx};

/// Bytes of the moduli in memory: 65,536 keys of 2048 bits.
const MOST: u64 = 16 << 20;
/// Keys of one read.
const PAGE: i64 = 2_048;
/// Keys that one run of the job compares.
const KEYS: i64 = 64;
/// How long a run of the job works.
const SLICE: Duration = Duration::from_secs(2);
/// Maximum number of findings that are shown.
const SHOWN: i64 = 100;

/// The newest recorded RSA keys, in this process.
#[derive(Debug)]
pub(in crate::services) struct KnownModuli(Mutex<Known>);

#[derive(Debug)]
struct Known {
    moduli: Moduli,
    /// The last position that was read.
    through: i64,
}

impl KnownModuli {
    /// None yet; `most` is the maximum size in bytes.
    pub(in crate::services) const fn new(most: u64) -> Self {
        let moduli = Moduli::new(most);
        Self(Mutex::const_new(Known { moduli, through: 0 }))
    }
}

impl Default for KnownModuli {
    fn default() -> Self {
        Self::new(MOST)
    }
}

/// An RSA key that was compared with the recorded ones.
#[derive(Debug)]
pub(in crate::services) struct Compared {
    modulus: Modulus,
    spki_sha256: String,
    /// First position that it was compared with.
    from: i64,
    /// Last position that it was compared with.
    through: i64,
}

impl Services {
    /// Compares a key that is to be certified with the recorded ones; returns none for a key that is not RSA.
    ///
    /// # Errors
    /// [`KeyWeakness::SharedFactor`] as a refusal; the finding about the recorded key is stored. Faults.
    pub(in crate::services) async fn compare_key(
        &self,
        spki: &[u8],
        now: Timestamp,
    ) -> Result<Option<Compared>> {
        let Some(modulus) = Modulus::of_spki(spki) else {
            return Ok(None);
        };
        let (moduli, through) = self.known_moduli().await?;
        let compared = Compared {
            from: moduli.first().unwrap_or(through + 1),
            through,
            spki_sha256: sha256_hex(spki),
            modulus,
        };
        let new = compared.modulus.clone();
        let place = tokio::task::spawn_blocking(move || moduli.sharing(&new));
        let place = place.await.map_err(|e| Fault::Task(e.to_string()))?;
        if let Some(place) = place {
            let (store, own) = (&self.inner.store, &compared.spki_sha256);
            // The same key is no finding: the schema refuses it, with its own code.
            let found = find(store, place - 1, through, &compared.modulus, own);
            if let Some(other) = found.await? {
                return Err(self.refuse_shared(&compared, &other, now).await?);
            }
        }
        Ok(Some(compared))
    }

    /// Compares again in the transaction that records the key, with the keys that others have recorded meanwhile.
    /// Returns the key that shares a prime, or adds the new one to the list.
    ///
    /// # Errors
    /// Faults of the store.
    pub(in crate::services) async fn record_key(
        tx: &mut Tx,
        certificate_id: &str,
        compared: &Compared,
    ) -> Result<Option<RsaKey>> {
        let (through, own) = (compared.through, &compared.spki_sha256);
        let found = find(&mut *tx, through, i64::MAX, &compared.modulus, own).await?;
        if found.is_some() {
            return Ok(found);
        }
        rsa_keys::insert(tx, certificate_id, compared.from).await?;
        Ok(None)
    }

    /// Records the finding about `other`, and returns the refusal of the new key.
    pub(in crate::services) async fn refuse_shared(
        &self,
        compared: &Compared,
        other: &RsaKey,
        now: Timestamp,
    ) -> Result<crate::services::Error> {
        let own = &compared.spki_sha256;
        let accounts = self.accounts();
        let marked = accounts.transaction(async |tx| mark(tx, other, own, now).await);
        marked.await?;
        self.count_broken_keys(now).await?;
        let weakness = CsrError::Key(KeyWeakness::SharedFactor);
        Ok(Refusal::Csr(weakness).into())
    }

    /// Reads newly recorded keys in advance, so that the next key does not wait for it.
    ///
    /// # Errors
    /// Faults of the store; what was read before is kept.
    pub async fn keep_moduli(&self) -> Result<()> {
        self.known_moduli().await.map(drop)
    }

    /// The newest keys at this moment.
    async fn known_moduli(&self) -> Result<(Moduli, i64)> {
        let mut known = self.inner.moduli.0.lock().await;
        let store = &self.inner.store;
        loop {
            let page = rsa_keys::after(store, known.through, PAGE).await?;
            let Some(last) = page.last() else { break };
            let through = last.seq;
            let mut moduli = known.moduli.clone();
            let added = tokio::task::spawn_blocking(move || {
                for key in &page {
                    if let Some(modulus) = Modulus::of_spki(&key.spki) {
                        moduli.add(key.seq, modulus);
                    }
                }
                moduli
            });
            known.moduli = added.await.map_err(|e| Fault::Task(e.to_string()))?;
            known.through = through;
        }
        Ok((known.moduli.clone(), known.through))
    }

    /// Compares keys with those older than the ones in memory, for a limited time. Returns how many are complete now,
    /// and whether some are left.
    ///
    /// # Errors
    /// Faults of the store; what was compared before is kept.
    pub async fn compare_older_keys(&self, now: Timestamp) -> Result<(usize, bool)> {
        let begun = Instant::now();
        let store = &self.inner.store;
        let keys = rsa_keys::uncompared(store, KEYS).await?;
        let more = i64::try_from(keys.len()).unwrap_or(KEYS) == KEYS;
        let mut complete = 0;
        for key in &keys {
            let Some(modulus) = Modulus::of_spki(&key.spki) else {
                continue;
            };
            let mut from = key.compared_from;
            let mut shared = Vec::new();
            while from > 1 && begun.elapsed() < SLICE {
                let first = (from - PAGE).max(1);
                if let Some(other) =
                    find(store, first - 1, from - 1, &modulus, &key.spki_sha256).await?
                {
                    shared.push(other);
                }
                from = first;
            }
            let accounts = self.accounts();
            let noted = accounts.transaction(async |tx| {
                for other in &shared {
                    mark(tx, other, &key.spki_sha256, now).await?;
                    mark(tx, key, &other.spki_sha256, now).await?;
                }
                rsa_keys::compared(tx, key.seq, from).await?;
                Ok(())
            });
            noted.await?;
            if from > 1 {
                return Ok((complete, true));
            }
            complete += 1;
        }
        self.count_broken_keys(now).await?;
        Ok((complete, more))
    }

    /// Keys that share a prime and whose certificates may still be used: each must be revoked.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn broken_keys(&self, now: Timestamp) -> Result<Vec<BrokenKey>> {
        Ok(rsa_keys::broken(&self.inner.store, now, SHOWN).await?)
    }

    async fn count_broken_keys(&self, now: Timestamp) -> Result<()> {
        let count = u32::try_from(self.broken_keys(now).await?.len()).unwrap_or(u32::MAX);
        metrics::gauge!("inkan_broken_keys").set(f64::from(count));
        Ok(())
    }
}

/// The first key after `before` and up to `last` that shares a prime with `modulus` and is not the same key (the schema
/// detects that one).
async fn find<'a>(
    db: impl Into<Db<'a>>,
    mut before: i64,
    last: i64,
    modulus: &Modulus,
    own: &str,
) -> Result<Option<RsaKey>> {
    let mut db = db.into();
    while before < last {
        let limit = PAGE.min(last - before);
        let page = rsa_keys::after(db.again(), before, limit).await?;
        let Some(end) = page.last() else { break };
        before = end.seq;
        let (modulus, own) = (modulus.clone(), own.to_owned());
        let page = Arc::new(page);
        let keys = Arc::clone(&page);
        let place = tokio::task::spawn_blocking(move || {
            let others: Vec<Option<Modulus>> =
                keys.iter().map(|key| Modulus::of_spki(&key.spki)).collect();
            if !modulus.shares_with_any(others.iter().flatten()) {
                return None;
            }
            let shares = |(key, other): (&RsaKey, &Option<Modulus>)| {
                let other = other.as_ref().filter(|_| key.spki_sha256 != own);
                other.is_some_and(|other| other.shares_a_factor(&modulus))
            };
            keys.iter().zip(&others).position(shares)
        });
        let place = place.await.map_err(|e| Fault::Task(e.to_string()))?;
        if let Some(key) = place.and_then(|place| page.get(place)) {
            return Ok(Some(key.clone()));
        }
    }
    Ok(None)
}

/// Records once that a recorded key shares a prime with another one.
async fn mark(tx: &mut Tx, key: &RsaKey, other: &str, now: Timestamp) -> Result<()> {
    let id = &key.certificate_id;
    if !rsa_keys::mark_broken(tx, id, other, now).await? {
        return Ok(());
    }
    tracing::error!(
        certificate = id,
        "its RSA key shares a prime with another key: the private keys can be computed from both; revoke it"
    );
    let entry =
        RequestContext::system(now).audit(AuditAction::CertificateKeyBroken, ("certificate", id));
    let detail = json!({ "key": key.spki_sha256, "shares-a-prime-with": other });
    entry.detail(detail).write(tx).await
}
