//! The database of the configuration: the files that its URL names are checked, then it is opened as a command needs
//! it. Only `serve` and `staff bootstrap` create one.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use rustls::sign::CertifiedKey;
use thiserror::Error;

use super::config::Config;
use super::error::AppError;
use crate::http::listen::tls::certificates;
use crate::store::{Store, StoreError, open, postgres_url};

/// A problem with a file that the database's URL names.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FileFault {
    /// It cannot be read, or is not a file.
    #[error("{}: cannot be read: {reason}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// The system's reason.
        reason: String,
    },
    /// It contains no certificate, or a broken one.
    #[error("{}: contains no usable PEM certificate", .0.display())]
    NoCertificate(PathBuf),
    /// It contains no private key.
    #[error("{}: contains no usable PEM private key", .0.display())]
    NoKey(PathBuf),
    /// The key can be read by its group or by others; with its permission bits.
    #[error("{}: others than its owner can read this key (mode {:03o})", .0.display(), .1)]
    KeyReadableByOthers(PathBuf, u32),
    /// The key does not match the certificate.
    #[error("{}: is not the key of the certificate in sslcert", .0.display())]
    AnotherKey(PathBuf),
}

impl FileFault {
    /// Stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "store-tls-file-unreadable",
            Self::NoCertificate(_) => "store-tls-no-certificate",
            Self::NoKey(_) => "store-tls-no-key",
            Self::KeyReadableByOthers(..) => "store-tls-key-readable",
            Self::AnotherKey(_) => "store-tls-key-mismatch",
        }
    }

    /// What to do.
    #[must_use]
    pub const fn next(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "Correct the path, or let the server's user read the file.",
            Self::NoCertificate(_) | Self::NoKey(_) => "Give a PEM file.",
            Self::KeyReadableByOthers(..) => "Make the server's user its owner, with mode 600.",
            Self::AnotherKey(_) => "Give a certificate and its own key.",
        }
    }
}

/// Checks the files that the URL names, as the driver will read them, without connecting.
///
/// # Errors
/// [`AppError::Store`] for a URL that is not safe, [`AppError::StoreFile`].
pub fn look(url: &str) -> Result<(), AppError> {
    if url.starts_with("sqlite:") {
        return Ok(());
    }
    let files = postgres_url::tls_files(url).map_err(StoreError::from)?;
    if let Some(root) = &files.root {
        let mut roots = rustls::RootCertStore::empty();
        for certificate in pem(root)? {
            let added = roots.add(certificate);
            added.map_err(|_| FileFault::NoCertificate(root.clone()))?;
        }
    }
    if let Some((certificate, key)) = &files.client {
        pair(certificate, key)?;
    }
    Ok(())
}

fn pem(file: &Path) -> Result<Vec<rustls::pki_types::CertificateDer<'static>>, FileFault> {
    readable(file)?;
    certificates(file).map_err(|_| FileFault::NoCertificate(file.to_owned()))
}

fn pair(certificate: &Path, key: &Path) -> Result<(), FileFault> {
    let chain = pem(certificate)?;
    let mode = readable(key)?;
    if mode & 0o077 != 0 {
        return Err(FileFault::KeyReadableByOthers(key.to_owned(), mode & 0o777));
    }
    let no_key = || FileFault::NoKey(key.to_owned());
    let der = PrivateKeyDer::from_pem_file(key).map_err(|_| no_key())?;
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    match CertifiedKey::from_der(chain, der, &provider) {
        Ok(_) => Ok(()),
        Err(rustls::Error::InconsistentKeys(_)) => Err(FileFault::AnotherKey(key.to_owned())),
        Err(_) => Err(no_key()),
    }
}

/// Checks that a file can be read; returns its permission bits.
fn readable(file: &Path) -> Result<u32, FileFault> {
    let fail = |reason: String| FileFault::Unreadable {
        file: file.to_owned(),
        reason,
    };
    let opened = std::fs::File::open(file).map_err(|error| fail(error.to_string()))?;
    let found = opened.metadata().map_err(|error| fail(error.to_string()))?;
    if found.is_file() {
        Ok(found.permissions().mode())
    } else {
        Err(fail("it is not a file".to_owned()))
    }
}

