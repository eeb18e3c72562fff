//! Utimaco CryptoServer and u.trust Anchor.

use super::{Backup, BackupBy, Profile, Source, SourcedFact, USUAL_KEY_ID};
use crate::shares::new_pin::PinPrefix;

const BACKUP: Backup = Backup {
    by: BackupBy::Other,
    means: "`csadm BackupDatabase` saves the databases of keys (CXIKEY.db) and users (user.db).",
    apart: "The saved databases, the shares of the Master Backup Key, and the administrators' credentials.",
    rehearsal: "Load the Master Backup Key and the databases into another HSM, then `inkan-hsm adopt`.",
    source: Some(&Source {
        title: "Utimaco integration guide, Backup",
        url: "https://integration-guides.utimaco.com/using-an-rdbms-for-key-storage-and-cryptoserver/1.0.0/backup",
    }),
};

pub(super) const PROFILE: Profile = Profile {
    name: "utimaco",
    product: "Utimaco CryptoServer and u.trust Anchor",
    module_candidates: &[
        "/usr/lib/libcs_pkcs11_R3.so",
        "/lib/libcs_pkcs11_R3.so",
        "/usr/lib/libcs_pkcs11_R2.so",
    ],
    initializes_tokens: false,
    shows_pin_flags: false,
    needs_network: true,
    key_id_bytes: USUAL_KEY_ID,
    pin_prefix: PinPrefix::None,
    backup: BACKUP,
    tested: false,
    reports_as: &["Utimaco"],
    notes: &[
        "Initialise slots with the vendor's p11tool2.",
        "The module finds its configuration through CS_PKCS11_R3_CFG.",
    ],
    sources: &[
        SourcedFact {
            fact: "Session information is cleared after an idle time, AppTimeout in the configuration file, 30 minutes by default.",
            title: "EJBCA documentation, Utimaco CryptoServer",
            url: "https://docs.keyfactor.com/ejbca/latest/utimaco-cryptoserver",
        },
        SourcedFact {
            fact: "A slot is initialised with the vendor's tool before keys are generated in it.",
            title: "EJBCA documentation, Utimaco CryptoServer",
            url: "https://docs.keyfactor.com/ejbca/latest/utimaco-cryptoserver",
        },
    ],
};
