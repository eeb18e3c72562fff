//! Certificate files: the recorded certificate, its profile, its chain, its dates.

use std::collections::HashMap;
use std::path::Path;

use inkan_pki::x509::chain::verify_issued_by;
use inkan_pki::x509::pem;
use inkan_pki::x509::summary::CertificateSummary;
use jiff::Timestamp;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::finding::Finding;
use super::report::{Aspect, Report};
use crate::apply::MAX_CERTIFICATE_FILE_BYTES;
use crate::ca_profile;
use crate::files;
use crate::spec::{CertificateSpec, Spec};
use crate::transcript::{Details, Transcript};

/// Certificates that could be read, by key id.
pub(super) type Certificates = HashMap<String, (Vec<u8>, CertificateSummary)>;

pub(super) fn check(
    spec: &Spec,
    transcript: Option<&Transcript>,
    now: Timestamp,
    report: &mut Report,
) -> Certificates {
    let mut read = Certificates::new();
    for certificate in spec.certificates() {
        let path = spec.certificate_path(&certificate.key);
        match parse(&path) {
            Err(finding) => {
                report.add(
                    Aspect::Certificate,
                    &certificate.key,
                    Details::new(),
                    Some(finding),
                );
            }
            Ok((der, summary)) => {
                let details = Details::from([
                    ("sha256".to_owned(), summary.sha256.clone()),
                    ("serial".to_owned(), summary.serial.clone()),
                    ("not_before".to_owned(), summary.not_before.to_string()),
                    ("not_after".to_owned(), summary.not_after.to_string()),
                ]);
                let finding = content(certificate, transcript, &path, &der, &summary);
                report.add(Aspect::Certificate, &certificate.key, details, finding);
                read.insert(certificate.key.clone(), (der, summary));
            }
        }
    }
    for certificate in spec.certificates() {
        let path = spec.certificate_path(&certificate.key);
        let Some((der, summary)) = read.get(&certificate.key) else {
            continue;
        };
        let chains = read
            .get(&certificate.issuer)
            .is_some_and(|(issuer, _)| verify_issued_by(der, issuer).is_ok());
        let finding = (!chains).then(|| Finding::CertificateChain(path.clone()));
        report.add(Aspect::Chain, &certificate.key, Details::new(), finding);
        let finding = if now < summary.not_before {
            Some(Finding::CertificateNotYetValid(path))
        } else if now > summary.not_after {
            Some(Finding::CertificateExpired(path))
        } else {
            None
        };
        report.add(Aspect::Validity, &certificate.key, Details::new(), finding);
    }
    read
}

fn parse(path: &Path) -> Result<(Vec<u8>, CertificateSummary), Finding> {
    let malformed = || Finding::CertificateMalformed(path.to_owned());
    let text = files::read_text(path, MAX_CERTIFICATE_FILE_BYTES)
        .map_err(|e| Finding::CertificateUnreadable(path.to_owned(), e.kind()))?
        .ok_or_else(|| Finding::CertificateMissing(path.to_owned()))?;
    match pem::certificates(&text)
        .map_err(|_| malformed())?
        .as_slice()
    {
        [one] => {
            let summary = CertificateSummary::parse(one).map_err(|_| malformed())?;
            Ok((one.to_vec(), summary))
        }
        _ => Err(malformed()),
    }
}

fn content(
    spec: &CertificateSpec,
    transcript: Option<&Transcript>,
    path: &Path,
    der: &[u8],
    summary: &CertificateSummary,
) -> Option<Finding> {
    let recorded = transcript
        .and_then(|t| t.done(&format!("certificate:{}", spec.key)))
        .and_then(|line| line.details.get("sha256"));
    if recorded.is_some_and(|sha256| *sha256 != summary.sha256) {
        return Some(Finding::CertificateReplaced(path.to_owned()));
    }
    let Ok((_, parsed)) = X509Certificate::from_der(der) else {
        return Some(Finding::CertificateMalformed(path.to_owned()));
    };
    if !ca_profile::has_subject(&parsed, &spec.subject) {
        return Some(Finding::CertificateSubject(path.to_owned()));
    }
    if !ca_profile::is_ca(&parsed, spec.path_len) {
        return Some(Finding::CertificateNotCa(path.to_owned()));
    }
    None
}
