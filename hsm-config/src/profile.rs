//! Facts about HSM products.
//!
//! A profile holds the usual paths of a product's PKCS#11 module and what is special about it. It does not promise that the product
//! was tried: see [`Profile::tested`].

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
    /// Whether the tests include this product.
    pub tested: bool,
    /// What an officer should know before using it, one sentence each.
    pub notes: &'static [&'static str],
}

/// `CKA_ID` length where the product sets no limit of its own.
const USUAL_KEY_ID: usize = 16;

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
        tested: true,
        notes: &[
            "Software only: for tests, demonstrations and development, never for a bank's keys.",
            "Finds its token directory through SOFTHSM2_CONF, read once when the module starts.",
            "A wrong PIN is reported but never locks the token.",
        ],
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
        tested: false,
        notes: &[
            "Create and initialise partitions with the vendor's lunacm; the partition's label is the token's label.",
            "The client is configured in /etc/Chrystoki.conf.",
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
        tested: false,
        notes: &[
            "Create the Security World, operator card sets and softcards with the vendor's tools; each card set or softcard is a token.",
            "The module is configured in /opt/nfast/cknfastrc or by CKNFAST_ variables in the environment.",
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
        tested: false,
        notes: &[
            "Initialise slots with the vendor's p11tool2.",
            "The module finds its configuration through CS_PKCS11_R3_CFG.",
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
        tested: false,
        notes: &[
            "The PIN is the authentication key's ID in four hexadecimal digits followed by its password.",
            "CKA_ID is the device's 16-bit object ID.",
            "At most 16 sessions; the module finds the connector through YUBIHSM_PKCS11_CONF.",
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
        tested: false,
        notes: &[
            "Create the cluster and its crypto users with the vendor's tools; tokens are not initialised through PKCS#11.",
            "The PIN is the crypto user's name, a colon and the password.",
        ],
    },
];

impl Profile {
    /// The built-in profile of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        PROFILES.iter().find(|profile| profile.name == name)
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
    fn names_are_unique_and_only_softhsm_is_marked_as_tested() {
        let mut names: Vec<_> = Profile::all().iter().map(|p| p.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Profile::all().len());
        let tested: Vec<_> = Profile::all()
            .iter()
            .filter(|p| p.tested)
            .map(|p| p.name)
            .collect();
        assert_eq!(tested, ["softhsm2"]);
    }

    #[test]
    fn unknown_name_is_none() {
        assert!(Profile::named("softhsm3").is_none());
    }
}
