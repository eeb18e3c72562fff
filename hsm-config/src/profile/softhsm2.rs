//! SoftHSM 2.

use super::{Backup, BackupBy, Profile, SOFTWARE, USUAL_KEY_ID};
use crate::shares::new_pin::PinPrefix;

const BACKUP: Backup = Backup {
    by: BackupBy::Program,
    means: "`inkan-hsm backup` writes the token's files into an encrypted archive, also while a server runs; `inkan-hsm restore` puts them back.",
    apart: "The archive, the age identity, and the PIN or the officers' pages.",
    rehearsal: "`inkan-hsm restore` with an empty token directory and an empty certificate directory, then `verify`.",
    source: None,
};

pub(super) const PROFILE: Profile = Profile {
    name: "softhsm2",
    product: "SoftHSM 2",
    module_candidates: &[
        "/usr/lib/softhsm/libsofthsm2.so",
        "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
        "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
        "/usr/lib64/pkcs11/libsofthsm2.so",
        "/usr/lib64/softhsm/libsofthsm2.so",
        "/usr/lib64/libsofthsm2.so",
        "/usr/local/lib/softhsm/libsofthsm2.so",
        "/opt/homebrew/lib/softhsm/libsofthsm2.so",
    ],
    initializes_tokens: true,
    shows_pin_flags: true,
    needs_network: false,
    key_id_bytes: USUAL_KEY_ID,
    pin_prefix: PinPrefix::None,
    backup: BACKUP,
    tested: true,
    reports_as: &["SoftHSM"],
    notes: &[
        SOFTWARE,
        "Finds its token directory through SOFTHSM2_CONF, read once when the module starts.",
        "A wrong PIN is reported but never locks the token.",
    ],
    sources: &[],
};
