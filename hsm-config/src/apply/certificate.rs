//! The step that signs a CA certificate and writes it to its file.

use std::sync::Arc;

use inkan_pki::signer::pkcs11::Pkcs11Signer;
use inkan_pki::signer::rcgen::RcgenKey;
use inkan_pki::signer::{SignError, Signer};
use inkan_pki::x509::chain::verify_issued_by;
use inkan_pki::x509::pem;
use inkan_pki::x509::summary::CertificateSummary;

use super::ceremony::Ceremony;
use super::error::{ApplyError, Conflict, Difference};
use super::hsm::{conflict, failed};
use super::planned_fields::PlannedFields;
use crate::ca_profile;
use crate::files;
use crate::spec::CertificateSpec;
use crate::transcript::Event;

/// Largest certificate file read, in bytes.
pub(crate) const MAX_CERTIFICATE_FILE_BYTES: u64 = 64 * 1024;

/// The only certificate of a PEM text.
pub(super) fn summary(text: &str) -> Option<CertificateSummary> {
    let found = pem::certificates(text).ok()?;
    match found.as_slice() {
        [one] => CertificateSummary::parse(one).ok(),
        _ => None,
    }
}

/// Signs the certificate, or recognises the file that an interrupted run wrote.
pub(super) fn certify(
    ceremony: &mut Ceremony<'_>,
    step: &str,
    certificate: &CertificateSpec,
) -> Result<(), ApplyError> {
    let self_signed = certificate.issuer == certificate.key;
    let issuer = if self_signed {
        None
    } else {
        Some(read(ceremony, &certificate.issuer)?)
    };
    let fields = planned_fields(ceremony, step, certificate, issuer.as_deref())?;
    let path = ceremony.spec.certificate_path(&certificate.key);
    let subject_key = signer(ceremony, step, &certificate.key)?;
    let differs = |what| conflict(Conflict::CertificateDiffers(path.clone(), what));

    let present = files::read_text(&path, MAX_CERTIFICATE_FILE_BYTES)
        .map_err(|e| ApplyError::File(path.clone(), e.kind()))?;
    let (event, der) = match present {
        Some(text) => {
            let der = one_der(&text).ok_or_else(|| differs(Difference::Malformed))?;
            (Event::Recognised, der)
        }
        None => {
            let params = ca_profile::params(
                certificate,
                &fields.serial,
                (fields.not_before, fields.not_after),
                !self_signed,
            );
            let params = params.map_err(|e| not_made(step, e))?;
            let issuer = match &issuer {
                None => None,
                Some(der) => Some((der.as_slice(), signer(ceremony, step, &certificate.issuer)?)),
            };
            (Event::Done, sign(step, &params, &subject_key, issuer)?)
        }
    };

    let found = CertificateSummary::parse(&der).map_err(|_| differs(Difference::Malformed))?;
    if !fields.match_certificate(&found) {
        return Err(differs(Difference::Content));
    }
    if found.spki_der != subject_key.spki_der() {
        return Err(differs(Difference::PublicKey));
    }
    verify_issued_by(&der, issuer.as_deref().unwrap_or(&der))
        .map_err(|_| differs(Difference::Signature))?;
    if event == Event::Done {
        files::write_atomically(&path, pem::encode_certificate(&der).as_bytes())
            .map_err(|e| ApplyError::File(path.clone(), e.kind()))?;
    }
    let mut details = fields.details();
    details.insert("subject".to_owned(), certificate.subject.to_string());
    details.insert("issuer".to_owned(), certificate.issuer.clone());
    details.insert("file".to_owned(), format!("{}.pem", certificate.key));
    details.insert("spki_sha256".to_owned(), found.spki_sha256);
    details.insert("sha256".to_owned(), found.sha256);
    ceremony.record(event, step, details)
}

