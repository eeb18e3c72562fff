//! Entrust nShield.

use super::{Backup, BackupBy, Profile, Source, SourcedFact, USUAL_KEY_ID};
use crate::shares::new_pin::PinPrefix;

const BACKUP: Backup = Backup {
    by: BackupBy::Other,
    means: "Keys are stored on the host, encrypted under the Security World key: copy the directory of the Security World, and load the world onto the new HSM with the Administrator Card Set.",
    apart: "The copy, a quorum of the Administrator Card Set, and the operator cards.",
    rehearsal: "Load the world onto another HSM, then `verify`; `inkan-hsm adopt` if the token has another serial number.",
    source: Some(&Source {
        title: "nShield 5s User Guide, Security Worlds",
        url: "https://nshielddocs.entrust.com/security-world-docs/v13.3/n5s-ug/security-worlds.html",
    }),
};

pub(super) const PROFILE: Profile = Profile {
    name: "nshield",
    product: "Entrust nShield",
    module_candidates: &["/opt/nfast/toolkits/pkcs11/libcknfast.so"],
    initializes_tokens: false,
    shows_pin_flags: false,
    needs_network: true,
    key_id_bytes: USUAL_KEY_ID,
    pin_prefix: PinPrefix::None,
    backup: BACKUP,
    tested: false,
    reports_as: &["nCipher", "nShield"],
    notes: &[
        "Create the Security World, operator card sets and softcards with the vendor's tools; each card set or softcard is a token.",
        "The module is configured in /opt/nfast/cknfastrc or by CKNFAST_ variables in the environment.",
    ],
    sources: &[
        SourcedFact {
            fact: "Softcards are tokens only while load sharing is enabled (CKNFAST_LOADSHARING).",
            title: "PKCS#11 with load sharing mode",
            url: "https://nshielddocs.entrust.com/security-world-docs/v13.6.3/api-pkcs11/load-sharing-mode.html",
        },
        SourcedFact {
            fact: "C_Logout removes the logical token; when no card of the set is left in a reader, the token is absent afterwards.",
            title: "PKCS#11 with load sharing mode",
            url: "https://nshielddocs.entrust.com/security-world-docs/v13.6.3/api-pkcs11/load-sharing-mode.html",
        },
        SourcedFact {
            fact: "The library reads cknfastrc in /opt/nfast; variables of the environment take precedence, and changes need a restart.",
            title: "nShield PKCS #11 library environment variables",
            url: "https://nshielddocs.entrust.com/security-world-docs/v13.6.5/api-pkcs11/env-variables.html",
        },
    ],
};
