//! OCSP: responses signed in advance for what was issued, on demand for the rest.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::Semaphore;

use super::cache::{Key, ReadyResponse};
use super::crls::octets;
use super::memory::Ended;
use super::scope::on_record;
use crate::ca::ocsp::{Asked, CertificateId, IssuerDigests, OcspStatus, Problem, ResponseContent};
use crate::ca::reason::Reason;
use crate::services::{Error, Fault, Refusal, Result, Services};
use crate::store::certificates::{Ca, State};
use crate::store::ocsp_responses::{self, CertificateStatus, StoredResponse};
use crate::store::{id, signer_certificates, unknown_serials};

use inkan_pki::x509::summary::serial_hex;

/// Signatures on demand at the same time; further ones get `tryLater`, so that issuing never waits.
const ON_DEMAND: usize = 16;
/// Maximum age of the status memory; beyond that the store is read instead.
const STALE: Duration = Duration::from_secs(2);
/// Clients give up soon: one that gets no answer within this time gets `tryLater`.
const RESPONSE_TIMEOUT: Duration = Duration::from_millis(900);
/// How long the HSM is waited for if there is a response without the nonce.
const SIGN_TIMEOUT: Duration = Duration::from_millis(300);

/// State of the server's OCSP side.
#[derive(Debug)]
pub(in crate::services) struct Responder {
    pub(super) kept: super::cache::ResponseCache,
    turns: Semaphore,
}

impl Default for Responder {
    fn default() -> Self {
        Self {
            kept: super::cache::ResponseCache::default(),
            turns: Semaphore::new(ON_DEMAND),
        }
    }
}

/// What is sent back.
#[derive(Debug, Clone)]
pub enum Reply {
    /// A response that anybody may cache until it expires.
    Lasting(ReadyResponse),
    /// A response for this client only.
    Once(Arc<[u8]>),
    /// No response.
    Refused(Problem),
}

/// There is no data to answer from (RFC 5019, 2.2.3): not signed.
const NOT_OURS: (Reply, &str) = (Reply::Refused(Problem::Unauthorized), "unauthorized");

/// A signed response and its time.
struct Signed {
    der: Vec<u8>,
    this_update: Timestamp,
    next_update: Timestamp,
}

/// A requested certificate of one of our CAs.
struct Question {
    ca: Ca,
    id: CertificateId,
}

impl Services {
    /// Answers an OCSP request (DER).
    pub async fn ocsp(&self, request: &[u8], now: Timestamp) -> Reply {
        let answered = tokio::time::timeout(RESPONSE_TIMEOUT, self.try_ocsp(request, now)).await;
        let answered =
            answered.unwrap_or_else(|_| Err(Refusal::Unavailable { retry_after: 1 }.into()));
        let (reply, outcome) = match answered {
            Ok((reply, outcome)) => (reply, outcome),
            Err(Error::Refused(_)) => (Reply::Refused(Problem::TryLater), "try-later"),
            Err(Error::Fault(fault)) if fault.retry_after().is_some() => {
                (Reply::Refused(Problem::TryLater), "try-later")
            }
            Err(Error::Fault(fault)) => {
                tracing::error!(error = %fault, "an OCSP request could not be answered");
                (Reply::Refused(Problem::InternalError), "error")
            }
        };
        metrics::counter!("inkan_ocsp_responses_total", "outcome" => outcome).increment(1);
        reply
    }

    async fn try_ocsp(&self, request: &[u8], now: Timestamp) -> Result<(Reply, &'static str)> {
        let asked = match Asked::parse(request) {
            Ok(asked) => asked,
            Err(error) => {
                tracing::debug!(%error, "OCSP request");
                return Ok((Reply::Refused(Problem::MalformedRequest), "malformed"));
            }
        };
        let Some(questions) = self.ours(asked.certificates) else {
            return Ok(NOT_OURS);
        };
        match questions.as_slice() {
            [one] => self.one(one, asked.nonce.as_deref(), now).await,
            many => {
                let mut ocsp_statuses = Vec::with_capacity(many.len());
                for one in many {
                    let ocsp_status = self.soon(self.ocsp_status(one)).await?;
                    ocsp_statuses.push((one.id.clone(), ocsp_status));
                }
                let known = |ocsp_status: &OcspStatus| *ocsp_status != OcspStatus::Unknown;
                if !ocsp_statuses
                    .iter()
                    .any(|(_, ocsp_status)| known(ocsp_status))
                {
                    return Ok(NOT_OURS);
                }
                let one = many.first().ok_or(Fault::Inconsistent("OCSP request"))?;
                let der = self.sign_now(one.ca, &ocsp_statuses, asked.nonce.as_deref(), now);
                Ok((Reply::Once(der.await?), "signed"))
            }
        }
    }

