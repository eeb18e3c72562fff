//! Signs the next CRL: recorded first, then signed by the root's key on its token, verified, and written.

use std::path::PathBuf;
use std::sync::Arc;

use inkan_pki::signer::pkcs11::Pkcs11Signer;
use inkan_pki::signer::rcgen::RcgenKey;
use inkan_pki::signer::{SignError, Signer};
use inkan_pki::x509::fingerprint::sha256_hex;
use inkan_pki::x509::summary::CertificateSummary;
use jiff::{SignedDuration, Timestamp};
use rcgen::{CertificateRevocationListParams, KeyIdMethod, RevokedCertParams, SerialNumber};
use x509_parser::prelude::{FromDer as _, ParsedExtension, X509Certificate};

use super::{CrlError, RevocationReason, VALIDITY_DAYS, read_der};
use crate::apply::{ApplyError, clock, completed, hsm, lock};
use crate::ca_profile::date;
use crate::chain::certificate_der;
use crate::files;
use crate::spec::{KeyUse, Spec};
use crate::transcript::{Details, Event, Transcript, TranscriptError, crl_step};

/// The clock of a relying party may be behind.
const BACKDATED: SignedDuration = SignedDuration::from_mins(5);

/// The next CRL.
#[derive(Debug, Clone)]
pub struct NewCrl<'a> {
    /// Id of the root's key.
    pub ca: &'a str,
    /// For how many days it is valid; never longer than the root's certificate.
    pub days: u32,
    /// Keys whose certificates it revokes, and why. Entries of the last CRL stay.
    pub revoke: &'a [(String, RevocationReason)],
}

/// An entry of a CRL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevokedCertificate {
    /// Serial number, hex.
    pub serial: String,
    /// Reason.
    pub reason: RevocationReason,
    /// Revocation time.
    pub at: Timestamp,
}

/// A CRL that was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCrl {
    /// CRL number.
    pub number: u64,
    /// thisUpdate.
    pub this_update: Timestamp,
    /// nextUpdate.
    pub next_update: Timestamp,
    /// Its entries.
    pub revoked: Vec<RevokedCertificate>,
    /// Its file.
    pub file: PathBuf,
    /// Last hash of the transcript.
    pub head: String,
}

/// Signs the next CRL of a root. `terminal`: officers may be prompted for the PIN.
///
/// # Errors
/// [`ListError`].
pub fn sign(
    spec: &Spec,
    new_crl: &NewCrl<'_>,
    now: Timestamp,
    terminal: bool,
) -> Result<SignedCrl, CrlError> {
    let key = spec.key(new_crl.ca).filter(|k| k.key_use == KeyUse::RootCa);
    let key = key.ok_or_else(|| CrlError::NotARoot(new_crl.ca.to_owned()))?;
    if !VALIDITY_DAYS.contains(&new_crl.days) {
        return Err(CrlError::Days(new_crl.days));
    }
    let mut transcript = completed(spec)?.ok_or(CrlError::Incomplete)?;
    clock(&transcript, now)?;
    let file = spec.certificate_path(new_crl.ca);
    let failed = |_| ApplyError::File(file.clone(), std::io::ErrorKind::InvalidData);
    let root = certificate_der(spec, new_crl.ca).map_err(failed)?;
    let summary = CertificateSummary::parse(&root)
        .map_err(|_| ApplyError::File(file.clone(), std::io::ErrorKind::InvalidData))?;
    let mut crl = next(spec, new_crl, &transcript, now)?;
    crl.this_update = crl.this_update.max(summary.not_before);
    crl.next_update = crl.next_update.min(summary.not_after);
    if crl.next_update <= crl.this_update || now < summary.not_before {
        return Err(CrlError::RootNotValid);
    }

    let name = format!("{}{}", crl_step(new_crl.ca), crl.number);
    let token = spec.token(&key.token);
    let token = token.ok_or_else(|| CrlError::NotARoot(new_crl.ca.to_owned()))?;
    let mut hsm = hsm::Hsm::load(spec)?;
    hsm.read_pins(token, false, &mut hsm::FromSources { terminal })?;
    hsm.session(&name, token)?;
    let session = hsm.open(&name, token)?;
    let signer =
        Pkcs11Signer::open(session, &summary.spki_der).map_err(|e| hsm::failed(&name)(e))?;
    let _lock = lock(spec)?;
    // Before this run took the lock, another run may have written.
    if completed(spec)?.as_ref() != Some(&transcript) {
        return Err(ApplyError::Busy(spec.certificate_dir().to_owned()).into());
    }
    let mut record = |event, details| {
        let line = transcript.append(now, event, &name, details);
        line.map(|line| line.hash.clone()).map_err(ApplyError::from)
    };
    record(Event::Started, details(&crl))?;
    let der = signed(&name, &crl, &root, Arc::new(signer))?;
    // Nothing is written that does not verify under the root's certificate.
    read_der(&der, &root).map_err(CrlError::Unusable)?;
    files::write_atomically(&crl.file, &der)
        .map_err(|e| ApplyError::File(crl.file.clone(), e.kind()))?;
    let mut done = details(&crl);
    done.insert("sha256".to_owned(), sha256_hex(&der));
    crl.head = record(Event::Done, done)?;
    Ok(crl)
}