/// For commands that may create it: opened, created if missing, migrated to the newest schema.
///
/// # Errors
/// As [`look`]; [`AppError::Store`].
pub async fn connect(config: &Config) -> Result<Store, AppError> {
    look(&config.store.url)?;
    Ok(Store::connect(&config.store.url).await?)
}

/// For commands that change an existing one.
///
/// # Errors
/// As [`look`]; [`AppError::Store`].
pub async fn open(config: &Config) -> Result<Store, AppError> {
    look(&config.store.url)?;
    Ok(Store::open(&config.store.url).await?)
}

/// For commands that read an existing one.
///
/// # Errors
/// As [`look`]; [`AppError::Store`].
pub async fn open_to_read(config: &Config) -> Result<Store, AppError> {
    look(&config.store.url)?;
    Ok(Store::open_to_read(&config.store.url).await?)
}

/// `config check --connect`: whether a server could work with the database. Returns as text what the first start will
/// change automatically.
///
/// # Errors
/// [`AppError::Store`] with what is wrong.
pub async fn reach(config: &Config) -> Result<Vec<String>, AppError> {
    let url = &config.store.url;
    look(url)?;
    match open::reach(url).await {
        Ok(()) => Ok(Vec::new()),
        Err(error @ (StoreError::Empty | StoreError::SchemaOlder { .. })) => {
            Ok(vec![first_start(&error)])
        }
        Err(error @ StoreError::Missing(_)) if has_a_place(url) => Ok(vec![first_start(&error)]),
        Err(error) => Err(error.into()),
    }
}

fn first_start(error: &StoreError) -> String {
    let code = error.code();
    format!(
        "store.url: {error} [{code}]. The next start of the server creates or migrates its schema."
    )
}

/// Whether an SQLite file could be created there.
fn has_a_place(url: &str) -> bool {
    let file = url.strip_prefix("sqlite://").map(Path::new);
    file.and_then(Path::parent).is_some_and(Path::is_dir)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    fn url(files: &[(&str, &Path)]) -> String {
        let mut url = "postgres://inkan@db.bank.example/inkan?sslmode=verify-full".to_owned();
        for (name, path) in files {
            url.push_str(&format!("&{name}={}", path.display()));
        }
        url
    }

    fn code(url: &str) -> &'static str {
        match look(url).unwrap_err() {
            AppError::StoreFile(fault) => fault.code(),
            AppError::Store(error) => error.code(),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn the_files_of_a_url_are_looked_at_before_anything_is_sent() {
        let place = tempfile::TempDir::new().unwrap();
        let write = |name: &str, text: &str, mode: u32| {
            let path = place.path().join(name);
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            path
        };
        let pair = || rcgen::generate_simple_self_signed(vec!["inkan".to_owned()]).unwrap();
        let (one, other) = (pair(), pair());
        let root = write("root.pem", &one.cert.pem(), 0o644);
        let certificate = write("client.pem", &one.cert.pem(), 0o644);
        let key = write("client.key", &one.signing_key.serialize_pem(), 0o600);
        let open_key = write("open.key", &one.signing_key.serialize_pem(), 0o640);
        let other_key = write("other.key", &other.signing_key.serialize_pem(), 0o600);
        let noise = write("noise.pem", "nothing", 0o600);
        let client = |certificate: &Path, key: &Path| {
            url(&[
                ("sslrootcert", &root),
                ("sslcert", certificate),
                ("sslkey", key),
            ])
        };
        assert!(look(&url(&[("sslrootcert", &root)])).is_ok());
        assert!(look(&client(&certificate, &key)).is_ok());
        assert_eq!(code(&url(&[])), "store-tls-no-ca");
        let nowhere = place.path().join("nowhere.pem");
        assert_eq!(
            code(&url(&[("sslrootcert", &nowhere)])),
            "store-tls-file-unreadable"
        );
        assert_eq!(
            code(&url(&[("sslrootcert", place.path())])),
            "store-tls-file-unreadable"
        );
        assert_eq!(
            code(&url(&[("sslrootcert", &noise)])),
            "store-tls-no-certificate"
        );
        assert_eq!(code(&client(&noise, &key)), "store-tls-no-certificate");
        assert_eq!(code(&client(&certificate, &noise)), "store-tls-no-key");
        assert_eq!(
            code(&client(&certificate, &open_key)),
            "store-tls-key-readable"
        );
        assert_eq!(
            code(&client(&certificate, &other_key)),
            "store-tls-key-mismatch"
        );
    }
}
