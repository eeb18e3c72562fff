//! YubiHSM 2.

use super::{Backup, BackupBy, Profile, Source, SourcedFact};
use crate::shares::new_pin::PinPrefix;

const BACKUP: Backup = Backup {
    by: BackupBy::Other,
    means: "Objects are exported under a wrap key, and imported into a second device that has the same wrap key. Only objects with the capability exportable-under-wrap are: try it after a trial ceremony, because the keys of `inkan-hsm` are not extractable. Without it, a successor CA.",
    apart: "The exported objects, the shares of the wrap key, and the authentication key's password.",
    rehearsal: "Import into a second device, then `inkan-hsm adopt`.",
    source: Some(&Source {
        title: "YubiHSM 2 User Guide, Backup and Restore with YubiHSM Backup Keys",
        url: "https://docs.yubico.com/hardware/yubihsm-2/hsm-2-user-guide/hsm2-backup-restore.html",
    }),
};

pub(super) const PROFILE: Profile = Profile {
    name: "yubihsm2",
    product: "YubiHSM 2",
    module_candidates: &[
        "/usr/lib/x86_64-linux-gnu/pkcs11/yubihsm_pkcs11.so",
        "/usr/lib64/pkcs11/yubihsm_pkcs11.so",
        "/usr/lib/pkcs11/yubihsm_pkcs11.so",
        "/usr/local/lib/pkcs11/yubihsm_pkcs11.so",
    ],
    initializes_tokens: false,
    shows_pin_flags: false,
    needs_network: true,
    key_id_bytes: 2,
    pin_prefix: PinPrefix::Characters(4),
    backup: BACKUP,
    tested: false,
    reports_as: &["YubiHSM"],
    notes: &[
        "The PIN is the authentication key's ID in four hexadecimal digits followed by its password.",
        "CKA_ID is the device's 16-bit object ID.",
        "At most 16 sessions; the module finds the connector through YUBIHSM_PKCS11_CONF.",
    ],
    sources: &[
        SourcedFact {
            fact: "The user PIN is the ID of the authentication key, 16 bits in hexadecimal with leading zeros, followed by its password.",
            title: "YubiHSM 2 User Guide, Deploy for PKCS#11",
            url: "https://docs.yubico.com/hardware/yubihsm-2/hsm-2-user-guide/hsm2-pkcs11-guide.html",
        },
        SourcedFact {
            fact: "The module finds its configuration through YUBIHSM_PKCS11_CONF, else in the current directory.",
            title: "YubiHSM 2 User Guide, Deploy for PKCS#11",
            url: "https://docs.yubico.com/hardware/yubihsm-2/hsm-2-user-guide/hsm2-pkcs11-guide.html",
        },
        SourcedFact {
            fact: "The device has at most 16 concurrent sessions, and a long operation in one blocks the others.",
            title: "tmkms issue 682, quoting the vendor's documentation",
            url: "https://github.com/iqlusioninc/tmkms/issues/682",
        },
        SourcedFact {
            fact: "The device ends a session after 30 seconds without traffic.",
            title: "yubihsm-shell issue 268",
            url: "https://github.com/Yubico/yubihsm-shell/issues/268",
        },
        SourcedFact {
            fact: "With YubiHSM Auth, a session that has ended is renewed only by C_Finalize: opening another PKCS#11 session does not help.",
            title: "yubihsm-shell issue 541",
            url: "https://github.com/Yubico/yubihsm-shell/issues/541",
        },
    ],
};
