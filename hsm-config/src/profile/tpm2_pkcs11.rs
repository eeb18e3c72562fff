//! TPM 2.0 through tpm2-pkcs11.

use super::{Backup, BackupBy, Profile, USUAL_KEY_ID};
use crate::shares::new_pin::PinPrefix;

const BACKUP: Backup = Backup {
    by: BackupBy::Nothing,
    means: "None: the keys cannot leave the TPM. When it is lost, a successor CA follows.",
    apart: "Nothing.",
    rehearsal: "Rehearse the successor CA instead.",
    source: None,
};

pub(super) const PROFILE: Profile = Profile {
    name: "tpm2-pkcs11",
    product: "TPM 2.0 through tpm2-pkcs11",
    module_candidates: &[
        "/usr/lib/x86_64-linux-gnu/libtpm2_pkcs11.so.1",
        "/usr/lib/aarch64-linux-gnu/libtpm2_pkcs11.so.1",
        "/usr/lib64/libtpm2_pkcs11.so.0",
    ],
    initializes_tokens: false,
    shows_pin_flags: false,
    needs_network: true,
    key_id_bytes: USUAL_KEY_ID,
    pin_prefix: PinPrefix::None,
    backup: BACKUP,
    tested: true,
    reports_as: &["tpm2-pkcs11", "TPM2.0"],
    notes: &[
        "For trials: the keys cannot be moved to another computer, and a TPM signs a few times per second.",
        "Initialise the token with tpm2_ptool or pkcs11-tool.",
    ],
    sources: &[],
};