/// The next CRL: the entries of the last one that was started, and the new ones.
fn next(
    spec: &Spec,
    new_crl: &NewCrl<'_>,
    transcript: &Transcript,
    now: Timestamp,
) -> Result<SignedCrl, CrlError> {
    let last = transcript.last_crl(new_crl.ca);
    let field = |name: &str| last.and_then(|line| line.details.get(name));
    let malformed = || {
        let seq = last.map_or(0, |line| usize::try_from(line.seq).unwrap_or_default());
        ApplyError::from(TranscriptError::Malformed(spec.transcript_path(), seq))
    };
    let mut number: u64 = 1;
    let mut revoked = Vec::new();
    if last.is_some() {
        let before: u64 = field("number")
            .and_then(|text| text.parse().ok())
            .ok_or_else(malformed)?;
        number = before + 1;
        let text = field("revoked").ok_or_else(malformed)?;
        revoked = parse(text).ok_or_else(malformed)?;
    }
    let whole = Timestamp::from_second(now.as_second()).unwrap_or(now);
    for (key, reason) in new_crl.revoke {
        let not_issued = || CrlError::NotIssued {
            key: key.clone(),
            ca: new_crl.ca.to_owned(),
        };
        let certificate = spec.certificate(key);
        certificate
            .filter(|c| c.issuer == new_crl.ca && c.key != new_crl.ca)
            .ok_or_else(not_issued)?;
        let done = transcript.done(&format!("certificate:{key}"));
        let serial = done.and_then(|line| line.details.get("serial"));
        let serial = serial.ok_or_else(not_issued)?;
        match revoked.iter().find(|one| one.serial == *serial) {
            Some(known) if known.reason != *reason => {
                return Err(CrlError::AlreadyRevoked {
                    key: key.clone(),
                    reason: known.reason.as_str(),
                });
            }
            Some(_) => {}
            None => revoked.push(RevokedCertificate {
                serial: serial.clone(),
                reason: *reason,
                at: whole,
            }),
        }
    }
    let days = SignedDuration::from_hours(24) * i32::try_from(new_crl.days).unwrap_or(i32::MAX);
    Ok(SignedCrl {
        number,
        this_update: whole - BACKDATED,
        next_update: whole.checked_add(days).unwrap_or(Timestamp::MAX),
        revoked,
        file: spec.crl_path(new_crl.ca),
        head: String::new(),
    })
}

fn details(crl: &SignedCrl) -> Details {
    let revoked: Vec<_> = crl
        .revoked
        .iter()
        .map(|one| format!("{} {} {}", one.serial, one.reason.as_str(), one.at))
        .collect();
    Details::from([
        ("number".to_owned(), crl.number.to_string()),
        ("this_update".to_owned(), crl.this_update.to_string()),
        ("next_update".to_owned(), crl.next_update.to_string()),
        ("revoked".to_owned(), revoked.join(", ")),
    ])
}

fn parse(text: &str) -> Option<Vec<RevokedCertificate>> {
    let entries = text.split(", ").filter(|entry| !entry.is_empty());
    entries
        .map(|entry| {
            let mut words = entry.split(' ');
            Some(RevokedCertificate {
                serial: words.next()?.to_owned(),
                reason: RevocationReason::parse(words.next()?)?,
                at: words.next()?.parse().ok()?,
            })
        })
        .collect()
}

fn signed(
    name: &str,
    crl: &SignedCrl,
    root: &[u8],
    signer: Arc<dyn Signer>,
) -> Result<Vec<u8>, ApplyError> {
    let not_made =
        |error: &dyn std::fmt::Display| ApplyError::Certificate(name.to_owned(), error.to_string());
    let revoked: Result<Vec<_>, _> = crl
        .revoked
        .iter()
        .map(|one| {
            Ok(RevokedCertParams {
                serial_number: SerialNumber::from_slice(
                    &hex::decode(&one.serial).unwrap_or_default(),
                ),
                revocation_time: date(one.at)?,
                reason_code: one.reason.code(),
                invalidity_date: None,
            })
        })
        .collect();
    let params = CertificateRevocationListParams {
        this_update: date(crl.this_update).map_err(|e| not_made(&e))?,
        next_update: date(crl.next_update).map_err(|e| not_made(&e))?,
        crl_number: SerialNumber::from(crl.number),
        issuing_distribution_point: None,
        revoked_certs: revoked.map_err(|e: rcgen::Error| not_made(&e))?,
        key_identifier_method: KeyIdMethod::PreSpecified(
            key_id(root).ok_or_else(|| not_made(&"the root has no key identifier"))?,
        ),
    };
    let key = RcgenKey::new(signer).map_err(|e| not_made(&e))?;
    let issuer = rcgen::Issuer::from_ca_cert_der(&root.into(), key).map_err(|e| not_made(&e))?;
    match params.signed_by(&issuer) {
        Ok(made) => Ok(made.der().to_vec()),
        Err(error) => Err(match issuer.key().take_error() {
            Some(SignError::Token(error)) => hsm::failed(name)(error),
            Some(other) => not_made(&other),
            None => not_made(&error),
        }),
    }
}

fn key_id(root: &[u8]) -> Option<Vec<u8>> {
    let (_, root) = X509Certificate::from_der(root).ok()?;
    root.iter_extensions()
        .find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::SubjectKeyIdentifier(id) => Some(id.0.to_vec()),
            _ => None,
        })
}
