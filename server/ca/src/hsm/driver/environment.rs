//! The environment of the process: what every program needs, what known modules read, and what the configuration lists. Nothing
//! else: a vendor's module has no business with the server's own secrets.

use std::ffi::OsString;

/// Full names.
const NAMES: [&str; 13] = [
    "HOME",
    "HOSTNAME",
    "LANG",
    "LANGUAGE",
    "LD_LIBRARY_PATH",
    "LOGNAME",
    "PATH",
    "RUST_BACKTRACE",
    "TMPDIR",
    "TZ",
    "TZDIR",
    "USER",
    "XDG_RUNTIME_DIR",
];

/// What known modules read: full names.
const PRODUCT_NAMES: [&str; 3] = [
    "CRYPTOSERVER",
    "CRYPTOSERVER_TOKEN",
    "ChrystokiConfigurationPath",
];

/// What known modules read: prefixes.
const PRODUCT_BEGINNINGS: [&str; 16] = [
    "CKNFAST_",
    "CLOUDHSM_",
    "CS_PKCS11_",
    "KRYOPTIC_",
    "LIBPCSCLITE_",
    "LUNA_",
    "NFAST_",
    "NSS_",
    "OPENCRYPTOKI_",
    "OPENSC_",
    "P11_KIT_",
    "PCSCLITE_",
    "SOFTHSM2_",
    "TPM2_",
    "TSS2_",
    "YUBIHSM_",
];

/// Words in the names of variables that hold secrets. Such a variable is passed only if it is listed.
const SECRET: [&str; 3] = ["PASS", "PIN", "SECRET"];

/// The variables of `all`, those of this process, that the process of the HSM's module receives; `listed` by the configuration.
#[must_use]
pub fn module_environment(
    all: impl Iterator<Item = (OsString, OsString)>,
    listed: &[String],
) -> Vec<(OsString, OsString)> {
    let passes = |(name, _): &(OsString, OsString)| {
        name.to_str()
            .is_some_and(|name| listed.iter().any(|one| one == name) || usual(name))
    };
    all.filter(passes).collect()
}

/// Sets variables, in place of others of the same name.
pub fn set_variables(
    environment: &mut Vec<(OsString, OsString)>,
    own: impl IntoIterator<Item = (OsString, OsString)>,
) {
    for (name, value) in own {
        environment.retain(|(other, _)| *other != name);
        environment.push((name, value));
    }
}

/// Whether a module of a known product reads a variable of this name, and it is not for a secret.
#[must_use]
pub fn is_product_variable(name: &str) -> bool {
    let known = PRODUCT_NAMES.contains(&name)
        || PRODUCT_BEGINNINGS
            .iter()
            .any(|begin| name.starts_with(begin));
    known && !SECRET.iter().any(|word| name.contains(word))
}

fn usual(name: &str) -> bool {
    // Locale, and what every program needs.
    NAMES.contains(&name) || name.starts_with("LC_") || is_product_variable(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_common_or_listed_variables_are_passed_on() {
        let all = [
            "HOME",
            "LC_ALL",
            "SOFTHSM2_CONF",
            "SOFTHSM2_PIN",
            "LUNA_PASSWORD",
            "CREDENTIALS_DIRECTORY",
            "DATABASE_URL",
            "https_proxy",
            "INKAN_HSM_PIN",
            "MAKERS_FILE",
            "LC",
        ];
        for secret in [
            "SOFTHSM2_PIN",
            "LUNA_PASSWORD",
            "HOME",
            "LD_LIBRARY_PATH",
            "MAKERS_FILE",
        ] {
            assert!(!is_product_variable(secret), "{secret}");
        }
        assert!(is_product_variable("SOFTHSM2_CONF"));
        let listed = ["MAKERS_FILE".to_owned()];
        let all = all.iter().map(|n| (OsString::from(n), OsString::new()));
        let given = module_environment(all, &listed);
        let names: Vec<_> = given.iter().filter_map(|(n, _)| n.to_str()).collect();
        assert_eq!(names, ["HOME", "LC_ALL", "SOFTHSM2_CONF", "MAKERS_FILE"]);

        let mut own = given.clone();
        set_variables(&mut own, [("SOFTHSM2_CONF".into(), "/b".into())]);
        let set = own.iter().filter(|(name, _)| name == "SOFTHSM2_CONF");
        assert_eq!(set.map(|(_, value)| value).collect::<Vec<_>>(), ["/b"]);
        assert_eq!(own.len(), given.len());
    }
}
