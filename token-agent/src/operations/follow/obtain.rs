//! From the key to a checked certificate: CSR, EST, answer.

use std::sync::Arc;

use inkan_pki::messages::link::Action;
use inkan_pki::messages::request::ProgressStep;
use inkan_pki::signer::rcgen::RcgenKey;
use inkan_pki::x509::summary::CertificateSummary;
use rcgen::{CertificateParams, DistinguishedName, DnType};

use super::key::{self, Origin, OurKey};
use super::{Job, make, renewal};
use crate::answer::check::{Expected, ours};
use crate::answer::{path, unpack};
use crate::error::{BankError, Failure, Refusal};
use crate::http::certificate::reenroll;
use crate::http::patience::Tried;
use crate::http::portal::refused;
use crate::operations::unlock::signer;
use crate::output::event::Work;
use crate::token::signer::sign_failure;

/// A certificate that passed every check, and its key.
#[derive(Debug)]
pub(crate) struct Issued {
    pub(crate) key: OurKey,
    pub(crate) der: Vec<u8>,
    pub(crate) summary: CertificateSummary,
}

/// Settles on a key and gets the bank's certificate for it.
///
/// # Errors
/// What the token or the bank said. A key made for this request and refused for good is off the token again.
pub(super) fn certificate(job: &Job<'_>) -> Result<Issued, Failure> {
    let mut key = key::settle(job)?;
    loop {
        let failed = match with_key(job, key.clone()) {
            Ok(issued) => return Ok(issued),
            Err(failed) => failed,
        };
        let remove = failed.key_is_dead
            && match key.origin {
                // A certificate for a key made just now: whoever got it, the key is not to go.
                Origin::Fresh => !certified(&failed.failure),
                Origin::Left => only_this_key(&failed.failure),
                Origin::Resumed => false,
            };
        if remove {
            // What stays on a token that fails here is found again as a key left behind.
            let _ = key::remove(job, &key);
        }
        if !remove || key.origin == Origin::Fresh {
            return Err(failed.failure);
        }
        key = make::key(job)?;
    }
}

/// True when the bank refuses this key, whatever the customer does: another key may be taken.
fn only_this_key(failure: &Failure) -> bool {
    match failure {
        Failure::Bank(BankError::Refused(refusal)) => {
            refusal.code.starts_with("key-") && refusal.code != "key-mismatch"
        }
        _ => false,
    }
}

/// True when the bank says that the key has a certificate.
fn certified(failure: &Failure) -> bool {
    matches!(failure, Failure::Bank(BankError::Refused(refusal)) if refusal.code == "key-already-certified")
}

/// A failure, and whether no certificate can ever come for the key that was sent.
struct Failed {
    failure: Failure,
    key_is_dead: bool,
}

impl<E: Into<Failure>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self {
            failure: error.into(),
            key_is_dead: false,
        }
    }
}

/// The bank has never heard of the key: it is of no use to anybody.
fn unsent(failure: Failure) -> Failed {
    Failed {
        failure,
        key_is_dead: true,
    }
}

fn with_key(job: &Job<'_>, key: OurKey) -> Result<Issued, Failed> {
    let csr = request(job, &key).map_err(unsent)?;
    job.portal.progress(ProgressStep::KeyMade, None);
    job.still_wanted().map_err(unsent)?;
    job.working(Work::AskingBank);
    let Tried { result, ambiguous } = match job.picked.action {
        Action::Enroll => job.send(|| job.portal.enroll(&csr))?,
        Action::Renew => {
            let channel = renewal::channel(job, &key).map_err(unsent)?;
            job.send(|| reenroll(&channel, &csr))?
        }
        // Nothing is certified for a login; the request's own check comes first.
        Action::Login => return Err(unsent(BankError::Mismatch { field: "action" }.into())),
    };
    let answer = result?;
    if answer.is_busy() {
        return Err(BankError::Busy.into());
    }
    if let Some(refusal) = answer.refusal("simpleenroll")? {
        // If an earlier try may have got through, there may be a certificate for this key after all.
        let key_is_dead = !ambiguous && definite(&refusal);
        return Err(Failed {
            failure: refused(refusal).into(),
            key_is_dead,
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

/// True when sending the same again cannot help.
fn definite(refusal: &Refusal) -> bool {
    (400..500).contains(&refusal.status) && !matches!(refusal.status, 408 | 425 | 429)
}

/// The CSR (DER), signed by the token. The bank makes the subject itself; the login ID is for its log.
fn request(job: &Job<'_>, key: &OurKey) -> Result<Vec<u8>, Failure> {
    let signer = Arc::new(signer(&job.token, job.person, &key.entry)?);
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

/// The CA certificates above the new one. What cannot be fetched or proved is left out: the bank file has the issuer.
pub(super) fn chain(job: &Job<'_>, certificate: &[u8]) -> Vec<Vec<u8>> {
    let fetched = job.portal.ca_certificates().ok();
    let offered = fetched
        .and_then(|a| unpack::certificates(&a.body).ok())
        .unwrap_or_default();
    let trusted: Vec<&[u8]> = job.bank.customer_ca.iter().map(|c| &**c).collect();
    let offered: Vec<&[u8]> = offered.iter().map(Vec::as_slice).collect();
    path::issuers(certificate, &trusted, &offered)
}
