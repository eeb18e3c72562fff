//! The checks of every kind of token, in the order in which they run.

use inkan_pki::algorithm::KeyAlgorithm;

/// One check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Check {
    Listed,
    WrongPin,
    TriesCounted,
    WrongPinReported,
    Login,
    Generate(KeyAlgorithm),
    Confined,
    SignP256,
    SignP384,
    SignRsaPkcs1,
    SignRsaPss,
    Csr,
    CertificateWritten,
    CertificateFullSize,
    CaCertificate,
    TwoKeys,
    SameId,
    Reopened,
    AlwaysAuthenticate,
    CertificateDeleted,
    KeyDeleted,
    PinChanged,
    ShortPinRefused,
    PulledWhileSigning,
    Pulled,
    PinLocks,
    Unblocked,
    WrongUnblockRefused,
}

impl Check {
    /// All checks, in their order.
    pub(crate) const ALL: [Self; 32] = [
        Self::Listed,
        Self::WrongPin,
        Self::TriesCounted,
        Self::WrongPinReported,
        Self::Login,
        Self::Generate(KeyAlgorithm::EcP256),
        Self::Generate(KeyAlgorithm::EcP384),
        Self::Generate(KeyAlgorithm::Rsa2048),
        Self::Generate(KeyAlgorithm::Rsa3072),
        Self::Generate(KeyAlgorithm::Rsa4096),
        Self::Confined,
        Self::SignP256,
        Self::SignP384,
        Self::SignRsaPkcs1,
        Self::SignRsaPss,
        Self::Csr,
        Self::CertificateWritten,
        Self::CertificateFullSize,
        Self::CaCertificate,
        Self::TwoKeys,
        Self::SameId,
        Self::Reopened,
        Self::AlwaysAuthenticate,
        Self::CertificateDeleted,
        Self::KeyDeleted,
        Self::PinChanged,
        Self::ShortPinRefused,
        Self::PulledWhileSigning,
        Self::Pulled,
        Self::PinLocks,
        Self::Unblocked,
        Self::WrongUnblockRefused,
    ];

    /// Run before the user is logged in for the rest of the suite.
    pub(crate) fn is_about_login(self) -> bool {
        matches!(
            self,
            Self::Listed
                | Self::WrongPin
                | Self::TriesCounted
                | Self::WrongPinReported
                | Self::Login
        )
    }

    /// Without a meaning for a token that has no PIN.
    pub(crate) fn is_about_pin(self) -> bool {
        matches!(
            self,
            Self::WrongPin
                | Self::TriesCounted
                | Self::WrongPinReported
                | Self::AlwaysAuthenticate
                | Self::PinChanged
                | Self::ShortPinRefused
                | Self::PinLocks
                | Self::Unblocked
                | Self::WrongUnblockRefused
        )
    }

    /// What is checked, for readers.
    pub(crate) fn title(self) -> String {
        let title = match self {
            Self::Listed => "can be found and opened",
            Self::WrongPin => "a wrong PIN is refused as a wrong PIN",
            Self::TriesCounted => "reports how many tries are left",
            Self::WrongPinReported => "reports that a wrong PIN was entered before",
            Self::Login => "the right PIN logs in",
            Self::Generate(algorithm) => return format!("generates {algorithm} keys"),
            Self::Confined => "its keys are generated there and never extractable",
            Self::SignP256 => "signs ECDSA P-256",
            Self::SignP384 => "signs ECDSA P-384",
            Self::SignRsaPkcs1 => "signs RSA PKCS#1 v1.5 (SHA-256, 384, 512)",
            Self::SignRsaPss => "signs RSA-PSS (SHA-256, 384, 512)",
            Self::Csr => "signs a request that openssl accepts",
            Self::TwoKeys => "holds two keys, each with its own certificate",
            Self::CertificateWritten => "stores and returns a certificate",
            Self::CertificateFullSize => "stores a certificate of 2.8 KB",
            Self::CaCertificate => "stores a CA's certificate, which has no key there",
            Self::SameId => "key and certificate have the same CKA_ID",
            Self::Reopened => "keeps all that after it is opened again",
            Self::AlwaysAuthenticate => "signs with a key that requires the PIN for each use",
            Self::CertificateDeleted => "deletes a certificate and nothing else",
            Self::KeyDeleted => "deletes a key and nothing else",
            Self::PinChanged => "changes the PIN",
            Self::ShortPinRefused => "refuses a new PIN that is too short",
            Self::PinLocks => "locks after too many wrong PINs, and reports it",
            Self::Unblocked => "the PUK or the officer's PIN unblocks a locked PIN",
            Self::WrongUnblockRefused => "a wrong PUK or officer's PIN is refused as such",
            Self::PulledWhileSigning => {
                "removed during a signature: reported in time, works again when inserted"
            }
            Self::Pulled => "removed while open: reported as removed, works again when inserted",
        };
        title.to_owned()
    }
}