    /// The requested certificates, if all of them are of one of our CAs: no other signature would satisfy the client.
    fn ours(&self, certificates: Vec<CertificateId>) -> Option<Vec<Question>> {
        let first = certificates.first()?;
        let digests = &self.inner.digests;
        let (ca, digests) = digests.iter().find(|(_, one)| one.is_meant(first))?;
        let all = certificates.iter().all(|id| digests.is_meant(id));
        let question = |id| Question { ca: *ca, id };
        all.then(|| certificates.into_iter().map(question).collect())
    }

    async fn one(
        &self,
        question: &Question,
        nonce: Option<&[u8]>,
        now: Timestamp,
    ) -> Result<(Reply, &'static str)> {
        let key = Key {
            ca: question.ca,
            digest: question.id.digest.unwrap_or(crate::ca::ocsp::Digest::Sha1),
            serial: question.id.serial.clone(),
        };
        let kept = self.inner.responder.kept.get(&key).filter(|a| a.good(now));
        if nonce.is_none()
            && let Some(answer) = kept.as_ref().filter(|a| a.recent() && self.agrees(a))
        {
            return Ok((Reply::Lasting(answer.clone()), "kept"));
        }
        let found = match self.soon(self.look_up(&key)).await {
            Ok(found) => found,
            // The store is unavailable: the last valid response is used, unless the memory contradicts it.
            Err(error) => {
                return match kept.filter(|answer| self.as_heard(answer)) {
                    Some(answer) => Ok((Reply::Lasting(answer), "kept")),
                    None => Err(error),
                };
            }
        };
        let (ocsp_status, stored, row) = match found {
            None => (self.soon(self.unlisted(question)).await?, None, None),
            // Given up at a reconciliation, although it may exist.
            Some((row, _)) if row.state == State::Abandoned => {
                (self.soon(self.unlisted(question)).await?, None, None)
            }
            Some((row, stored)) => {
                let good = stored.filter(|a| a.good(now) && a.ended == ended(&row));
                (ocsp_status_of(&row), good, Some(row))
            }
        };
        // Unknown, or not issued yet: a client that tries one serial number after the other makes the HSM sign nothing.
        if ocsp_status == OcspStatus::Unknown {
            return Ok(NOT_OURS);
        }
        if nonce.is_none()
            && let Some(answer) = stored.clone()
        {
            self.inner.responder.kept.put(key, answer.clone());
            return Ok((Reply::Lasting(answer), "stored"));
        }
        // From now on one response for all requests about it.
        if let (None, Some(row)) = (nonce, row.filter(|row| is_settled(row.state)))
            && let Some(answer) = self.response_in_time(row, key, now).await?
        {
            return Ok((Reply::Lasting(answer), "signed"));
        }
        let ocsp_statuses = [(question.id.clone(), ocsp_status)];
        let signed = self.sign_now(question.ca, &ocsp_statuses, nonce, now);
        let signed = match &stored {
            None => signed.await,
            Some(_) => tokio::time::timeout(SIGN_TIMEOUT, signed)
                .await
                .unwrap_or_else(|_| Err(Refusal::Unavailable { retry_after: 1 }.into())),
        };
        match signed {
            Ok(der) => Ok((Reply::Once(der), "signed")),
            // Without the HSM there is no response with this nonce, but a valid one without (RFC 5019 §4).
            Err(error) => match stored {
                Some(answer) => {
                    tracing::debug!(%error, "answered without the nonce");
                    Ok((Reply::Lasting(answer), "stored"))
                }
                None => Err(error),
            },
        }
    }

