//! Labels of keys on tokens that store none (YubiKeys through ykcs11): one small file for each key, named by the hash
//! of its public key.
//!
//! Only such a file identifies a key without a certificate as the agent's own. On another computer the file is missing:
//! an interrupted issuance does not continue there, and its key is kept as a foreign one.

use std::fs;
use std::path::PathBuf;

use inkan_pki::x509::fingerprint::sha256_hex;

use crate::config::directory::{ConfigDir, make_text, read_text};
use crate::keystore::content::KeyEntry;

fn path(config: &ConfigDir, spki_der: &[u8]) -> PathBuf {
    config.stored_labels().join(sha256_hex(spki_der))
}

/// Stores the label of a key. It is no failure if the directory is not writable: the key is then not recognised later.
pub fn write(config: &ConfigDir, spki_der: &[u8], label: &str) {
    let _ = make_text(&path(config, spki_der), label);
}

/// The key's label: its own, or the stored one.
#[must_use]
pub fn label_of(config: &ConfigDir, key: &KeyEntry) -> String {
    if key.label.is_empty() {
        read_text(&path(config, &key.spki_der)).unwrap_or_default()
    } else {
        key.label.clone()
    }
}

/// Removes the label of a deleted key.
pub fn remove(config: &ConfigDir, spki_der: &[u8]) {
    let _ = fs::remove_file(path(config, spki_der));
}
