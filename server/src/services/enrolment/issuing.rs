//! Issuing: intent on record first, then signed, then stored. No transaction is open while the HSM works.
//!
//! A request repeated with the same key gets the same certificate; another key gets an error.

use jiff::Timestamp;
use serde_json::json;

use inkan_pki::messages::identifier::Identifier;
use inkan_pki::secret::Secret;
use inkan_pki::x509::csr::{CsrError, ProvenRequest};
use inkan_pki::x509::fingerprint::sha256_hex;

use crate::ca::IssuerId;
use crate::services::audit::rows::audit;
use crate::services::authentication::login::CertificateRefusal;
use crate::services::step::Step;
use crate::services::{Caller, Error, Fault, Refusal, Result, Services};
use crate::store::audit::Actor;
use crate::store::certificates::{self, Certificate, Issuer, NewIntent, State};
use crate::store::requests::{self, EnrolmentRequest};
use crate::store::users::User;
use crate::store::{Db, StoreError, Tx, Unique, contracts, grants, id, users};

impl Services {
    /// Issues the certificate of a picked-up request for the key in `csr` (DER) and returns it (DER).
    ///
    /// # Errors
    /// [`Refusal`]: credential, time, CSR, key, grant; [`Refusal::Unavailable`] while the HSM is unavailable: the intent stays
    /// on record and the same call continues later.
    pub async fn enroll(
        &self,
        request_id: &str,
        credential: &Secret,
        csr: &[u8],
        caller: Caller,
        now: Timestamp,
    ) -> Result<Vec<u8>> {
        // Before anything is recorded under it: an id is short and of few characters.
        Identifier::new(request_id).map_err(|_| Refusal::CredentialInvalid)?;
        let done = async {
            let request = self.authenticated(request_id, credential, now).await?;
            self.inner.step.reached(Step::CsrReceived);
            let proven = prove(csr).await?;
            let row = self
                .intent_for_request(&request, &proven, caller, now)
                .await?;
            self.complete(row, Actor::Agent(request_id.to_owned()), caller, now)
                .await
        };
        match done.await {
            // Nothing was decided: the same request continues later.
            Err(Error::Refused(refusal @ Refusal::Unavailable { .. })) => Err(refusal.into()),
            Err(Error::Refused(refusal)) => {
                let actor = Actor::Agent(request_id.to_owned());
                let entry = audit(actor, "certificate.requested", "request", request_id);
                self.record_refusal(entry.from(caller).refused(&refusal), now)
                    .await?;
                Err(refusal.into())
            }
            other => other,
        }
    }

