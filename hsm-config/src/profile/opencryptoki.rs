//! opencryptoki, software token.

use super::{Backup, BackupBy, Profile, SOFTWARE, USUAL_KEY_ID};
use crate::shares::new_pin::PinPrefix;

const BACKUP: Backup = Backup {
    by: BackupBy::Other,
    means: "Its store is a directory that the daemon and shared memory belong to: stop pkcsslotd, then copy it.",
    apart: "The copy and the PINs.",
    rehearsal: "On another computer, before pkcsslotd starts; then `verify`.",
    source: None,
};

pub(super) const PROFILE: Profile = Profile {
    name: "opencryptoki",
    product: "opencryptoki, software token",
    module_candidates: &[
        "/usr/lib/x86_64-linux-gnu/opencryptoki/libopencryptoki.so.0",
        "/usr/lib/aarch64-linux-gnu/opencryptoki/libopencryptoki.so.0",
        "/usr/lib64/opencryptoki/libopencryptoki.so",
    ],
    initializes_tokens: false,
    shows_pin_flags: true,
    needs_network: true,
    key_id_bytes: USUAL_KEY_ID,
    pin_prefix: PinPrefix::None,
    backup: BACKUP,
    tested: true,
    reports_as: &["opencryptoki"],
    notes: &[
        SOFTWARE,
        "Needs its daemon pkcsslotd; initialise the token with pkcsconf or pkcs11-tool.",
    ],
    sources: &[],
};
