//! The environment of a driver's process: what every program of this desktop needs, what known modules read, and what
//! the user listed for this driver. Nothing else is passed: a vendor's module has no business with a proxy's password
//! or another program's key.

use std::ffi::OsString;

/// Full names. Windows ignores case in names, and no program starts there without some of these.
const NAMES: [&str; 47] = [
    "ALLUSERSPROFILE",
    "APPDATA",
    "COMMONPROGRAMFILES",
    "COMMONPROGRAMFILES(X86)",
    "COMMONPROGRAMW6432",
    "COMPUTERNAME",
    "COMSPEC",
    "DBUS_SESSION_BUS_ADDRESS",
    "DBUS_SYSTEM_BUS_ADDRESS",
    "DISPLAY",
    "HOME",
    "HOMEDRIVE",
    "HOMEPATH",
    "LANG",
    "LANGUAGE",
    "LD_LIBRARY_PATH",
    "LOCALAPPDATA",
    "LOGNAME",
    "NUMBER_OF_PROCESSORS",
    "OS",
    "PATH",
    "PATHEXT",
    "PROCESSOR_ARCHITECTURE",
    "PROGRAMDATA",
    "PROGRAMFILES",
    "PROGRAMFILES(X86)",
    "PROGRAMW6432",
    "PUBLIC",
    "SESSIONNAME",
    "SHELL",
    "SYSTEMDRIVE",
    "SYSTEMROOT",
    "TEMP",
    "TERM",
    "TMP",
    "TMPDIR",
    "TZ",
    "TZDIR",
    "USER",
    "USERDOMAIN",
    "USERNAME",
    "USERPROFILE",
    "WAYLAND_DISPLAY",
    "WINDIR",
    "WINEPREFIX",
    "XAUTHORITY",
    "XMODIFIERS",
];

/// Prefixes: locale, desktop, and what the modules of `config/known` and the card service read.
const BEGINNINGS: [&str; 14] = [
    "KRYOPTIC_",
    "LC_",
    "LIBPCSCLITE_",
    "NSS_",
    "OPENCRYPTOKI_",
    "OPENSC_",
    "P11_KIT_",
    "PCSCLITE_",
    "PKCS11SPY",
    "SOFTHSM2_",
    "TPM2_",
    "TSS2_",
    "XDG_",
    "YKCS11_",
];

/// The variables of `all` that a driver receives. `listed`: names that the user listed for it; `hidden`: names that are
/// never passed, even if listed.
pub(super) fn given(
    all: impl Iterator<Item = (OsString, OsString)>,
    listed: &[String],
    hidden: &[String],
) -> Vec<(OsString, OsString)> {
    let passes = |(name, _): &(OsString, OsString)| {
        name.to_str().is_some_and(|name| {
            let listed = listed.iter().any(|n| same(n, name));
            (listed || usual(name)) && !hidden.iter().any(|h| same(h, name))
        })
    };
    all.filter(passes).collect()
}

fn usual(name: &str) -> bool {
    let begins = |b: &&str| name.get(..b.len()).is_some_and(|begin| same(b, begin));
    NAMES.iter().any(|n| same(n, name)) || BEGINNINGS.iter().any(begins)
}

fn same(one: &str, other: &str) -> bool {
    if cfg!(windows) {
        one.eq_ignore_ascii_case(other)
    } else {
        one == other
    }
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
            "https_proxy",
            "HTTPS_PROXY",
            "ALL_PROXY",
            "AWS_SECRET_ACCESS_KEY",
            "SSH_AUTH_SOCK",
            "MAKERS_FILE",
            "XDG_PIN",
            "LC",
        ];
        let listed = ["MAKERS_FILE".to_owned()];
        let all = all.iter().map(|n| (OsString::from(n), OsString::new()));
        let given = given(all, &listed, &["XDG_PIN".to_owned()]);
        let names: Vec<_> = given.iter().filter_map(|(n, _)| n.to_str()).collect();
        assert_eq!(names, ["HOME", "LC_ALL", "SOFTHSM2_CONF", "MAKERS_FILE"]);
    }
}
