//! Facts about HSM products that the rest must know.
//!
//! A profile says where a product's PKCS#11 module usually lies and what is different about it.
//! It is not a promise that the product was tried: only [`Profile::exercised`] says that.

/// What is known about one HSM product.
#[derive(Debug, PartialEq, Eq)]
pub struct Profile {
    /// Name used in a specification, e.g. `softhsm2`.
    pub name: &'static str,
    /// The product's own name.
    pub product: &'static str,
    /// Usual paths of the PKCS#11 module, tried in this order.
    pub module_candidates: &'static [&'static str],
    /// Whether `C_InitToken` is how a token of this product comes to be. Where it is not, the
    /// vendor's tool makes the token and `apply` only uses it.
    pub initializes_tokens: bool,
    /// Whether a wrong PIN is known to raise `CKF_USER_PIN_COUNT_LOW`, so that a token without that flag has counted none.
    /// Where it is not known, a specification can say so (`pin_flags`).
    pub shows_pin_flags: bool,
    /// Length of the `CKA_ID` given to new keys, in octets.
    pub key_id_octets: usize,
    /// Whether this product is part of the tests.
    pub exercised: bool,
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
        key_id_octets: USUAL_KEY_ID,
        exercised: true,
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
        key_id_octets: USUAL_KEY_ID,
        exercised: false,
        notes: &[
            "Partitions are made and initialised with the vendor's lunacm; the partition's label is the token's label.",
            "The client is configured in /etc/Chrystoki.conf.",
        ],
    },
    Profile {
        name: "nshield",
        product: "Entrust nShield",
        module_candidates: &["/opt/nfast/toolkits/pkcs11/libcknfast.so"],
        initializes_tokens: false,
        shows_pin_flags: false,
        key_id_octets: USUAL_KEY_ID,
        exercised: false,
        notes: &[
            "The Security World, operator card sets and softcards are made with the vendor's tools; each card set or softcard is a token.",
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
        key_id_octets: USUAL_KEY_ID,
        exercised: false,
        notes: &[
            "Slots are initialised with the vendor's p11tool2.",
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
        key_id_octets: 2,
        exercised: false,
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
        key_id_octets: USUAL_KEY_ID,
        exercised: false,
        notes: &[
            "The cluster and its crypto users are made with the vendor's tools; tokens are not initialised through PKCS#11.",
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
    fn names_are_unique_and_only_softhsm_is_called_exercised() {
        let mut names: Vec<_> = Profile::all().iter().map(|p| p.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Profile::all().len());
        let exercised: Vec<_> = Profile::all()
            .iter()
            .filter(|p| p.exercised)
            .map(|p| p.name)
            .collect();
        assert_eq!(exercised, ["softhsm2"]);
    }

    #[test]
    fn unknown_name_is_none() {
        assert!(Profile::named("softhsm3").is_none());
    }
}
