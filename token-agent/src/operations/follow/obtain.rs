//! From the key to a validated certificate: CSR, EST, response.

use std::sync::Arc;

use inkan_pki::messages::link::Action;
use inkan_pki::messages::request::ProgressStep;
use inkan_pki::signer::rcgen::RcgenKey;
use inkan_pki::x509::summary::CertificateSummary;
use rcgen::{CertificateParams, DistinguishedName, DnType};

use super::key::{self, EnrolmentKey, KeyOrigin};
use super::{Job, generate, renewal};
use crate::error::{BankError, Failure, Refusal};
use crate::http::certificate::reenroll;
use crate::http::portal::refused;
use crate::http::retry::RetryOutcome;
use crate::operations::unlock::signer;
use crate::output::event::Work;
use crate::response::check::{Expected, ours};
use crate::response::{path, unpack};
use crate::token::signer::sign_failure;

/// A certificate that passed every check, and its key.
#[derive(Debug)]
pub(crate) struct Issued {
    pub(crate) key: EnrolmentKey,
    pub(crate) der: Vec<u8>,
    pub(crate) summary: CertificateSummary,
}

/// Finds or generates a key and obtains the bank's certificate for it.
///
/// # Errors
/// The error that the token or the bank reports. A key that was generated for this request and is refused permanently
/// is deleted.
pub(super) fn certificate(job: &Job<'_>) -> Result<Issued, Failure> {
    let mut key = key::find_or_generate(job)?;
    loop {
        let failed = match with_key(job, key.clone()) {
            Ok(issued) => return Ok(issued),
            Err(failed) => failed,
        };
        let remove = failed.key_unusable
            && match key.origin {
                // A new key that already has a certificate: whoever got it, the key is kept.
                KeyOrigin::Generated => !certified(&failed.failure),
                KeyOrigin::LeftOver => only_this_key(&failed.failure),
                KeyOrigin::Resumed => false,
            };
        if remove {
            // If the key cannot be deleted, a later attempt finds it as a left-over key.
            let _ = key::remove(job, &key);
        }
        if !remove || key.origin == KeyOrigin::Generated {
            return Err(failed.failure);
        }
        key = generate::generate(job)?;
    }
}

/// Whether the bank refuses this key permanently, so that another key may be used.
fn only_this_key(failure: &Failure) -> bool {
    match failure {
        Failure::Bank(BankError::Refused(refusal)) => {
            refusal.code.starts_with("key-") && refusal.code != "key-mismatch"
        }
        _ => false,
    }
}

/// Whether the bank reports that the key has a certificate.
fn certified(failure: &Failure) -> bool {
    matches!(failure, Failure::Bank(BankError::Refused(refusal)) if refusal.code == "key-already-certified")
}

/// A failure, and whether the sent key can never get a certificate.
struct Failed {
    failure: Failure,
    key_unusable: bool,
}

impl<E: Into<Failure>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self {
            failure: error.into(),
            key_unusable: false,
        }
    }
}

/// The bank has never seen the key, so it is useless.
fn unsent(failure: Failure) -> Failed {
    Failed {
        failure,
        key_unusable: true,
    }
}

fn with_key(job: &Job<'_>, key: EnrolmentKey) -> Result<Issued, Failed> {
    let csr = request(job, &key).map_err(unsent)?;
    job.portal.progress(ProgressStep::KeyMade, None);
    job.check_cancelled().map_err(unsent)?;
    job.working(Work::RequestingCertificate);
    let RetryOutcome { result, ambiguous } = match job.picked.action {
        Action::Enroll => job.send(|| job.portal.enroll(&csr))?,
        Action::Renew => {
            let channel = renewal::channel(job, &key).map_err(unsent)?;
            job.send(|| reenroll(&channel, &csr))?
        }
        // These certify nothing; the check of the request comes first.
        Action::Login | Action::Unseal => {
            return Err(unsent(BankError::Mismatch { field: "action" }.into()));
        }
    };
    let answer = result?;
    if answer.is_busy() {
        return Err(BankError::Busy.into());
    }
    if let Some(refusal) = answer.refusal("simpleenroll")? {
        // An earlier attempt may have been processed, so a certificate for this key may exist.
        let key_unusable = !ambiguous && definite(&refusal);
        return Err(Failed {
            failure: refused(refusal).into(),
            key_unusable,
        });
    }
    let certificates = unpack::certificates(&answer.body)?;
    let expected = Expected {
        spki_der: &key.entry.spki_der,
        login_id: &job.picked.login_id,
        customer_ca: &job.bank.customer_ca,
        now: job.clock.unix(),
    };
    let (der, summary) = ours(&certificates, &expected)?;
    Ok(Issued { key, der, summary })
}

/// Whether a retry cannot help.
fn definite(refusal: &Refusal) -> bool {
    (400..500).contains(&refusal.status) && !matches!(refusal.status, 408 | 425 | 429)
}

/// The CSR (DER), signed by the token. The bank sets the subject itself; the login ID is for its log.
fn request(job: &Job<'_>, key: &EnrolmentKey) -> Result<Vec<u8>, Failure> {
    let signer = Arc::new(signer(&job.token, job.ui, &key.entry)?);
    let rcgen_key = RcgenKey::new(signer).map_err(|e| Failure::Internal(e.to_string()))?;
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, job.picked.login_id.as_str());
    let csr = params
        .serialize_request(&rcgen_key)
        .map_err(|e| match rcgen_key.take_error() {
            Some(error) => Failure::Token(sign_failure(&error)),
            None => Failure::Internal(format!("CSR: {e}")),
        })?;
    Ok(csr.der().to_vec())
}

/// The CA certificates above the new one. Those that cannot be fetched or verified are left out: the bank file has the
/// issuer.
pub(super) fn chain(job: &Job<'_>, certificate: &[u8]) -> Vec<Vec<u8>> {
    let fetched = job.portal.ca_certificates().ok();
    let offered = fetched
        .and_then(|a| unpack::certificates(&a.body).ok())
        .unwrap_or_default();
    let trusted: Vec<&[u8]> = job.bank.customer_ca.iter().map(|c| &**c).collect();
    let offered: Vec<&[u8]> = offered.iter().map(Vec::as_slice).collect();
    path::issuers(certificate, &trusted, &offered)
}
