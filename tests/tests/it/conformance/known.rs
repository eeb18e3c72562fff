//! What each kind of token cannot do, and why: for the table, and compared with what it really reports.

use inkan_pki::algorithm::KeyAlgorithm;

use super::check::Check;
use super::verdict::Known;

type List = &'static [(Check, Known)];

const fn no(error: &'static str, why: &'static str) -> Known {
    Known::No { error, why }
}

const fn no_meaning(why: &'static str) -> Known {
    Known::NoMeaning { why }
}

const FLAGS_ONLY: Known = no(
    "no count",
    "PKCS#11 has flags (\"a wrong PIN was entered\", \"last try\", \"locked\"), no count",
);
const NO_WARNING: Known = no(
    "NoWarning",
    "the module sets none of the PIN flags, so the agent cannot warn",
);
const NOT_REMOVABLE: Known =
    no_meaning("files on this computer: there is no reader to remove it from");
const NO_LIMIT: Known = no(
    "and no lock",
    "it accepts any number of wrong PINs: not suitable for customers",
);
const ANY_LENGTH: Known = no(
    "it accepts one digit",
    "it reports that it accepts PINs of any length, and does; the agent's own minimum applies to changes with the agent",
);
const NO_CA_PLACE: Known = no(
    "Unsupported",
    "a PIV card can store one certificate for each key, and none without a key",
);
const OUT_OF_SIGHT: Known = no(
    "its key is no longer listed",
    "a PIV card without metadata identifies a key only by its certificate: without one the key exists but is not listed (the agent's own code leaves a mark)",
);
const USE_PIV: &str =
    "not possible through this module: the agent's own PIV code does it with the PUK";

pub(crate) const SOFTHSM: List = &[
    (Check::TriesCounted, FLAGS_ONLY),
    (
        Check::PulledWhileSigning,
        no_meaning("a signature is too fast to remove it meanwhile"),
    ),
    (Check::PinLocks, NO_LIMIT),
];

pub(crate) const KRYOPTIC: List = &[
    (Check::TriesCounted, FLAGS_ONLY),
    (Check::WrongPinReported, NO_WARNING),
    (Check::PulledWhileSigning, NOT_REMOVABLE),
    (Check::Pulled, NOT_REMOVABLE),
];

pub(crate) const NSS: List = &[
    (Check::TriesCounted, FLAGS_ONLY),
    (Check::WrongPinReported, NO_WARNING),
    (
        Check::AlwaysAuthenticate,
        no_meaning("its keys never require the PIN again"),
    ),
    (Check::ShortPinRefused, ANY_LENGTH),
    (Check::PulledWhileSigning, NOT_REMOVABLE),
    (Check::Pulled, NOT_REMOVABLE),
    (Check::PinLocks, NO_LIMIT),
    (Check::Unblocked, NO_OFFICER),
    (Check::WrongUnblockRefused, NO_OFFICER),
];
const NO_OFFICER: Known = no(
    "UserTypeInvalid",
    "it has no security officer: a forgotten password means a new key database",
);

pub(crate) const OPENCRYPTOKI: List = &[
    (Check::TriesCounted, FLAGS_ONLY),
    (Check::Generate(KeyAlgorithm::EcP256), NO_CURVES),
    (Check::Generate(KeyAlgorithm::EcP384), NO_CURVES),
    (Check::SignP256, NO_CURVE_KEYS),
    (Check::SignP384, NO_CURVE_KEYS),
    (
        Check::AlwaysAuthenticate,
        no(
            "CannotSign",
            "3.8 generates such keys but supports no login for a single signature, so they cannot be used",
        ),
    ),
    (Check::PulledWhileSigning, NOT_REMOVABLE),
    (Check::Pulled, NOT_REMOVABLE),
];
const NO_CURVES: Known = no("NoAlgorithm", "its software token is built without ECDSA");
const NO_CURVE_KEYS: Known = no(
    "no key of this type",
    "its software token is built without ECDSA",
);

pub(crate) const TPM: List = &[
    (Check::TriesCounted, FLAGS_ONLY),
    (Check::WrongPinReported, NO_WARNING),
    (
        Check::Generate(KeyAlgorithm::Rsa4096),
        no("NoAlgorithm", "TPMs generate RSA keys of at most 3072 bits"),
    ),
    (Check::ShortPinRefused, ANY_LENGTH),
    (
        Check::PulledWhileSigning,
        no_meaning("part of the computer: there is no reader to remove it from"),
    ),
    (
        Check::Pulled,
        no(
            "GeneralError",
            "when the TPM's service stops, the module reports only \"general error\" and still lists the token",
        ),
    ),
    (Check::Unblocked, TPM_LOCKED),
    (Check::WrongUnblockRefused, TPM_LOCKED),
];
const TPM_LOCKED: Known = no(
    "PukLocked",
    "the lock is the TPM's own and applies to the officer's PIN too, until it expires",
);

