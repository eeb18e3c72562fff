//! NSS softokn.

use super::{Backup, BackupBy, Profile, SOFTWARE, USUAL_KEY_ID};
use crate::shares::new_pin::PinPrefix;

const BACKUP: Backup = Backup {
    by: BackupBy::Other,
    means: "Its store is a directory of databases: copy it while nothing uses the token.",
    apart: "The copy and the PIN.",
    rehearsal: "Name the copy in `module_parameters`, then `verify`.",
    source: None,
};

pub(super) const PROFILE: Profile = Profile {
    name: "nss",
    product: "NSS softokn",
    module_candidates: &[
        "/usr/lib/x86_64-linux-gnu/libsoftokn3.so",
        "/usr/lib/aarch64-linux-gnu/libsoftokn3.so",
        "/usr/lib/x86_64-linux-gnu/nss/libsoftokn3.so",
        "/usr/lib64/libsoftokn3.so",
    ],
    initializes_tokens: false,
    shows_pin_flags: false,
    needs_network: false,
    key_id_bytes: USUAL_KEY_ID,
    pin_prefix: PinPrefix::None,
    backup: BACKUP,
    tested: true,
    reports_as: &["Mozilla Foundation", "NSS"],
    notes: &[
        SOFTWARE,
        "Needs module_parameters; make the database with certutil. The server does not pass parameters: for ceremonies only.",
    ],
    sources: &[],
};
