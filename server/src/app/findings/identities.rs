//! Certificates and keys of the TLS listeners, as `serve` reads them.

use jiff::Timestamp;

use super::finding::{Code, Finding};
use crate::app::config::Config;
use crate::app::config::sections::TlsListener;
use crate::http::listen::tls::{ServerIdentity, TlsError};

const FILE_NEXT: &str = "Give the PEM files of this listener (docs/configuration.md).";
const KEY_NEXT: &str = "Give the key with which the certificate was requested.";
const HOST_NEXT: &str = "Have a certificate issued for the host of the URL, or correct the URL.";
const PERIOD_NEXT: &str = "Have a new certificate issued, and check the clock of this machine.";

pub(super) fn find(config: &Config, now: Timestamp) -> Vec<Finding> {
    let listeners = [
        ("portal", &config.portal),
        ("certificate", &config.certificate),
        ("staff", &config.staff),
    ];
    let found = listeners.map(|(name, listener)| of(name, listener, now));
    found.into_iter().flatten().collect()
}

fn of(name: &str, listener: &TlsListener, now: Timestamp) -> Vec<Finding> {
    // A missing file was reported as a field.
    if !listener.tls_certificate.is_file() || !listener.tls_key.is_file() {
        return Vec::new();
    }
    let loaded = ServerIdentity::load(&listener.tls_certificate, &listener.tls_key);
    let identity = match loaded {
        Ok(identity) => identity.for_host(&listener.url),
        // Reported with all the other files that contain a secret.
        Err(TlsError::ReadableByOthers { .. }) => return Vec::new(),
        Err(error) => return vec![finding(name, &error)],
    };
    let mut found: Vec<Finding> = Vec::new();
    found.extend(identity.good_for_host().err().map(|e| finding(name, &e)));
    found.extend(identity.good_at(now).err().map(|e| finding(name, &e)));
    found
}

fn finding(name: &str, error: &TlsError) -> Finding {
    let (code, field, next) = match error {
        TlsError::Mismatch { .. } => (Code::TlsKeyMismatch, "tls_key", KEY_NEXT),
        TlsError::Host { .. } => (Code::TlsHost, "tls_certificate", HOST_NEXT),
        TlsError::Period { .. } => (Code::TlsPeriod, "tls_certificate", PERIOD_NEXT),
        TlsError::Key { .. } => (Code::TlsFile, "tls_key", FILE_NEXT),
        _ => (Code::TlsFile, "tls_certificate", FILE_NEXT),
    };
    Finding::new(code, &format!("{name}.{field}"), &error.to_string(), next)
}
