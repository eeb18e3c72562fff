//! Making the next list: on record first, then signed by the root's key on its token, verified, and written.

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

use super::{DAYS, ListError, Reason, read_der, step};
use crate::apply::{ApplyError, hsm, lock};
use crate::ca_profile::date;
use crate::chain::certificate_der;
use crate::files;
use crate::plan::plan;
use crate::spec::{KeyUse, Spec};
use crate::transcript::{Event, Seen, Transcript, TranscriptError};

/// Clocks of those who check may be behind.
const BACKDATED: SignedDuration = SignedDuration::from_mins(5);

/// What is to be on the next list.
#[derive(Debug, Clone)]
pub struct Order<'a> {
    /// Id of the root's key.
    pub ca: &'a str,
    /// For how many days it is good; cut off where the root's certificate ends.
    pub days: u32,
    /// Keys whose certificates end with it, and why. What was on the last list stays.
    pub revoke: &'a [(String, Reason)],
}

/// One that must not be trusted any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoked {
    /// Serial number, hex.
    pub serial: String,
    /// Why.
    pub reason: Reason,
    /// Since when.
    pub at: Timestamp,
}

/// A list that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedList {
    /// CRL number.
    pub number: u64,
    /// thisUpdate.
    pub this_update: Timestamp,
    /// nextUpdate.
    pub next_update: Timestamp,
    /// What is on it.
    pub revoked: Vec<Revoked>,
    /// Where it is.
    pub file: PathBuf,
    /// Last hash of the transcript.
    pub head: String,
}

/// Makes the next list of a root. `terminal` says whether officers may be asked for the PIN.
///
/// # Errors
/// [`ListError`].
pub fn sign(
    spec: &Spec,
    order: &Order<'_>,
    now: Timestamp,
    terminal: bool,
) -> Result<SignedList, ListError> {
    let key = spec.key(order.ca).filter(|k| k.key_use == KeyUse::RootCa);
    let key = key.ok_or_else(|| ListError::NotARoot(order.ca.to_owned()))?;
    if !DAYS.contains(&order.days) {
        return Err(ListError::Days(order.days));
    }
    let mut transcript = complete(spec)?;
    let file = spec.certificate_path(order.ca);
    let failed = |_| ApplyError::File(file.clone(), std::io::ErrorKind::InvalidData);
    let root = certificate_der(spec, order.ca).map_err(failed)?;
    let summary = CertificateSummary::parse(&root)
        .map_err(|_| ApplyError::File(file.clone(), std::io::ErrorKind::InvalidData))?;
    let mut list = next(spec, order, &transcript, now)?;
    list.this_update = list.this_update.max(summary.not_before);
    list.next_update = list.next_update.min(summary.not_after);
    if list.next_update <= list.this_update || now < summary.not_before {
        return Err(ListError::RootOver);
    }

    let name = format!("{}{}", step(order.ca), list.number);
    let token = spec.token(&key.token);
    let token = token.ok_or_else(|| ListError::NotARoot(order.ca.to_owned()))?;
    let mut hsm = hsm::Hsm::load(spec)?;
    hsm.read_pins(token, false, terminal)?;
    hsm.session(&name, token)?;
    let session = hsm.open(&name, token)?;
    let signer =
        Pkcs11Signer::open(session, &summary.spki_der).map_err(|e| hsm::failed(&name)(e))?;
    let _lock = lock(spec)?;
    // Between the look and the lock another run may have written.
    if complete(spec)? != transcript {
        return Err(ApplyError::Busy(spec.certificate_dir().to_owned()).into());
    }
    let mut record = |event, seen| {
        let line = transcript.append(now, event, &name, seen);
        line.map(|line| line.hash.clone()).map_err(ApplyError::from)
    };
    record(Event::Started, seen(&list))?;
    let der = signed(&name, &list, &root, Arc::new(signer))?;
    // What is handed out holds under the root's certificate, or nothing is.
    read_der(&der, &root).map_err(|e| ApplyError::Certificate(name.clone(), e.to_string()))?;
    files::write_atomically(&list.file, &der)
        .map_err(|e| ApplyError::File(list.file.clone(), e.kind()))?;
    let mut done = seen(&list);
    done.insert("sha256".to_owned(), sha256_hex(&der));
    list.head = record(Event::Done, done)?;
    Ok(list)
}

/// The record of this environment, which must be complete and of this plan.
fn complete(spec: &Spec) -> Result<Transcript, ListError> {
    let path = spec.transcript_path();
    let transcript = Transcript::load(&path).map_err(ApplyError::from)?;
    let missing = || ApplyError::from(TranscriptError::Missing(path.clone()));
    let transcript = transcript.ok_or_else(missing)?;
    let (recorded, planned) = (
        transcript.plan_sha256().unwrap_or_default(),
        plan(spec).sha256,
    );
    if recorded != planned {
        let recorded = recorded.to_owned();
        return Err(ApplyError::OtherPlan {
            transcript: path,
            recorded,
            planned,
        }
        .into());
    }
    if !transcript.is_complete() {
        return Err(ListError::Incomplete);
    }
    Ok(transcript)
}