    /// The row on record for this request and key: the one there is, or a new intent.
    async fn intent_for_request(
        &self,
        request: &EnrolmentRequest,
        proven: &ProvenRequest,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Certificate> {
        let user = users::find(&self.inner.store, &request.user_id).await?;
        let user = user.ok_or(Fault::Inconsistent("request without user"))?;
        let by_certificate = request.grant_id.is_none();
        entitled(&self.inner.store, &user, by_certificate).await?;
        if let Some(known) = self
            .known_key(&user, request.grant_id.as_deref(), proven)
            .await?
        {
            return Ok(known);
        }
        if request.state != requests::State::PickedUp {
            return Err(Refusal::RequestClosed.into());
        }
        if !self.settings().key_algorithms.contains(&proven.algorithm) {
            return Err(Refusal::KeyAlgorithmNotOffered.into());
        }
        // A renewal's credential: the certificate in use gets the successor, and this opens nothing.
        let grant_id = request.grant_id.clone();
        let grant_id = grant_id.ok_or(Refusal::CredentialInvalid)?;
        if certificates::by_grant(&self.inner.store, &grant_id)
            .await?
            .is_some()
        {
            return Err(Refusal::KeyMismatch.into());
        }
        let new = self.new_intent(&user, proven, now)?;
        let new = NewIntent {
            grant_id: Some(grant_id),
            request_id: Some(request.id.clone()),
            ..new
        };
        let actor = Actor::Agent(request.id.clone());
        match self.record_intent(&new, actor, caller, now).await {
            // Somebody was faster: the same request twice, or another key for the same grant.
            Err(Error::Fault(Fault::Store(StoreError::Duplicate(_)))) => {
                let known = self
                    .known_key(&user, new.grant_id.as_deref(), proven)
                    .await?;
                known.ok_or_else(|| Refusal::KeyMismatch.into())
            }
            Err(other) => Err(other),
            Ok(()) => self.row(&new.id).await,
        }
    }

    /// The certificate this key has already, if it belongs to this user and grant and can still continue.
    async fn known_key(
        &self,
        user: &User,
        grant_id: Option<&str>,
        proven: &ProvenRequest,
    ) -> Result<Option<Certificate>> {
        let known = certificates::by_spki_sha256(&self.inner.store, &proven.spki_sha256).await?;
        let Some(known) = known else { return Ok(None) };
        let own = known.user_id.as_deref() == Some(&user.id)
            && known.grant_id.as_deref() == grant_id
            && matches!(known.state, State::Intent | State::Issued | State::Active);
        if own {
            Ok(Some(known))
        } else {
            Err(Refusal::KeyAlreadyCertified.into())
        }
    }

    /// A customer's intent without its reason (grant or predecessor).
    pub(in crate::services) fn new_intent(
        &self,
        user: &User,
        proven: &ProvenRequest,
        now: Timestamp,
    ) -> Result<NewIntent> {
        let prepared =
            self.inner
                .ca
                .prepare(IssuerId::Customer, &user.login_id, &proven.spki_der, now)?;
        Ok(NewIntent {
            id: id::new_id()?,
            serial: prepared.serial,
            issuer: Issuer::Customer,
            generation: prepared.ca.generation,
            user_id: Some(user.id.clone()),
            staff_id: None,
            grant_id: None,
            request_id: None,
            replaces: None,
            spki: proven.spki_der.clone(),
            csr: Some(proven.der.clone()),
            tbs: prepared.tbs,
            not_before: prepared.validity.not_before,
            not_after: prepared.validity.not_after,
            created_at: now,
            shard: prepared.shard,
        })
    }

    /// Commits an intent, with its grant used up and its audit row, as one operation.
    pub(in crate::services) async fn record_intent(
        &self,
        new: &NewIntent,
        actor: Actor,
        caller: Caller,
        now: Timestamp,
    ) -> Result<()> {
        let compared = self.compare_key(&new.spki, now).await?;
        let mut tx = self.inner.store.begin().await?;
        // Once more, as of this transaction: a request lives for minutes, a renewal's certificate for a year.
        if let Some(user_id) = &new.user_id {
            let user = users::find(&mut tx, user_id).await?;
            let user = user.ok_or(Fault::Inconsistent("intent without user"))?;
            entitled(&mut tx, &user, new.replaces.is_some()).await?;
        }
        if let Some(old) = &new.replaces {
            stands(&mut tx, old).await?;
        }
        // First the row, whose constraints tell a duplicate from a grant that is gone.
        certificates::insert_intent(&mut tx, new).await?;
        if let Some(compared) = &compared
            && let Some(other) = Self::record_key(&mut tx, &new.id, compared).await?
        {
            tx.rollback().await?;
            return Err(self.refuse_shared(compared, &other, now).await?);
        }
        if let Some(grant) = &new.grant_id
            && !grants::use_up(&mut tx, grant, now).await?
        {
            tx.rollback().await?;
            return Err(Refusal::GrantMissing.into());
        }
        audit(actor, "certificate.intended", "certificate", &new.id)
            .from(caller)
            .detail(json!({
                "ca": crate::services::certificates::status::ca_id(new.ca()).name(), "serial": new.serial, "tbs-sha256": sha256_hex(&new.tbs),
            }))
            .write(&mut tx, now)
            .await?;
        tx.commit().await?;
        self.inner.step.reached(Step::IntentRecorded);
        Ok(())
    }

    /// Takes a recorded certificate to `issued` and returns it (DER); one that is there already is returned as it is.
    pub(in crate::services) async fn complete(
        &self,
        row: Certificate,
        actor: Actor,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Vec<u8>> {
        if let Some(der) = row.der {
            return Ok(der);
        }
        let ca = crate::services::certificates::status::ca_id(row.ca());
        let der = self.inner.ca.sign(ca, &row.tbs).await?;
        self.inner.step.reached(Step::Signed);
        let sha256 = sha256_hex(&der);
        let mut tx = self.inner.store.begin().await?;
        if certificates::set_issued(&mut tx, &row.id, &der, &sha256, &actor, now).await? {
            audit(actor, "certificate.issued", "certificate", &row.id)
                .from(caller)
                .detail(json!({ "serial": row.serial, "sha256": sha256 }))
                .write(&mut tx, now)
                .await?;
            tx.commit().await?;
            self.inner.step.reached(Step::Stored);
            return Ok(der);
        }
        // Two workers signed the same bytes; the first one stored counts (ECDSA signatures differ each time).
        tx.rollback().await?;
        let stored = self.row(&row.id).await?;
        stored.der.ok_or_else(|| Refusal::RequestClosed.into())
    }

    async fn row(&self, id: &str) -> Result<Certificate> {
        let row = certificates::find(&self.inner.store, id).await?;
        Ok(row.ok_or(Fault::Inconsistent("certificate row is gone"))?)
    }
}

/// Nothing is issued to who is suspended (利用停止), or whose contract was cancelled (解約, R12), since the request was made.
/// A renewal depends on the certificate: failures without it do not end it.
pub(in crate::services) async fn entitled(
    db: impl Into<Db<'_>>,
    user: &User,
    by_certificate: bool,
) -> Result<()> {
    let contract = contracts::find(db, &user.contract_id).await?;
    let contract = contract.ok_or(Fault::Inconsistent("user without contract"))?;
    if contract.status != contracts::Status::Active {
        return Err(Refusal::ContractCancelled.into());
    }
    if user.certificate_login.suspended || (user.login.suspended && !by_certificate) {
        return Err(Refusal::Suspended.into());
    }
    Ok(())
}

/// A renewal depends on the certificate it replaces: one that ended since the agent presented it has no successor.
async fn stands(tx: &mut Tx, certificate_id: &str) -> Result<()> {
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

/// Whether an error of [`Services::record_intent`] says that the key has a certificate.
pub(in crate::services) fn is_duplicate_key(error: &Error) -> bool {
    matches!(
        error,
        Error::Fault(Fault::Store(StoreError::Duplicate(Unique::CertificateKey)))
    )
}

/// Checks a CSR off the async threads: an RSA key costs milliseconds.
pub(in crate::services) async fn prove(csr: &[u8]) -> Result<ProvenRequest> {
    let csr = csr.to_vec();
    let proven = tokio::task::spawn_blocking(move || ProvenRequest::parse(&csr)).await;
    let proven: std::result::Result<_, CsrError> =
        proven.map_err(|e| Fault::Task(e.to_string()))?;
    proven.map_err(|e| Refusal::Csr(e).into())
}
