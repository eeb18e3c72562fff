//! Facts about HSM products.
//!
//! A profile holds the usual paths of a product's PKCS#11 module and what is special about it. It does not promise that the product
//! was tried: see [`Profile::tested`].

use crate::shares::new_pin::PinPrefix;
use std::path::Path;

/// What is known about one HSM product.
#[derive(Debug, PartialEq, Eq)]
pub struct Profile {
    /// Name used in a specification, e.g. `softhsm2`.
    pub name: &'static str,
    /// Name of the product.
    pub product: &'static str,
    /// Usual paths of the PKCS#11 module, tried in this order.
    pub module_candidates: &'static [&'static str],
    /// Whether `apply` initialises tokens of this product with `C_InitToken`. Otherwise the vendor's tool does.
    pub initializes_tokens: bool,
    /// Whether a wrong PIN is known to set `CKF_USER_PIN_COUNT_LOW`, so that a token without that flag has counted none. A
    /// specification can override it (`pin_flags`).
    pub shows_pin_flags: bool,
    /// Whether its module reaches the HSM over a network. If not, the server lets it use none. A configuration can override it
    /// (`hsm.module_network`).
    pub needs_network: bool,
    /// Length of the `CKA_ID` of new keys, in bytes.
    pub key_id_bytes: usize,
    /// The beginning of a PIN that is a name and no secret.
    pub pin_prefix: PinPrefix,
    /// Whether the tests include this product.
    pub tested: bool,
    /// How it reports itself: parts of the manufacturer, description or model of library and token.
    pub reports_as: &'static [&'static str],
    /// What an officer should know before using it, one sentence each.
    pub notes: &'static [&'static str],
    /// What public documents state about it. It was not checked on a device.
    pub sources: &'static [SourcedFact],
}

/// A fact about a product and the public document that states it.
#[derive(Debug, PartialEq, Eq)]
pub struct SourcedFact {
    /// The fact, one sentence.
    pub fact: &'static str,
    /// Title of the document.
    pub title: &'static str,
    /// Its address.
    pub url: &'static str,
}

/// `CKA_ID` length where the product sets no limit of its own.
const USUAL_KEY_ID: usize = 16;

/// Said of every product that is not hardware.
const SOFTWARE: &str =
    "Software only: for tests, demonstrations and development, never for a bank's keys.";

const PROFILES: &[Profile] = &[
    Profile {
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
        tested: true,
        reports_as: &["SoftHSM"],
        notes: &[
            SOFTWARE,
            "Finds its token directory through SOFTHSM2_CONF, read once when the module starts.",
            "A wrong PIN is reported but never locks the token.",
        ],
        sources: &[],
    },
    Profile {
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
        tested: true,
        reports_as: &["Kryoptic"],
        notes: &[
            SOFTWARE,
            "Finds its slots through KRYOPTIC_CONF; initialise the token with pkcs11-tool.",
        ],
        sources: &[],
    },
    Profile {
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
        tested: true,
        reports_as: &["Mozilla Foundation", "NSS"],
        notes: &[
            SOFTWARE,
            "Needs module_parameters; make the database with certutil. The server does not pass parameters: for ceremonies only.",
        ],
        sources: &[],
    },
    Profile {
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
        tested: true,
        reports_as: &["opencryptoki"],
        notes: &[
            SOFTWARE,
            "Needs its daemon pkcsslotd; initialise the token with pkcsconf or pkcs11-tool.",
        ],
        sources: &[],
    },
    Profile {
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
        tested: true,
        reports_as: &["tpm2-pkcs11", "TPM2.0"],
        notes: &[
            "For trials: the keys cannot be moved to another computer, and a TPM signs a few times per second.",
            "Initialise the token with tpm2_ptool or pkcs11-tool.",
        ],
        sources: &[],
    },
    Profile {
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
    },
    Profile {
        name: "nshield",
        product: "Entrust nShield",
        module_candidates: &["/opt/nfast/toolkits/pkcs11/libcknfast.so"],
        initializes_tokens: false,
        shows_pin_flags: false,
        needs_network: true,
        key_id_bytes: USUAL_KEY_ID,
        pin_prefix: PinPrefix::None,
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
            SourcedFact {
                fact: "Backup: keys are stored on the host, encrypted under the Security World key; the Administrator Card Set is needed for recovery.",
                title: "nShield 5s User Guide, Security Worlds",
                url: "https://nshielddocs.entrust.com/security-world-docs/v13.3/n5s-ug/security-worlds.html",
            },
        ],
    },
    Profile {
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
    },
    Profile {
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
            SourcedFact {
                fact: "Backup: objects are exported under a wrap key, and imported into a second device that has the same wrap key.",
                title: "YubiHSM 2 User Guide, Backup and Restore with YubiHSM Backup Keys",
                url: "https://docs.yubico.com/hardware/yubihsm-2/hsm-2-user-guide/hsm2-backup-restore.html",
            },
        ],
    },
    Profile {
        name: "cloudhsm",
        product: "AWS CloudHSM",
        module_candidates: &["/opt/cloudhsm/lib/libcloudhsm_pkcs11.so"],
        initializes_tokens: false,
        shows_pin_flags: false,
        needs_network: true,
        key_id_bytes: USUAL_KEY_ID,
        pin_prefix: PinPrefix::Through(':'),
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
    },
];

impl Profile {
    /// The built-in profile of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        PROFILES.iter().find(|profile| profile.name == name)
    }

    /// The profiles that a library or token may belong to, by what it reports and by the name of its module.
    pub(crate) fn fitting(module: &Path, reported: &[&str]) -> Vec<(&'static Self, String)> {
        let file = module.file_name();
        let fits = |profile: &'static Self| {
            let part = profile
                .reports_as
                .iter()
                .find(|part| reported.iter().any(|text| text.contains(*part)));
            if let Some(part) = part {
                return Some((profile, format!("it reports \"{part}\"")));
            }
            let mut usual = profile.module_candidates.iter().map(Path::new);
            usual
                .any(|path| path.file_name() == file)
                .then(|| (profile, "the module has its usual name".to_owned()))
        };
        PROFILES.iter().filter_map(fits).collect()
    }

    /// All built-in profiles.
    pub fn all() -> &'static [Self] {
        PROFILES
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_only_what_runs_here_is_marked_as_tested() {
        let mut names: Vec<_> = Profile::all().iter().map(|p| p.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Profile::all().len());
        let tested: Vec<_> = Profile::all()
            .iter()
            .filter(|p| p.tested)
            .map(|p| p.name)
            .collect();
        assert_eq!(
            tested,
            ["softhsm2", "kryoptic", "nss", "opencryptoki", "tpm2-pkcs11"]
        );
        for profile in Profile::all() {
            assert_eq!(
                profile.sources.is_empty(),
                profile.tested,
                "{}",
                profile.name
            );
            for source in profile.sources {
                assert!(source.url.starts_with("https://") && !source.title.is_empty());
            }
        }
    }

    #[test]
    fn unknown_name_is_none() {
        assert!(Profile::named("softhsm3").is_none());
    }
}
