//! What each kind of token does not do, and why: for the table, and held against what it really says.

use inkan_pki::algorithm::KeyAlgorithm;

use super::check::Check;
use super::judge::Known;

type List = &'static [(Check, Known)];

const fn no(says: &'static str, why: &'static str) -> Known {
    Known::No { says, why }
}

const fn no_meaning(why: &'static str) -> Known {
    Known::NoMeaning { why }
}

const FLAGS_ONLY: Known = no(
    "no count",
    "PKCS#11 knows flags (\"a wrong PIN was given\", \"last try\", \"locked\"), no count",
);
const TELLS_NOTHING: Known = no(
    "Fine",
    "the module sets none of the PIN flags; the agent can warn of nothing",
);
const NOTHING_TO_PULL: Known =
    no_meaning("files on this computer: there is no reader to pull it from");
const NO_LIMIT: Known = no(
    "and no lock",
    "it takes any number of wrong PINs: nothing for customers",
);
const ANY_LENGTH: Known = no(
    "it takes one digit",
    "it says that it takes PINs of any length, and does; whoever changes the PIN with the agent is held to the agent's own limit",
);
const NO_CA_PLACE: Known = no(
    "CannotDo",
    "a PIV card has a place for a certificate beside each key, and none without a key",
);
const OUT_OF_SIGHT: Known = no(
    "its key is not listed any more",
    "a PIV card without metadata names a key by its certificate only: without one the key is still there, out of sight (the agent's own code leaves a mark)",
);
const USE_PIV: &str = "not through this module: the agent's own PIV code does it with the PUK";

pub(crate) const SOFTHSM: List = &[
    (Check::TriesCounted, FLAGS_ONLY),
    (
        Check::PulledWhileSigning,
        no_meaning("a signature takes no time in which it could be pulled"),
    ),
    (Check::PinLocks, NO_LIMIT),
];

pub(crate) const KRYOPTIC: List = &[
    (Check::TriesCounted, FLAGS_ONLY),
    (Check::WrongPinTold, TELLS_NOTHING),
    (Check::PulledWhileSigning, NOTHING_TO_PULL),
    (Check::Pulled, NOTHING_TO_PULL),
];

pub(crate) const NSS: List = &[
    (Check::TriesCounted, FLAGS_ONLY),
    (Check::WrongPinTold, TELLS_NOTHING),
    (
        Check::AsksEachTime,
        no_meaning("its keys never ask for the PIN again"),
    ),
    (Check::ShortPinRefused, ANY_LENGTH),
    (Check::PulledWhileSigning, NOTHING_TO_PULL),
    (Check::Pulled, NOTHING_TO_PULL),
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
        Check::AsksEachTime,
        no(
            "CannotSign",
            "3.8 makes such keys and knows no login for one signature, so nobody can use them",
        ),
    ),
    (Check::PulledWhileSigning, NOTHING_TO_PULL),
    (Check::Pulled, NOTHING_TO_PULL),
];
const NO_CURVES: Known = no(
    "NoAlgorithm",
    "its token in software is built without ECDSA",
);
const NO_CURVE_KEYS: Known = no(
    "no key of this type",
    "its token in software is built without ECDSA",
);

pub(crate) const TPM: List = &[
    (Check::TriesCounted, FLAGS_ONLY),
    (Check::WrongPinTold, TELLS_NOTHING),
    (
        Check::Generate(KeyAlgorithm::Rsa4096),
        no("NoAlgorithm", "TPMs make RSA keys of 3072 bits at most"),
    ),
    (Check::ShortPinRefused, ANY_LENGTH),
    (
        Check::PulledWhileSigning,
        no_meaning("part of the computer: there is no reader to pull it from"),
    ),
    (
        Check::Pulled,
        no(
            "GeneralError",
            "when the TPM's service goes away the module has only \"general error\", and still lists the token",
        ),
    ),
    (Check::Unblocked, TPM_LOCKED),
    (Check::WrongUnblockRefused, TPM_LOCKED),
];
const TPM_LOCKED: Known = no(
    "PukLocked",
    "the lock is the TPM's own and holds for the officer's PIN too, until its time is over",
);

pub(crate) const YKCS11: List = &[
    (Check::TriesCounted, FLAGS_ONLY),
    (Check::Generate(KeyAlgorithm::Rsa3072), OLD_YUBIKEYS),
    (Check::Generate(KeyAlgorithm::Rsa4096), OLD_YUBIKEYS),
    (Check::CaCertificate, NO_CA_PLACE),
    (Check::CertificateDeleted, OUT_OF_SIGHT),
    (Check::Unblocked, no("CannotDo", USE_PIV)),
    (Check::WrongUnblockRefused, no("CannotDo", USE_PIV)),
];
const OLD_YUBIKEYS: Known = no("NoAlgorithm", "2.2 knows RSA of 1024 and 2048 bits only");

pub(crate) const OPENSC: List = &[
    (Check::TriesCounted, FLAGS_ONLY),
    (
        Check::WrongPinTold,
        no("Fine", "it does not set the PIN flags for PIV cards"),
    ),
    (Check::Generate(KeyAlgorithm::EcP256), READS_ONLY),
    (Check::Generate(KeyAlgorithm::EcP384), READS_ONLY),
    (Check::Generate(KeyAlgorithm::Rsa2048), READS_ONLY),
    (Check::Generate(KeyAlgorithm::Rsa3072), READS_ONLY),
    (Check::Generate(KeyAlgorithm::Rsa4096), READS_ONLY),
    (Check::CertificateWritten, READS_ONLY),
    (Check::CertificateFullSize, READS_ONLY),
    (Check::CaCertificate, READS_ONLY),
    (Check::TwoKeys, READS_ONLY),
    (
        Check::CertificateDeleted,
        no("FunctionNotSupported", ONLY_READS),
    ),
    (Check::KeyDeleted, READS_ONLY),
    (Check::Unblocked, no("CannotDo", USE_PIV)),
    (Check::WrongUnblockRefused, no("CannotDo", USE_PIV)),
];
const ONLY_READS: &str = "OpenSC reads PIV cards and signs with them, and changes nothing on them: the agent's own PIV code does";
const READS_ONLY: Known = no("CannotDo", ONLY_READS);

pub(crate) const PIV: List = &[(Check::CaCertificate, NO_CA_PLACE), (Check::SameId, NO_IDS)];
pub(crate) const PIV_YUBICO: List = &[(Check::CaCertificate, NO_CA_PLACE), (Check::SameId, NO_IDS)];
const NO_IDS: Known = no_meaning(
    "a PIV card has no CKA_ID: key and certificate of one slot belong together (see ykcs11, OpenSC)",
);
