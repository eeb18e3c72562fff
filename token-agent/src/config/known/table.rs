//! The known modules.

use super::Known;
use super::quirks::{IdChoice, Quirks};
use crate::keystore::capabilities::Admin;

/// A module for cards and tokens that implements the whole standard.
const CARD: Known = Known {
    id: "",
    name: "",
    files: &[],
    linux: &[],
    windows: &[],
    automatic: true,
    quirks: Quirks::NONE,
    with_piv: None,
};

/// A module that is used only on request.
const ON_REQUEST: Known = Known {
    automatic: false,
    ..CARD
};

/// All known modules.
pub const KNOWN: [Known; 12] = [
    Known {
        id: "opensc",
        name: "OpenSC",
        files: &["opensc-pkcs11", "onepin-opensc-pkcs11"],
        linux: &["pkcs11/opensc-pkcs11.so", "opensc-pkcs11.so"],
        windows: &[
            r"C:\Program Files\OpenSC Project\OpenSC\pkcs11\opensc-pkcs11.dll",
            r"C:\Windows\System32\opensc-pkcs11.dll",
        ],
        // It generates no keys and writes no certificates on PIV cards.
        with_piv: Some(Quirks::READ_ONLY),
        ..CARD
    },
    Known {
        id: "safenet",
        name: "SafeNet eToken",
        files: &["libetoken", "libetpkcs11", "etpkcs11", "etoken"],
        linux: &["libeToken.so", "libeTPkcs11.so", "pkcs11/libeToken.so"],
        windows: &[r"C:\Windows\System32\eTPKCS11.dll"],
        ..CARD
    },
    Known {
        id: "idprime",
        name: "Thales IDPrime",
        files: &["libidprimepkcs11", "idprimepkcs11"],
        linux: &["libIDPrimePKCS11.so", "pkcs11/libIDPrimePKCS11.so"],
        windows: &[
            r"C:\Program Files\SafeNet\Authentication\SAC\x64\IDPrimePKCS1164.dll",
            r"C:\Program Files (x86)\Gemalto\IDGo 800 PKCS#11\IDPrimePKCS1164.dll",
        ],
        ..CARD
    },
    Known {
        id: "bit4id",
        name: "Bit4id",
        files: &["libbit4xpki", "bit4xpki", "libbit4ipki", "bit4ipki"],
        linux: &["bit4id/libbit4xpki.so", "libbit4xpki.so", "libbit4ipki.so"],
        windows: &[
            r"C:\Windows\System32\bit4xpki.dll",
            r"C:\Windows\System32\bit4ipki.dll",
        ],
        ..CARD
    },
    Known {
        id: "epass2003",
        name: "Feitian ePass2003",
        files: &["libcastle", "eps2003csp11"],
        linux: &["libcastle.so.1.0.0", "libcastle.so"],
        windows: &[r"C:\Windows\System32\eps2003csp11.dll"],
        ..CARD
    },
    Known {
        id: "sc-hsm",
        name: "SmartCard-HSM, Nitrokey HSM",
        files: &["libsc-hsm-pkcs11", "sc-hsm-pkcs11"],
        linux: &["libsc-hsm-pkcs11.so"],
        windows: &[r"C:\Windows\System32\sc-hsm-pkcs11.dll"],
        ..CARD
    },
    Known {
        id: "ykcs11",
        name: "YubiKey (ykcs11)",
        files: &["libykcs11"],
        linux: &["libykcs11.so.2", "libykcs11.so"],
        windows: &[r"C:\Program Files\Yubico\Yubico PIV Tool\bin\libykcs11.dll"],
        quirks: Quirks {
            labels: false,
            ca_certificates: false,
            officer_unblocks: false,
            admin: Some(Admin::ManagementKey),
            ids: IdChoice::PivSlot,
            piv_only: true,
            ..Quirks::NONE
        },
        ..ON_REQUEST
    },
    Known {
        id: "softhsm2",
        name: "SoftHSM2",
        files: &["libsofthsm2", "softhsm2"],
        linux: &["softhsm/libsofthsm2.so", "libsofthsm2.so"],
        windows: &[r"C:\SoftHSM2\lib\softhsm2-x64.dll"],
        ..ON_REQUEST
    },
    Known {
        id: "p11-kit",
        name: "p11-kit",
        files: &["p11-kit-proxy", "p11-kit-client"],
        linux: &["p11-kit-proxy.so", "pkcs11/p11-kit-client.so"],
        ..ON_REQUEST
    },
    Known {
        id: "tpm2",
        name: "TPM 2.0 (tpm2-pkcs11)",
        files: &["libtpm2_pkcs11"],
        linux: &["pkcs11/libtpm2_pkcs11.so", "libtpm2_pkcs11.so"],
        quirks: Quirks {
            tpm: true,
            ..Quirks::NONE
        },
        ..ON_REQUEST
    },
    Known {
        id: "opencryptoki",
        name: "openCryptoki",
        files: &["libopencryptoki", "pkcs11_api"],
        linux: &["pkcs11/PKCS11_API.so", "opencryptoki/libopencryptoki.so"],
        ..ON_REQUEST
    },
    Known {
        id: "nss",
        name: "NSS",
        files: &["libsoftokn3", "softokn3"],
        linux: &["libsoftokn3.so"],
        ..ON_REQUEST
    },
];