    /// Whether a response may be sent again without reading the store: within its validity period, read a short while
    /// ago, and the known status of its certificate has not changed.
    #[must_use]
    pub fn is_current(&self, answer: &ReadyResponse, now: Timestamp) -> bool {
        answer.good(now) && answer.recent() && self.agrees(answer)
    }

    /// Whether a response agrees with the known status of its certificate; false if too little is known.
    fn agrees(&self, answer: &ReadyResponse) -> bool {
        let age = self.status_memory().age(Instant::now());
        age.is_some_and(|age| age < STALE) && self.as_heard(answer)
    }

    /// Whether a response agrees with the last known status, however old.
    fn as_heard(&self, answer: &ReadyResponse) -> bool {
        self.status_memory().look(answer.issuer, &answer.serial) == answer.ended
    }

    async fn look_up(
        &self,
        key: &Key,
    ) -> Result<Option<(CertificateStatus, Option<ReadyResponse>)>> {
        let serial = serial_hex(&key.serial);
        let found = ocsp_responses::find(&self.inner.store, &serial, key.digest.as_str()).await?;
        let found = found.filter(|(ocsp_status, _)| ocsp_status.ca == key.ca);
        Ok(found.map(|(ocsp_status, kept)| {
            let kept = kept.filter(|kept| is_settled(kept.state));
            let answer = kept.map(|kept| ReadyResponse {
                sha256: id::sha256_hex(&kept.der).into(),
                der: kept.der.into(),
                this_update: kept.this_update,
                next_update: kept.next_update,
                issuer: key.ca.issuer,
                serial: key.serial.as_slice().into(),
                ended: Ended::of(kept.state),
                read: Instant::now(),
            });
            (ocsp_status, answer)
        }))
    }

    async fn ocsp_status(&self, question: &Question) -> Result<OcspStatus> {
        let serial = serial_hex(&question.id.serial);
        let found = ocsp_responses::find(&self.inner.store, &serial, "sha1").await?;
        match found {
            Some((row, _)) if row.ca == question.ca && row.state != State::Abandoned => {
                Ok(ocsp_status_of(&row))
            }
            _ => self.unlisted(question).await,
        }
    }

    /// A serial number that belongs to no customer and no staff member: to one of our own signers, or to nobody.
    async fn unlisted(&self, question: &Question) -> Result<OcspStatus> {
        let serial = serial_hex(&question.id.serial);
        let store = &self.inner.store;
        if let Some(lost) = unknown_serials::find(store, question.ca, &serial).await? {
            return Ok(OcspStatus::Revoked {
                at: lost.revoked_at,
                reason: Reason::parse(&lost.reason).unwrap_or(Reason::Unspecified),
            });
        }
        let signer = signer_certificates::is_signed(store, question.ca, &serial).await?;
        Ok(if signer {
            OcspStatus::Good
        } else {
            OcspStatus::Unknown
        })
    }

    /// As [`Self::response_for_all`], in a separate task: it completes even if the client has gone, and the next one
    /// finds the response.
    async fn response_in_time(
        &self,
        row: CertificateStatus,
        key: Key,
        now: Timestamp,
    ) -> Result<Option<ReadyResponse>> {
        let this = self.clone();
        let task = tokio::spawn(async move {
            let answer = this.response_for_all(&row, &key, now).await?;
            if let Some(answer) = &answer {
                this.inner.responder.kept.put(key, answer.clone());
            }
            Ok(answer)
        });
        task.await
            .unwrap_or_else(|error| Err(Fault::Task(error.to_string()).into()))
    }

    /// Signs the response for a certificate that has none yet, and stores it.
    async fn response_for_all(
        &self,
        row: &CertificateStatus,
        key: &Key,
        now: Timestamp,
    ) -> Result<Option<ReadyResponse>> {
        let turns = &self.inner.responder.turns;
        let _turn = turns
            .try_acquire()
            .map_err(|_| Refusal::Unavailable { retry_after: 1 })?;
        let Some(answer) = self.presign_response(row, key.digest, now).await? else {
            return Ok(None);
        };
        self.keep(std::slice::from_ref(&answer)).await?;
        Ok(Some(ReadyResponse {
            sha256: id::sha256_hex(&answer.der).into(),
            der: answer.der.into(),
            this_update: answer.this_update,
            next_update: answer.next_update,
            issuer: key.ca.issuer,
            serial: key.serial.as_slice().into(),
            ended: Ended::of(row.state),
            read: Instant::now(),
        }))
    }

