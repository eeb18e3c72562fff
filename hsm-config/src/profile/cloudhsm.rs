//! AWS CloudHSM.

use super::{Backup, BackupBy, Profile, Source, SourcedFact, USUAL_KEY_ID};
use crate::shares::new_pin::PinPrefix;

const BACKUP: Backup = Backup {
    by: BackupBy::Other,
    means: "The service makes an encrypted backup of the cluster at least once every 24 hours; a new cluster is created from one.",
    apart: "The account that may create clusters, and the crypto users' passwords.",
    rehearsal: "Create a cluster from a backup, then `inkan-hsm adopt`.",
    source: Some(&Source {
        title: "AWS CloudHSM User Guide, Managing AWS CloudHSM backups",
        url: "https://docs.aws.amazon.com/cloudhsm/latest/userguide/manage-backups.html",
    }),
};

pub(super) const PROFILE: Profile = Profile {
    name: "cloudhsm",
    product: "AWS CloudHSM",
    module_candidates: &["/opt/cloudhsm/lib/libcloudhsm_pkcs11.so"],
    initializes_tokens: false,
    shows_pin_flags: false,
    needs_network: true,
    key_id_bytes: USUAL_KEY_ID,
    pin_prefix: PinPrefix::Through(':'),
    backup: BACKUP,
    tested: false,
    reports_as: &["CloudHSM"],
    notes: &[
        "Create the cluster and its crypto users with the vendor's tools; tokens are not initialised through PKCS#11.",
        "The PIN is the crypto user's name, a colon and the password.",
    ],
    sources: &[
        SourcedFact {
            fact: "The PIN is the crypto user's name, a colon and the password.",
            title: "AWS CloudHSM User Guide, Authenticate to the PKCS #11 library (Client SDK 3)",
            url: "https://docs.aws.amazon.com/cloudhsm/latest/userguide/pkcs11-v3-pin.html",
        },
        SourcedFact {
            fact: "More than five incorrect logins lock the account (clusters created since February 2018).",
            title: "AWS CloudHSM User Guide, loginHSM and logoutHSM",
            url: "https://docs.aws.amazon.com/cloudhsm/latest/userguide/key_mgmt_util-loginHSM.html",
        },
        SourcedFact {
            fact: "A single HSM needs disable_key_availability_check in the client's configuration.",
            title: "AWS CloudHSM User Guide, Install the PKCS #11 library (Client SDK 5)",
            url: "https://docs.aws.amazon.com/cloudhsm/latest/userguide/pkcs11-library-install.html",
        },
    ],
};
