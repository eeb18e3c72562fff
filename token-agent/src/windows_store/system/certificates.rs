//! Certificates in the current user's stores: that of a key in `MY` with a link to its key, those of CAs in `CA`.

use inkan_pki::x509::chain::verify_issued_by;
use inkan_win32::certificates::{KeyLink, Store, StoreName, StoredCertificate};
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
    let link_of_key = to_system(link);
    put(der, Some(&link_of_key))?;
    if is_linked(der, link)? {
        return Ok(());
    }
    // A store that keeps the old properties of a certificate that it has already.
    let old = find(StoreName::My, der)?.and_then(|stored| stored.link());
    let replaced = delete_from(StoreName::My, der).and_then(|_| put(der, Some(&link_of_key)));
    if let Err(error) = replaced {
        // Better with its old link than not at all.
        put(der, old.as_ref())?;
        return Err(error);
    }
    if is_linked(der, link)? {
        return Ok(());
    }
    Err(TokenError::Failed {
        operation: "CertSetCertificateContextProperty".to_owned(),
        detail: "the link was not stored".to_owned(),
    })
}

/// Stores the certificate. The link is set before, so that the certificate is never there without it.
fn put(der: &[u8], link: Option<&KeyLink>) -> Result<(), TokenError> {
    let store = Store::open(StoreName::My).map_err(failed)?;
    let certificate = StoredCertificate::new(der).map_err(failed)?;
    if let Some(link) = link {
        certificate.set_link(link).map_err(failed)?;
    }
    store.add(&certificate, true).map_err(failed)?;
    store.commit().map_err(failed)
}

/// Whether the certificate is stored with this link.
fn is_linked(der: &[u8], link: &Link) -> Result<bool, TokenError> {
    let stored = find(StoreName::My, der)?.and_then(|stored| stored.link());
    Ok(stored.is_some_and(|stored| from_system(&stored).same_key(link)))
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
    let certificate = StoredCertificate::new(der).map_err(failed)?;
    store.add(&certificate, false).map_err(failed)?;
    store.commit().map_err(failed)
}

/// Sets the link of a stored certificate, if it is missing or names another key. Whether it did. One that is only among
/// those of CAs has no link: it must be written.
///
/// # Errors
/// [`TokenError::CertificateGone`]; otherwise as [`write`].
pub(super) fn repair(der: &[u8], link: &Link) -> Result<bool, TokenError> {
    if find(StoreName::My, der)?.is_none() {
        let of_authority = find(StoreName::IntermediateCa, der)?;
        return of_authority
            .map(|_| false)
            .ok_or(TokenError::CertificateGone);
    }
    if is_linked(der, link)? {
        return Ok(false);
    }
    write(der, link).map(|()| true)
}

/// Deletes exactly this certificate, wherever it is.
///
/// # Errors
/// [`TokenError::CertificateGone`], [`TokenError::WriteProtected`], [`TokenError::Failed`].
pub(super) fn delete(der: &[u8]) -> Result<(), TokenError> {
    let of_user = delete_from(StoreName::My, der)?;
    let of_authority = delete_from(StoreName::IntermediateCa, der)?;
    if of_user || of_authority {
        Ok(())
    } else {
        Err(TokenError::CertificateGone)
    }
}

/// Whether it was there.
fn delete_from(name: StoreName, der: &[u8]) -> Result<bool, TokenError> {
    let store = Store::open(name).map_err(failed)?;
    let mut deleted = false;
    let copies = store.certificates().into_iter();
    for copy in copies.filter(|copy| copy.der() == der) {
        copy.delete().map_err(failed)?;
        store.commit().map_err(failed)?;
        deleted = true;
    }
    Ok(deleted)
}

/// The stored certificate, read again from Windows.
fn find(name: StoreName, der: &[u8]) -> Result<Option<StoredCertificate>, TokenError> {
    let store = Store::open(name).map_err(failed)?;
    let mut all = store.certificates().into_iter();
    Ok(all.find(|stored| stored.der() == der))
}
