//! Labels of keys on tokens that keep none (YubiKeys through ykcs11): one small file for each key, under its public key's hash.
//!
//! Only by such a note does the agent know a key on them without a certificate for its own and go on with it. One taken to
//! another computer in the middle of an issue is without its note there: its key is then somebody's, and stays.

use std::fs;
use std::path::PathBuf;

use inkan_pki::x509::fingerprint::sha256_hex;

use crate::config::directory::{ConfigDir, make_text, read_text};
use crate::keystore::content::KeyEntry;

fn path(config: &ConfigDir, spki_der: &[u8]) -> PathBuf {
    config.notes().join(sha256_hex(spki_der))
}

/// Notes the label of a key. A directory that cannot be written to is no failure: the key is then not found again.
pub fn write(config: &ConfigDir, spki_der: &[u8], label: &str) {
    let _ = make_text(&path(config, spki_der), label);
}

/// The key's label: its own, or the noted one.
#[must_use]
pub fn label_of(config: &ConfigDir, key: &KeyEntry) -> String {
    if key.label.is_empty() {
        read_text(&path(config, &key.spki_der)).unwrap_or_default()
    } else {
        key.label.clone()
    }
}

/// Forgets a key that is gone.
pub fn remove(config: &ConfigDir, spki_der: &[u8]) {
    let _ = fs::remove_file(path(config, spki_der));
}
