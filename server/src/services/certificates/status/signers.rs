//! The certificates of the key that signs OCSP responses: issued and renewed by the server itself, each CA's for its
//! own certificates, recorded before the HSM signs.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use inkan_pki::x509::fingerprint::sha256_hex;

use super::scope::{ca_id, on_record};
use crate::ca::ocsp::Signer;
use crate::services::command::Outcome;
use crate::services::{Refusal, RequestContext, Result, Services};
use crate::store::audit::AuditAction;
use crate::store::certificates::Ca;
use crate::store::id;
use crate::store::signer_certificates::{self as rows, NewSigner, SignerCertificate};

/// The current signers, by CA.
#[derive(Debug, Default)]
pub(in crate::services) struct Signers {
    known: RwLock<HashMap<Ca, Arc<Signer>>>,
    /// Only one task at a time issues.
    turn: tokio::sync::Mutex<()>,
}

impl Signers {
    fn get(&self, ca: Ca) -> Option<Arc<Signer>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(&ca).cloned()
    }

    fn put(&self, ca: Ca, signer: &Arc<Signer>) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(ca, Arc::clone(signer));
    }
}

impl Services {
    /// Ensures that every CA has a signer whose certificate is valid for a while. Returns how many were issued.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`] while the HSM is unavailable; faults.
    pub async fn renew_ocsp_signers(&self, now: Timestamp) -> Result<usize> {
        let mut issued = 0;
        let mut failed = None;
        for ca in self.inner.ca.cas().iter().filter(|ca| !ca.is_over(now)) {
            let end = ca.validity.not_after;
            let ca = on_record(ca.id);
            let before = self.inner.signers.get(ca).map(|s| s.not_after);
            // Near its expiry, a CA issues nothing that outlives it.
            let left = self.fresh_for().min(now.duration_until(end) / 2);
            // A CA that cannot sign does not prevent the others from having a signer.
            match self.signer_with(ca, left, now).await {
                Ok(signer) => {
                    issued += usize::from(before.is_some_and(|end| end != signer.not_after));
                }
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        match failed {
            None => Ok(issued),
            Some(error) => Err(error),
        }
    }

    /// Renewed when a third of its validity is left.
    fn fresh_for(&self) -> SignedDuration {
        self.settings().periods.ocsp_signer / 3
    }

    /// The signer of a CA's responses; one that is valid now is enough.
    pub(super) async fn ocsp_signer(&self, ca: Ca, now: Timestamp) -> Result<Arc<Signer>> {
        match self.inner.signers.get(ca) {
            Some(signer) if now < signer.not_after => Ok(signer),
            _ => self.signer_with(ca, SignedDuration::ZERO, now).await,
        }
    }

    /// A signer whose certificate is valid for `left`: the one in use, a recorded one, or a new one.
    async fn signer_with(
        &self,
        ca: Ca,
        left: SignedDuration,
        now: Timestamp,
    ) -> Result<Arc<Signer>> {
        let signers = &self.inner.signers;
        let until = now.checked_add(left).unwrap_or(Timestamp::MAX);
        let _turn = signers.turn.lock().await;
        if let Some(signer) = signers.get(ca).filter(|s| until < s.not_after) {
            return Ok(signer);
        }
        let (key, spki) = self.inner.ca.ocsp_key()?;
        let digest = sha256_hex(&spki);
        let on_record = rows::good(&self.inner.store, ca, &digest, until).await?;
        let row = on_record.into_iter().find(|row| row.not_before <= now);
        let der = match row {
            Some(SignerCertificate { der: Some(der), .. }) => der,
            // A crash came between recording and signing: the same bytes are signed.
            Some(intent) => self.sign_signer(ca, &intent.id, &intent.tbs, now).await?,
            None => self.issue_signer(ca, (key, &spki), digest, now).await?,
        };
        let signer = Arc::new(Signer::new(ca_id(ca), key, &der)?);
        signers.put(ca, &signer);
        Ok(signer)
    }

    async fn issue_signer(
        &self,
        ca: Ca,
        (key, spki): (&str, &[u8]),
        spki_sha256: String,
        now: Timestamp,
    ) -> Result<Vec<u8>> {
        let lifetime = self.settings().periods.ocsp_signer;
        let prepared = self
            .inner
            .ca
            .prepare_signer(ca_id(ca), spki, lifetime, now)?;
        let new = NewSigner {
            id: id::new_id()?,
            serial: prepared.serial,
            ca,
            key_id: key.to_owned(),
            spki_sha256,
            tbs: prepared.tbs,
            not_before: prepared.validity.not_before,
            not_after: prepared.validity.not_after,
            created_at: now,
        };
        let context = RequestContext::system(now);
        let command = context.command(AuditAction::SignerIntended, ("signer", &new.id));
        let accounts = self.accounts();
        let recorded = accounts.execute(command, async |tx| {
            rows::insert_intent(tx, &new).await?;
            Ok(Outcome::done(()).detail(json!({
                "serial": new.serial, "issuer": ca_id(ca).name(), "key": key, "tbs-sha256": sha256_hex(&new.tbs),
            })))
        });
        recorded.await?;
        self.sign_signer(ca, &new.id, &new.tbs, now).await
    }

    async fn sign_signer(
        &self,
        ca: Ca,
        row_id: &str,
        tbs: &[u8],
        now: Timestamp,
    ) -> Result<Vec<u8>> {
        let der = self.inner.ca.sign_signer(ca_id(ca), tbs).await?;
        let sha256 = sha256_hex(&der);
        let context = RequestContext::system(now);
        let command = context.command(AuditAction::SignerIssued, ("signer", row_id));
        let accounts = self.accounts();
        let stored = accounts.execute(command, async |tx| {
            if !rows::set_issued(tx, row_id, &der, &sha256, now).await? {
                return Ok(Outcome::recorded(false));
            }
            let detail = json!({ "issuer": ca_id(ca).name(), "sha256": sha256 });
            Ok(Outcome::done(true).detail(detail))
        });
        match stored.await? {
            true => Ok(der),
            // Another instance was faster: its certificate is read the next time.
            false => Err(Refusal::Unavailable { retry_after: 1 }.into()),
        }
    }
}
