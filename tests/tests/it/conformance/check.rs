//! What is asked of every kind of token, in the order in which it is asked.

use inkan_pki::algorithm::KeyAlgorithm;

/// One question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Check {
    Listed,
    WrongPin,
    TriesCounted,
    WrongPinTold,
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
    AsksEachTime,
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
    /// All of them, as they are run.
    pub(crate) const ALL: [Self; 32] = [
        Self::Listed,
        Self::WrongPin,
        Self::TriesCounted,
        Self::WrongPinTold,
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
        Self::AsksEachTime,
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

    /// Asked before anybody is logged in for good.
    pub(crate) fn is_about_login(self) -> bool {
        matches!(
            self,
            Self::Listed | Self::WrongPin | Self::TriesCounted | Self::WrongPinTold | Self::Login
        )
    }

    /// The question, for people.
    pub(crate) fn title(self) -> String {
        let title = match self {
            Self::Listed => "is found and can be opened",
            Self::WrongPin => "a wrong PIN is refused as a wrong PIN",
            Self::TriesCounted => "says how many tries are left",
            Self::WrongPinTold => "says that a wrong PIN was given before",
            Self::Login => "the right PIN logs in",
            Self::Generate(algorithm) => return format!("makes {algorithm} keys"),
            Self::Confined => "its keys read back as made there and never able to leave",
            Self::SignP256 => "signs ECDSA P-256",
            Self::SignP384 => "signs ECDSA P-384",
            Self::SignRsaPkcs1 => "signs RSA PKCS#1 v1.5 (SHA-256, 384, 512)",
            Self::SignRsaPss => "signs RSA-PSS (SHA-256, 384, 512)",
            Self::Csr => "signs a request that openssl accepts",
            Self::TwoKeys => "two keys side by side, each with its own certificate",
            Self::CertificateWritten => "takes a certificate and gives it back",
            Self::CertificateFullSize => "takes a certificate of 2.8 KB",
            Self::CaCertificate => "takes a CA's certificate, which has no key there",
            Self::SameId => "key and certificate bear the same CKA_ID",
            Self::Reopened => "keeps all that when opened again",
            Self::AsksEachTime => "signs with a key that asks for the PIN each time",
            Self::CertificateDeleted => "deletes a certificate, and only that",
            Self::KeyDeleted => "deletes a key, and only that",
            Self::PinChanged => "changes the PIN",
            Self::ShortPinRefused => "refuses a new PIN that is too short",
            Self::PinLocks => "locks after too many wrong PINs, and says so",
            Self::Unblocked => "a locked PIN is set anew with the PUK or the officer's PIN",
            Self::WrongUnblockRefused => "a wrong PUK or officer's PIN is refused as such",
            Self::PulledWhileSigning => {
                "pulled in the middle of a signature: told in time, as good as before when back"
            }
            Self::Pulled => "pulled while open: told as removed, as good as before when back",
        };
        title.to_owned()
    }
}