/// Signs on the HSM with the issuer's key, or self-signed with the subject's own.
fn sign(
    step: &str,
    params: &rcgen::CertificateParams,
    subject: &Arc<dyn Signer>,
    issuer: Option<(&[u8], Arc<dyn Signer>)>,
) -> Result<Vec<u8>, ApplyError> {
    let wrap =
        |key: &Arc<dyn Signer>| RcgenKey::new(Arc::clone(key)).map_err(|e| not_made(step, e));
    let subject = wrap(subject)?;
    let (made, key) = match issuer {
        None => (params.self_signed(&subject), subject),
        Some((der, key)) => {
            let issuer = rcgen::Issuer::from_ca_cert_der(&der.into(), wrap(&key)?)
                .map_err(|e| not_made(step, e))?;
            let made = params.signed_by(&subject, &issuer);
            if made.is_err()
                && let Some(error) = issuer.key().take_error()
            {
                return Err(refused(step, error));
            }
            (made, subject)
        }
    };
    match (made, key.take_error()) {
        (Ok(made), _) => Ok(made.der().to_vec()),
        (Err(_), Some(error)) => Err(refused(step, error)),
        (Err(error), None) => Err(not_made(step, error)),
    }
}

fn not_made(step: &str, error: impl ToString) -> ApplyError {
    ApplyError::Certificate(step.to_owned(), error.to_string())
}

fn refused(step: &str, error: SignError) -> ApplyError {
    match error {
        SignError::Token(error) => failed(step)(error),
        SignError::WrongScheme { .. } | SignError::Other(_) => not_made(step, error),
    }
}

/// The recorded fields, or new ones, which are then recorded.
fn planned_fields(
    ceremony: &mut Ceremony<'_>,
    step: &str,
    certificate: &CertificateSpec,
    issuer: Option<&[u8]>,
) -> Result<PlannedFields, ApplyError> {
    if let Some(started) = ceremony.transcript.started(step) {
        let path = ceremony.spec.transcript_path();
        let seq = usize::try_from(started.seq).unwrap_or_default();
        return PlannedFields::recorded(started)
            .ok_or(crate::transcript::TranscriptError::Malformed(path, seq).into());
    }
    let issuer_ends = issuer
        .and_then(|der| CertificateSummary::parse(der).ok())
        .map(|issuer| issuer.not_after);
    let fields = PlannedFields::new(ceremony.now, certificate.years, issuer_ends)?;
    ceremony.start(step, fields.details())?;
    Ok(fields)
}

/// The issuer's certificate from its file, which must be the recorded one.
fn read(ceremony: &Ceremony<'_>, key: &str) -> Result<Vec<u8>, ApplyError> {
    let path = ceremony.spec.certificate_path(key);
    let text = files::read_text(&path, MAX_CERTIFICATE_FILE_BYTES)
        .map_err(|e| ApplyError::File(path.clone(), e.kind()))?
        .ok_or_else(|| conflict(Conflict::CertificateMissing(path.clone())))?;
    let der = one_der(&text).ok_or_else(|| {
        conflict(Conflict::CertificateDiffers(
            path.clone(),
            Difference::Malformed,
        ))
    })?;
    let recorded = ceremony
        .transcript
        .done(&format!("certificate:{key}"))
        .and_then(|line| line.details.get("sha256"));
    if recorded != Some(&inkan_pki::x509::fingerprint::sha256_hex(&der)) {
        return Err(conflict(Conflict::CertificateDiffers(
            path,
            Difference::Content,
        )));
    }
    Ok(der)
}

fn one_der(text: &str) -> Option<Vec<u8>> {
    match pem::certificates(text).ok()?.as_slice() {
        [one] => Some(one.to_vec()),
        _ => None,
    }
}

/// A signer for a key of this ceremony, found by the recorded public key.
fn signer(
    ceremony: &mut Ceremony<'_>,
    step: &str,
    key: &str,
) -> Result<Arc<dyn Signer>, ApplyError> {
    let missing = || conflict(Conflict::KeyMissing(key.to_owned()));
    let spec = ceremony.spec;
    let key = spec.key(key).ok_or_else(missing)?;
    let token = spec.token(&key.token).ok_or_else(missing)?;
    let recorded = ceremony
        .transcript
        .done(&format!("key:{}", key.id))
        .and_then(|line| line.details.get("spki_sha256"))
        .cloned()
        .ok_or_else(missing)?;
    let session = ceremony.hsm.session(step, token)?;
    let pairs = inkan_pki::pkcs11::keys::list_key_pairs(session).map_err(failed(step))?;
    let pair = pairs
        .into_iter()
        .find(|pair| inkan_pki::x509::fingerprint::sha256_hex(&pair.spki_der) == recorded)
        .ok_or_else(missing)?;
    let session = ceremony.hsm.open(step, token)?;
    let signer = Pkcs11Signer::open(session, &pair.spki_der).map_err(failed(step))?;
    Ok(Arc::new(signer))
}
