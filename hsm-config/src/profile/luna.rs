//! Thales Luna Network and PCIe HSM.

use super::{Backup, BackupBy, Profile, Source, SourcedFact, USUAL_KEY_ID};
use crate::shares::new_pin::PinPrefix;

const BACKUP: Backup = Backup {
    by: BackupBy::Other,
    means: "A Backup HSM, or another partition, of the same cloning domain: `partition archive backup` and `partition archive restore` in lunacm.",
    apart: "The Backup HSM, the secret of the cloning domain (red PED keys or text), and the Crypto Officer's credential.",
    rehearsal: "Restore into a partition of another HSM with the same domain, then `inkan-hsm adopt` with copies of specification and certificates.",
    source: Some(&Source {
        title: "Luna Network HSM 7, Partition Backup and Restore",
        url: "https://www.thalesdocs.com/gphsm/luna/7/docs/network/Content/admin_partition/backup_restore/backup_restore.htm",
    }),
};

pub(super) const PROFILE: Profile = Profile {
    name: "luna",
    product: "Thales Luna Network and PCIe HSM",
    module_candidates: &[
        "/usr/safenet/lunaclient/lib/libCryptoki2_64.so",
        "/usr/lib/libCryptoki2_64.so",
    ],
    initializes_tokens: false,
    shows_pin_flags: false,
    needs_network: true,
    key_id_bytes: USUAL_KEY_ID,
    pin_prefix: PinPrefix::None,
    backup: BACKUP,
    tested: false,
    reports_as: &["SafeNet", "Luna"],
    notes: &[
        "Create and initialise partitions with the vendor's lunacm; the partition's label is the token's label.",
        "The client is configured in /etc/Chrystoki.conf.",
    ],
    sources: &[
        SourcedFact {
            fact: "Partitions are reached through the client's configuration file, Chrystoki.conf on Linux.",
            title: "Dynamic Partition Loading for Luna Cloud HSM Services (Luna HSM Client)",
            url: "https://thalesdocs.com/gphsm/luna/7/docs/usb/Content/install/client_install/dynamic_partition_loading.htm",
        },
        SourcedFact {
            fact: "After a long idle time a call was reported to hang for five minutes before it returned CKR_CRYPTOKI_NOT_INITIALIZED.",
            title: "Pkcs11Interop issue 214",
            url: "https://github.com/Pkcs11Interop/Pkcs11Interop/issues/214",
        },
    ],
};
