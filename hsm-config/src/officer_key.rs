//! The file of an officer's key: read, and checked against the staff CAs of the specification.

use std::io;
use std::path::{Path, PathBuf};

use inkan_pki::officer::key::{MAX_FILE, OfficerKey, OfficerKeyError};
use inkan_pki::x509::chain::verify_issued_by;
use inkan_pki::x509::pem;
use jiff::Timestamp;
use thiserror::Error;

use crate::files;
use crate::shares::{NewOfficer, OfficerToken};
use crate::spec::{KeyUse, Spec};

/// Largest certificate file of a CA, in bytes.
const MAX_CERTIFICATE: u64 = 64 * 1024;

/// Why a file is not used. Sentences are in [`catalogue::officer_key`](crate::catalogue::officer_key).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{:?}", self)]
pub enum OfficerKeyFault {
    /// The file, or the certificate of a staff CA, cannot be read.
    File(PathBuf, io::ErrorKind),
    /// The file is not that of an officer's key, or its signature is wrong.
    Key(PathBuf, OfficerKeyError),
    /// No staff CA of the specification issued the certificate.
    OtherIssuer(PathBuf),
    /// The certificate is not valid now: until when it is, or from when.
    NotValid(PathBuf, Timestamp),
}

/// Reads the file, verifies its signature, and finds the staff CA that issued the certificate.
///
/// # Errors
/// [`OfficerKeyFault`].
pub fn read(path: &Path, spec: &Spec, now: Timestamp) -> Result<NewOfficer, OfficerKeyFault> {
    use OfficerKeyFault as Fault;
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |error: io::Error| Fault::File(path, error.kind())
    };
    let missing = |path: &Path| Fault::File(path.to_owned(), io::ErrorKind::NotFound);
    let text = files::read_text(path, MAX_FILE as u64)
        .map_err(unreadable(path))?
        .ok_or_else(|| missing(path))?;
    let key = OfficerKey::read(&text).map_err(|error| Fault::Key(path.to_owned(), error))?;
    let mut issued = false;
    for ca in spec
        .keys()
        .iter()
        .filter(|ca| ca.key_use == KeyUse::StaffCa)
    {
        let file = spec.certificate_path(&ca.id);
        let text = files::read_text(&file, MAX_CERTIFICATE).map_err(unreadable(&file))?;
        let certificates = text.and_then(|text| pem::certificates(&text).ok());
        issued |= certificates
            .unwrap_or_default()
            .iter()
            .any(|ca| verify_issued_by(&key.certificate, ca).is_ok());
    }
    if !issued {
        return Err(Fault::OtherIssuer(path.to_owned()));
    }
    if now < key.summary.not_before {
        return Err(Fault::NotValid(path.to_owned(), key.summary.not_before));
    }
    if now > key.summary.not_after {
        return Err(Fault::NotValid(path.to_owned(), key.summary.not_after));
    }
    Ok(NewOfficer {
        name: key.summary.common_name.clone(),
        role: String::new(),
        token: Some(OfficerToken {
            staff: key.number().to_owned(),
            share_key: key.share_key,
        }),
    })
}
