//! Issuing: the intent is recorded first, then signed, then the certificate is stored. No transaction is open while the
//! HSM signs.
//!
//! The authorization is used up in the transaction that records the intent: one authorization, one key.

use serde_json::json;

use inkan_pki::x509::csr::{CsrError, ProvenRequest};
use inkan_pki::x509::fingerprint::sha256_hex;
use inkan_pki::x509::key_check::KeyWeakness;
use jiff::Timestamp;

use super::displace::give_up_others;
use super::holder::by_certificate;
use super::{Authorization, Holder};
use crate::ca::issue::IssueError;
use crate::ca::profile::ProfileError;
use crate::services::authentication::login::CertificateRefusal;
use crate::services::certificates::status::ca_id;
use crate::services::staff::activation_code;
use crate::services::step::Step;
use crate::services::{Error, Fault, Refusal, RequestContext, Result, Services};
use crate::store::activation_codes::{self, ActivationCode};
use crate::store::audit::AuditAction;
use crate::store::certificates::{self, Certificate, NewIntent, State};
use crate::store::{StoreError, Tx, grants, id};

/// A certificate to be recorded.
#[derive(Clone, Copy)]
pub(in crate::services) struct Intent<'a> {
    pub(in crate::services) holder: &'a Holder,
    /// None if the operator orders it on the server itself.
    pub(in crate::services) authorization: Option<&'a Authorization>,
    pub(in crate::services) request_id: Option<&'a str>,
    pub(in crate::services) proven: &'a ProvenRequest,
}

impl Services {
    /// The existing certificate of this key, if it is the holder's under the same authorization and can still be continued.
    ///
    /// # Errors
    /// [`Refusal::KeyAlreadyCertified`] for any other certificate of this key.
    pub(super) async fn known_key(&self, intent: Intent<'_>) -> Result<Option<Certificate>> {
        let store = &self.inner.store;
        let known = certificates::by_spki_sha256(store, &intent.proven.spki_sha256).await?;
        let Some(known) = known else { return Ok(None) };
        // A revoked certificate stays revoked: its key is never registered again.
        let lives = known.is_pending() || known.state == State::Active;
        let continues = match intent.authorization {
            Some(Authorization::Grant(id)) => lives && known.grant_id.as_ref() == Some(id),
            Some(Authorization::Certificate(id)) => {
                known.is_pending() && known.replaces.as_ref() == Some(id)
            }
            Some(Authorization::ActivationCode(_)) | None => lives,
        };
        if continues && known.subject()? == intent.holder.subject() {
            Ok(Some(known))
        } else {
            Err(Refusal::KeyAlreadyCertified.into())
        }
    }

    /// Records an intent and returns its row; if another request with the same key was faster, the row of that one.
    ///
    /// # Errors
    /// As [`Self::record_intent`]; [`Refusal::KeyMismatch`] and [`Refusal::RenewalPending`] if a request with another
    /// key was faster.
    pub(super) async fn record_or_find(
        &self,
        context: &RequestContext,
        intent: Intent<'_>,
    ) -> Result<Certificate> {
        match self.record_intent(context, intent).await {
            Ok(id) => self.row(&id).await,
            Err(Error::Fault(Fault::Store(StoreError::Duplicate(_)))) => {
                let other = match intent.authorization {
                    Some(Authorization::Certificate(_)) => Refusal::RenewalPending,
                    Some(Authorization::Grant(_) | Authorization::ActivationCode(_)) | None => {
                        Refusal::KeyMismatch
                    }
                };
                self.known_key(intent).await?.ok_or(other.into())
            }
            Err(other) => Err(other),
        }
    }

    /// Uses a new activation code for a key that was begun with an earlier one; its certificate continues.
    ///
    /// # Errors
    /// [`Refusal::CredentialInvalid`], [`Refusal::KeyMismatch`]; [`Refusal::KeyAlreadyCertified`] for the key of a certificate in
    /// use, which needs no code.
    pub(super) async fn continue_with_code(
        &self,
        context: &RequestContext,
        intent: Intent<'_>,
        begun: Certificate,
    ) -> Result<Certificate> {
        let Some(Authorization::ActivationCode(digest)) = intent.authorization else {
            return Ok(begun);
        };
        let accounts = self.accounts();
        let used = accounts.transaction(async |tx| {
            // Once more, as of this transaction: the holder may have left, another key may have been begun.
            let subject = intent.holder.subject();
            let holder = Holder::find(&mut *tx, &subject).await?;
            holder.entitled(&mut *tx, false).await?;
            let code = activation_codes::find(&mut *tx, subject.id()).await?;
            let used = good_code(context, code, digest)?.used_at.is_some();
            let row = certificates::find(&mut *tx, &begun.id).await?;
            match row.map(|row| row.state) {
                // The same request came twice at once, and the other one has used the code.
                Some(State::Intent | State::Issued | State::Active) if used => Ok(()),
                Some(State::Intent | State::Issued) => {
                    use_code(tx, context, digest, intent, &begun.id).await
                }
                _ => Err(Refusal::KeyAlreadyCertified.into()),
            }
        });
        used.await?;
        Ok(begun)
    }