pub(crate) const YKCS11: List = &[
    (Check::TriesCounted, FLAGS_ONLY),
    (Check::Generate(KeyAlgorithm::Rsa3072), OLD_YUBIKEYS),
    (Check::Generate(KeyAlgorithm::Rsa4096), OLD_YUBIKEYS),
    (Check::CaCertificate, NO_CA_PLACE),
    (Check::CertificateDeleted, OUT_OF_SIGHT),
    (Check::Unblocked, no("Unsupported", USE_PIV)),
    (Check::WrongUnblockRefused, no("Unsupported", USE_PIV)),
];
const OLD_YUBIKEYS: Known = no(
    "NoAlgorithm",
    "2.2 supports RSA only with 1024 and 2048 bits",
);

pub(crate) const OPENSC: List = &[
    (Check::TriesCounted, FLAGS_ONLY),
    (
        Check::WrongPinReported,
        no("NoWarning", "it does not set the PIN flags for PIV cards"),
    ),
    (Check::Generate(KeyAlgorithm::EcP256), READ_ONLY),
    (Check::Generate(KeyAlgorithm::EcP384), READ_ONLY),
    (Check::Generate(KeyAlgorithm::Rsa2048), READ_ONLY),
    (Check::Generate(KeyAlgorithm::Rsa3072), READ_ONLY),
    (Check::Generate(KeyAlgorithm::Rsa4096), READ_ONLY),
    (Check::CertificateWritten, READ_ONLY),
    (Check::CertificateFullSize, READ_ONLY),
    (Check::CaCertificate, READ_ONLY),
    (Check::TwoKeys, READ_ONLY),
    (
        Check::CertificateDeleted,
        no("FunctionNotSupported", ONLY_READS),
    ),
    (Check::KeyDeleted, READ_ONLY),
    (Check::Unblocked, no("Unsupported", USE_PIV)),
    (Check::WrongUnblockRefused, no("Unsupported", USE_PIV)),
];
const ONLY_READS: &str = "OpenSC reads PIV cards and signs with them, but changes nothing on them; the agent's own PIV code does";
const READ_ONLY: Known = no("Unsupported", ONLY_READS);

pub(crate) const PIV: List = &[(Check::CaCertificate, NO_CA_PLACE), (Check::SameId, NO_IDS)];
pub(crate) const PIV_YUBICO: List = &[(Check::CaCertificate, NO_CA_PLACE), (Check::SameId, NO_IDS)];
const NO_IDS: Known = no_meaning(
    "a PIV card has no CKA_ID: key and certificate of one slot belong together (see ykcs11, OpenSC)",
);

pub(crate) const WINDOWS: List = &[
    (Check::WrongPin, WINDOWS_KNOWS_USER),
    (Check::TriesCounted, WINDOWS_KNOWS_USER),
    (Check::WrongPinReported, WINDOWS_KNOWS_USER),
    (Check::Generate(KeyAlgorithm::EcP384), DOUBLE_HAS_P256),
    (Check::SignP384, no("no key of this type", ONLY_P256)),
    (
        Check::SignRsaPss,
        no(
            "RsaPssSha256 is not offered",
            "TPMs sign PSS with the longest salt or not at all, as this one reports: the agent uses TLS 1.2 with such a key, and prefers ECDSA",
        ),
    ),
    (
        Check::SameId,
        no_meaning(
            "Windows has no CKA_ID: the certificate names provider and container of its key",
        ),
    ),
    (
        Check::AlwaysAuthenticate,
        no_meaning("Windows asks on its own, in a window of its own, where a key demands it"),
    ),
    (Check::PinChanged, WINDOWS_KNOWS_USER),
    (Check::ShortPinRefused, WINDOWS_KNOWS_USER),
    (Check::PulledWhileSigning, PART_OF_COMPUTER),
    (Check::Pulled, PART_OF_COMPUTER),
    (Check::PinLocks, WINDOWS_KNOWS_USER),
    (Check::Unblocked, WINDOWS_KNOWS_USER),
    (Check::WrongUnblockRefused, WINDOWS_KNOWS_USER),
];
const ONLY_P256: &str = "the test double has P-256 only, because Wine 8 cannot import a private key on P-384; Windows has it";
const DOUBLE_HAS_P256: Known = no("NoAlgorithm", ONLY_P256);
const WINDOWS_KNOWS_USER: Known =
    no_meaning("it has no PIN: whoever is logged in to Windows can use the keys");
const PART_OF_COMPUTER: Known =
    no_meaning("part of the computer: there is no reader to remove it from");