    async fn sign_now(
        &self,
        ca: Ca,
        ocsp_statuses: &[(CertificateId, OcspStatus)],
        nonce: Option<&[u8]>,
        now: Timestamp,
    ) -> Result<Arc<[u8]>> {
        let turns = &self.inner.responder.turns;
        let _turn = turns
            .try_acquire()
            .map_err(|_| Refusal::Unavailable { retry_after: 1 })?;
        let signed = self.sign_response(ca, ocsp_statuses, nonce, now).await?;
        Ok(signed.der.into())
    }

    /// Signs, and returns the validity period of the response.
    async fn sign_response(
        &self,
        ca: Ca,
        ocsp_statuses: &[(CertificateId, OcspStatus)],
        nonce: Option<&[u8]>,
        now: Timestamp,
    ) -> Result<Signed> {
        let signer = self.ocsp_signer(ca, now).await?;
        let end = now.checked_add(self.settings().periods.ocsp);
        let next_update = end.unwrap_or(Timestamp::MAX).min(signer.not_after);
        let start = now.checked_sub(self.settings().periods.ocsp_backdate);
        // Never before its signer's certificate.
        let this_update = start.unwrap_or(now).max(signer.not_before).min(now);
        let answer = ResponseContent {
            certificates: ocsp_statuses,
            nonce,
            produced_at: now,
            this_update,
            next_update,
        };
        let der = self.inner.ca.sign_response(&signer, &answer).await?;
        Ok(Signed {
            der,
            this_update,
            next_update,
        })
    }

    /// Signs the response for one certificate, to be stored.
    pub(super) async fn presign_response(
        &self,
        row: &CertificateStatus,
        digest: crate::ca::ocsp::Digest,
        now: Timestamp,
    ) -> Result<Option<StoredResponse>> {
        let digests = self.inner.digests.iter().find(|(ca, _)| *ca == row.ca);
        let id = digests.zip(octets(&row.serial));
        let Some(id) = id.and_then(|((_, digests), serial)| digests.id(digest, &serial)) else {
            return Ok(None);
        };
        let ocsp_statuses = [(id, ocsp_status_of(row))];
        let signed = self
            .sign_response(row.ca, &ocsp_statuses, None, now)
            .await?;
        Ok(Some(StoredResponse {
            serial: row.serial.clone(),
            digest: digest.as_str(),
            ca: row.ca,
            state: row.state,
            der: signed.der,
            this_update: signed.this_update,
            next_update: signed.next_update,
            certificate_end: row.not_after,
        }))
    }
}

/// Whether a response may be stored: a certificate that is being issued becomes active without an event in the memory.
const fn is_settled(state: State) -> bool {
    !matches!(state, State::Intent | State::Abandoned)
}

/// The state that the memory would have for a certificate. One that lapsed after its expiry was never revoked.
fn ended(row: &CertificateStatus) -> Option<Ended> {
    Ended::of(row.state)
}

/// The status for clients.
pub(super) fn ocsp_status_of(row: &CertificateStatus) -> OcspStatus {
    let reason = row.reason.as_deref();
    match row.state {
        State::Intent | State::Abandoned => OcspStatus::Unknown,
        State::Issued | State::Active => OcspStatus::Good,
        State::Superseded if reason == Some(crate::services::certificates::lifecycle::EXPIRED) => {
            OcspStatus::Good
        }
        State::Superseded | State::Suspended | State::Revoked => OcspStatus::Revoked {
            at: row.ended_at.unwrap_or(row.not_after),
            reason: reason
                .and_then(Reason::parse)
                .unwrap_or(Reason::Unspecified),
        },
    }
}

/// The digests by which clients identify our CAs.
pub(in crate::services) fn digests(ca: &crate::ca::Authority) -> Vec<(Ca, IssuerDigests)> {
    let cas = ca.cas().iter();
    cas.filter_map(|ca| Some((on_record(ca.id), IssuerDigests::new(&ca.certificate)?)))
        .collect()
}