    /// Commits an intent with the use of its authorization and its audit row. Returns its id.
    ///
    /// # Errors
    /// [`Refusal`]: the holder, the authorization, a weak key; [`StoreError::Duplicate`].
    pub(in crate::services) async fn record_intent(
        &self,
        context: &RequestContext,
        intent: Intent<'_>,
    ) -> Result<String> {
        let new = self.prepare_intent(intent, context.now)?;
        let compared = self.compare_key(&new.spki, context.now).await?;
        let mut shared = None;
        let accounts = self.accounts();
        let recorded = accounts.transaction(async |tx| {
            // Checked again in this transaction: a request lasts for minutes, the certificate of a renewal for a year.
            let subject = intent.holder.subject();
            let holder = Holder::find(&mut *tx, &subject).await?;
            let renews = by_certificate(intent.authorization);
            holder.entitled(&mut *tx, renews).await?;
            if let Some(Authorization::Certificate(old)) = intent.authorization {
                in_use(tx, old).await?;
                let own = &*intent.proven.spki_sha256;
                self.displace_successors(context, tx, &subject, (old, own))
                    .await?;
            }
            // The row first: its constraints distinguish a duplicate from a used authorization.
            certificates::insert_intent(tx, &new).await?;
            if let Some(compared) = &compared {
                shared = Self::record_key(tx, &new.id, compared).await?;
                if shared.is_some() {
                    return Err(Refusal::Csr(CsrError::Key(KeyWeakness::SharedFactor)).into());
                }
            }
            use_up(tx, context, intent, &new.id).await?;
            let ca = ca_id(new.ca()).name();
            let digest = sha256_hex(&new.tbs);
            let detail = json!({ "ca": ca, "serial": new.serial, "tbs-sha256": digest });
            let entry = context.audit(AuditAction::CertificateIntended, ("certificate", &new.id));
            entry.detail(detail).write(tx).await
        });
        let recorded = recorded.await;
        if let (Some(compared), Some(other)) = (&compared, &shared) {
            return Err(self.refuse_shared(compared, other, context.now).await?);
        }
        recorded?;
        self.inner.step.reached(Step::IntentRecorded);
        Ok(new.id)
    }

    /// The row of an intent, with the bytes to be signed.
    pub(super) fn prepare_intent(&self, intent: Intent<'_>, now: Timestamp) -> Result<NewIntent> {
        let (holder, spki) = (intent.holder, &intent.proven.spki_der);
        let (ca, issuer) = holder.issuer();
        let prepare = |name: &str| self.inner.ca.prepare(ca, name, spki, now);
        let (name, shorter) = holder.names();
        let prepared = match (prepare(&name), shorter) {
            (Err(IssueError::Profile(ProfileError::Subject(_))), Some(shorter)) => {
                prepare(shorter)?
            }
            (other, _) => other?,
        };
        let (grant_id, replaces) = match intent.authorization {
            Some(Authorization::Grant(id)) => (Some(id.clone()), None),
            Some(Authorization::Certificate(id)) => (None, Some(id.clone())),
            Some(Authorization::ActivationCode(_)) | None => (None, None),
        };
        let subject = holder.subject();
        Ok(NewIntent {
            id: id::new_id()?,
            serial: prepared.serial,
            issuer,
            generation: prepared.ca.generation,
            user_id: subject.user_id().map(str::to_owned),
            staff_id: subject.staff_id().map(str::to_owned),
            grant_id,
            request_id: intent.request_id.map(str::to_owned),
            replaces,
            spki: spki.clone(),
            csr: Some(intent.proven.der.clone()),
            tbs: prepared.tbs,
            not_before: prepared.validity.not_before,
            not_after: prepared.validity.not_after,
            created_at: now,
            shard: prepared.shard,
        })
    }

