//! Certificates in the current user's stores: that of a key in `MY` with a link to its key, those of CAs in `CA`.

use inkan_pki::x509::chain::verify_issued_by;
use inkan_win32::certificates::{Store, StoreName, StoredCertificate};
use inkan_win32::error::CallError;

use super::key::{from_system, to_system};
use crate::error::TokenError;
use crate::keystore::capabilities::Capability;
use crate::windows_store::code::token_error;
use crate::windows_store::link::Link;

fn failed(error: CallError) -> TokenError {
    token_error(error.call, error.code)
}

/// The user's certificates.
pub(super) fn of_user() -> Result<Vec<StoredCertificate>, TokenError> {
    Ok(Store::open(StoreName::My).map_err(failed)?.certificates())
}

/// The CA certificates.
pub(super) fn of_authorities() -> Result<Vec<StoredCertificate>, TokenError> {
    let store = Store::open(StoreName::IntermediateCa).map_err(failed)?;
    Ok(store.certificates())
}

/// Stores the certificate of this key, with the link, and reads the link back.
///
/// # Errors
/// [`TokenError::Full`], [`TokenError::WriteProtected`], [`TokenError::Failed`].
pub(super) fn write(der: &[u8], link: &Link) -> Result<(), TokenError> {
    let store = Store::open(StoreName::My).map_err(failed)?;
    let certificate = store.add(der).map_err(failed)?;
    set_link(&store, &certificate, link)?;
    match find(StoreName::My, der)?.and_then(|stored| stored.link()) {
        Some(stored) if from_system(&stored).same_key(link) => Ok(()),
        _ => Err(TokenError::Failed {
            operation: "CertSetCertificateContextProperty".to_owned(),
            detail: "the link was not stored".to_owned(),
        }),
    }
}

/// Stores the certificate of a CA. A root is left out: Windows trusts those of another store, and asks the user about it.
///
/// # Errors
/// [`TokenError::Unsupported`] for a root; otherwise as [`write`].
pub(super) fn write_authority(der: &[u8]) -> Result<(), TokenError> {
    if verify_issued_by(der, der).is_ok() {
        return Err(Capability::WriteCertificates.missing());
    }
    let store = Store::open(StoreName::IntermediateCa).map_err(failed)?;
    store.add(der).map_err(failed)?;
    store.commit().map_err(failed)
}

/// Sets the link of a stored certificate, if it is missing or names another key. Whether it did.
///
/// # Errors
/// [`TokenError::CertificateGone`]; otherwise as [`write`].
pub(super) fn repair(der: &[u8], link: &Link) -> Result<bool, TokenError> {
    let certificate = find(StoreName::My, der)?.ok_or(TokenError::CertificateGone)?;
    let stored = certificate.link().map(|stored| from_system(&stored));
    if stored.is_some_and(|stored| stored.same_key(link)) {
        return Ok(false);
    }
    write(der, link).map(|()| true)
}

/// Deletes exactly this certificate, wherever it is.
///
/// # Errors
/// [`TokenError::CertificateGone`], [`TokenError::WriteProtected`], [`TokenError::Failed`].
pub(super) fn delete(der: &[u8]) -> Result<(), TokenError> {
    let mut deleted = false;
    for name in [StoreName::My, StoreName::IntermediateCa] {
        let store = Store::open(name).map_err(failed)?;
        let copies = store.certificates().into_iter();
        for copy in copies.filter(|copy| copy.der() == der) {
            copy.delete().map_err(failed)?;
            store.commit().map_err(failed)?;
            deleted = true;
        }
    }
    if deleted {
        Ok(())
    } else {
        Err(TokenError::CertificateGone)
    }
}

fn set_link(store: &Store, certificate: &StoredCertificate, link: &Link) -> Result<(), TokenError> {
    certificate.set_link(&to_system(link)).map_err(failed)?;
    store.commit().map_err(failed)
}

/// The stored certificate, read again from Windows.
fn find(name: StoreName, der: &[u8]) -> Result<Option<StoredCertificate>, TokenError> {
    let store = Store::open(name).map_err(failed)?;
    let mut all = store.certificates().into_iter();
    Ok(all.find(|stored| stored.der() == der))
}