/// What the next list says: what the last one said that was begun, and what was ordered.
fn next(
    spec: &Spec,
    order: &Order<'_>,
    transcript: &Transcript,
    now: Timestamp,
) -> Result<SignedList, ListError> {
    let last = transcript.last_list(order.ca);
    let word = |name: &str| last.and_then(|line| line.seen.get(name));
    let malformed = || {
        let seq = last.map_or(0, |line| usize::try_from(line.seq).unwrap_or_default());
        ApplyError::from(TranscriptError::Malformed(spec.transcript_path(), seq))
    };
    let mut number: u64 = 1;
    let mut revoked = Vec::new();
    if last.is_some() {
        let before: u64 = word("number")
            .and_then(|text| text.parse().ok())
            .ok_or_else(malformed)?;
        number = before + 1;
        let text = word("revoked").ok_or_else(malformed)?;
        revoked = parse(text).ok_or_else(malformed)?;
    }
    let whole = Timestamp::from_second(now.as_second()).unwrap_or(now);
    for (key, reason) in order.revoke {
        let not_issued = || ListError::NotIssued {
            key: key.clone(),
            ca: order.ca.to_owned(),
        };
        let certificate = spec.certificate(key);
        certificate
            .filter(|c| c.issuer == order.ca && c.key != order.ca)
            .ok_or_else(not_issued)?;
        let done = transcript.done(&format!("certificate:{key}"));
        let serial = done.and_then(|line| line.seen.get("serial"));
        let serial = serial.ok_or_else(not_issued)?;
        match revoked.iter().find(|one| one.serial == *serial) {
            Some(known) if known.reason != *reason => {
                return Err(ListError::Revoked {
                    key: key.clone(),
                    reason: known.reason.as_str(),
                });
            }
            Some(_) => {}
            None => revoked.push(Revoked {
                serial: serial.clone(),
                reason: *reason,
                at: whole,
            }),
        }
    }
    let days = SignedDuration::from_hours(24) * i32::try_from(order.days).unwrap_or(i32::MAX);
    Ok(SignedList {
        number,
        this_update: whole - BACKDATED,
        next_update: whole.checked_add(days).unwrap_or(Timestamp::MAX),
        revoked,
        file: spec.list_path(order.ca),
        head: String::new(),
    })
}

fn seen(list: &SignedList) -> Seen {
    let revoked: Vec<_> = list
        .revoked
        .iter()
        .map(|one| format!("{} {} {}", one.serial, one.reason.as_str(), one.at))
        .collect();
    Seen::from([
        ("number".to_owned(), list.number.to_string()),
        ("this_update".to_owned(), list.this_update.to_string()),
        ("next_update".to_owned(), list.next_update.to_string()),
        ("revoked".to_owned(), revoked.join(", ")),
    ])
}

fn parse(text: &str) -> Option<Vec<Revoked>> {
    let lines = text.split(", ").filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let mut words = line.split(' ');
            Some(Revoked {
                serial: words.next()?.to_owned(),
                reason: Reason::parse(words.next()?)?,
                at: words.next()?.parse().ok()?,
            })
        })
        .collect()
}

fn signed(
    name: &str,
    list: &SignedList,
    root: &[u8],
    signer: Arc<dyn Signer>,
) -> Result<Vec<u8>, ApplyError> {
    let unmade =
        |error: &dyn std::fmt::Display| ApplyError::Certificate(name.to_owned(), error.to_string());
    let revoked: Result<Vec<_>, _> = list
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
        this_update: date(list.this_update).map_err(|e| unmade(&e))?,
        next_update: date(list.next_update).map_err(|e| unmade(&e))?,
        crl_number: SerialNumber::from(list.number),
        issuing_distribution_point: None,
        revoked_certs: revoked.map_err(|e: rcgen::Error| unmade(&e))?,
        key_identifier_method: KeyIdMethod::PreSpecified(
            key_id(root).ok_or_else(|| unmade(&"the root has no key identifier"))?,
        ),
    };
    let key = RcgenKey::new(signer).map_err(|e| unmade(&e))?;
    let issuer = rcgen::Issuer::from_ca_cert_der(&root.into(), key).map_err(|e| unmade(&e))?;
    match params.signed_by(&issuer) {
        Ok(made) => Ok(made.der().to_vec()),
        Err(error) => Err(match issuer.key().take_error() {
            Some(SignError::Token(error)) => hsm::failed(name)(error),
            Some(other) => unmade(&other),
            None => unmade(&error),
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
