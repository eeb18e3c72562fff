//! kryoptic.

use super::{Backup, BackupBy, Profile, SOFTWARE, USUAL_KEY_ID};
use crate::shares::new_pin::PinPrefix;

const BACKUP: Backup = Backup {
    by: BackupBy::Other,
    means: "Its store is one SQLite database: copy the file while nothing uses the token.",
    apart: "The copy and the PIN.",
    rehearsal: "Name the copy in another KRYOPTIC_CONF, then `verify`.",
    source: None,
};

pub(super) const PROFILE: Profile = Profile {
    name: "kryoptic",
    product: "kryoptic",
    module_candidates: &[
        "/usr/lib64/pkcs11/libkryoptic_pkcs11.so",
        "/usr/lib/x86_64-linux-gnu/pkcs11/libkryoptic_pkcs11.so",
    ],
    initializes_tokens: false,
    shows_pin_flags: false,
    needs_network: false,
    key_id_bytes: USUAL_KEY_ID,
    pin_prefix: PinPrefix::None,
    backup: BACKUP,
    tested: true,
    reports_as: &["Kryoptic"],
    notes: &[
        SOFTWARE,
        "Finds its slots through KRYOPTIC_CONF; initialise the token with pkcs11-tool.",
    ],
    sources: &[],
};