    /// Signs a recorded certificate, stores it as `issued` and returns it (DER); if it is already signed, returns it
    /// unchanged.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`]; [`Refusal::RequestClosed`] if it was given up before it was signed.
    pub(in crate::services) async fn complete(
        &self,
        context: &RequestContext,
        row: Certificate,
    ) -> Result<Vec<u8>> {
        if let Some(der) = row.der {
            return Ok(der);
        }
        let der = self.inner.ca.sign(ca_id(row.ca()), &row.tbs).await?;
        self.inner.step.reached(Step::Signed);
        let sha256 = sha256_hex(&der);
        let (actor, now) = (&context.actor, context.now);
        let accounts = self.accounts();
        let stored = accounts.transaction(async |tx| {
            if !certificates::set_issued(tx, &row.id, &der, &sha256, actor, now).await? {
                return Ok(false);
            }
            let entry = context.audit(AuditAction::CertificateIssued, ("certificate", &row.id));
            let detail = json!({ "serial": row.serial, "sha256": sha256 });
            entry.detail(detail).write(tx).await?;
            Ok(true)
        });
        if stored.await? {
            self.inner.step.reached(Step::Stored);
            return Ok(der);
        }
        // Two workers signed the same bytes; the result that is stored first counts (ECDSA signatures differ each time).
        let stored = self.row(&row.id).await?;
        stored.der.ok_or_else(|| Refusal::RequestClosed.into())
    }

    async fn row(&self, id: &str) -> Result<Certificate> {
        let row = certificates::find(&self.inner.store, id).await?;
        Ok(row.ok_or(Fault::Inconsistent("certificate row is gone"))?)
    }
}

/// Uses up the authorization for the certificate with this id.
async fn use_up(
    tx: &mut Tx,
    context: &RequestContext,
    intent: Intent<'_>,
    certificate_id: &str,
) -> Result<()> {
    match intent.authorization {
        Some(Authorization::Grant(grant)) if !grants::use_up(tx, grant, context.now).await? => {
            Err(Refusal::GrantMissing.into())
        }
        Some(Authorization::ActivationCode(digest)) => {
            use_code(tx, context, digest, intent, certificate_id).await
        }
        Some(Authorization::Grant(_) | Authorization::Certificate(_)) | None => Ok(()),
    }
}

/// Uses an activation code for this key, and gives up certificates that were begun with an earlier one.
async fn use_code(
    tx: &mut Tx,
    context: &RequestContext,
    digest: &str,
    intent: Intent<'_>,
    certificate_id: &str,
) -> Result<()> {
    let subject = intent.holder.subject();
    let code = good_code(
        context,
        activation_codes::find(&mut *tx, subject.id()).await?,
        digest,
    )?;
    if code.used_at.is_some() {
        return Err(Refusal::KeyMismatch.into());
    }
    let used = ActivationCode {
        used_at: Some(context.now),
        ..code
    };
    activation_codes::put(tx, &used).await?;
    let detail = json!({ "key": &intent.proven.spki_sha256, "request": intent.request_id });
    context
        .by(subject.actor())
        .audit(
            AuditAction::StaffCredentialUsed,
            (subject.kind(), subject.id()),
        )
        .detail(detail)
        .write(tx)
        .await?;
    give_up_others(tx, context, &subject, certificate_id).await
}

/// The code, if it is the one with this digest and has not expired.
///
/// # Errors
/// [`Refusal::CredentialInvalid`].
pub(super) fn good_code(
    context: &RequestContext,
    code: Option<ActivationCode>,
    digest: &str,
) -> Result<ActivationCode> {
    let good = code.filter(|one| {
        let known = activation_code::digest(one);
        known.as_deref() == Some(digest) && context.now < one.expires_at
    });
    Ok(good.ok_or(Refusal::CredentialInvalid)?)
}

/// A renewal depends on the certificate to be renewed: if that became inactive after the agent presented it, there is
/// no successor.
pub(super) async fn in_use(tx: &mut Tx, certificate_id: &str) -> Result<()> {
    let row = certificates::find(tx, certificate_id).await?;
    let why = match row.map(|row| row.state) {
        Some(State::Active) => return Ok(()),
        Some(State::Suspended) => CertificateRefusal::Suspended,
        Some(State::Superseded) => CertificateRefusal::Superseded,
        Some(State::Revoked) => CertificateRefusal::Revoked,
        Some(State::Intent | State::Issued | State::Abandoned) | None => {
            CertificateRefusal::Unknown
        }
    };
    Err(Refusal::Certificate(why).into())
}

/// Checks a CSR outside the async threads: an RSA key takes milliseconds.
pub(super) async fn prove(csr: &[u8]) -> Result<ProvenRequest> {
    let csr = csr.to_vec();
    let proven = tokio::task::spawn_blocking(move || ProvenRequest::parse(&csr)).await;
    let proven: std::result::Result<_, CsrError> =
        proven.map_err(|e| Fault::Task(e.to_string()))?;
    proven.map_err(|e| Refusal::Csr(e).into())
}
