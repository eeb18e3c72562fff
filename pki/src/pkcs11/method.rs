//! The ways to obtain the same signature from a token. Usually the host hashes and the token pads. A token that lacks this mechanism
//! may hash as well, or apply its RSA key to a block that the host has padded.

use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsPssParams};
use cryptoki::mechanism::{Mechanism, MechanismType};

use super::error::{ErrorClass, ErrorKind, Pkcs11Error};
use crate::algorithm::{Hash, KeyAlgorithm, SignatureScheme};
use crate::padding::{digest_info, hash, salt_length, to_sign};

/// The operation, as errors name it.
pub(super) const SIGN: &str = "sign";

/// Who hashes and who pads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    /// The token gets the hash and pads it.
    Digest,
    /// The token gets the message.
    Message,
    /// The token gets a padded block: the bare RSA operation.
    Block,
}

impl Method {
    /// All methods, preferred one first.
    pub(super) const ALL: [Self; 3] = [Self::Digest, Self::Message, Self::Block];

    /// The mechanism for the scheme; `None` if this method has none.
    fn mechanism(self, scheme: SignatureScheme) -> Option<Mechanism<'static>> {
        use SignatureScheme as S;
        let pss = pss_parameters(scheme.hash());
        Some(match (self, scheme) {
            (Self::Digest, S::EcdsaP256Sha256 | S::EcdsaP384Sha384) => Mechanism::Ecdsa,
            (Self::Digest, S::RsaPkcs1Sha256 | S::RsaPkcs1Sha384 | S::RsaPkcs1Sha512) => {
                Mechanism::RsaPkcs
            }
            (Self::Digest, S::RsaPssSha256 | S::RsaPssSha384 | S::RsaPssSha512) => {
                Mechanism::RsaPkcsPss(pss)
            }
            (Self::Message, S::EcdsaP256Sha256) => Mechanism::EcdsaSha256,
            (Self::Message, S::EcdsaP384Sha384) => Mechanism::EcdsaSha384,
            (Self::Message, S::RsaPkcs1Sha256) => Mechanism::Sha256RsaPkcs,
            (Self::Message, S::RsaPkcs1Sha384) => Mechanism::Sha384RsaPkcs,
            (Self::Message, S::RsaPkcs1Sha512) => Mechanism::Sha512RsaPkcs,
            (Self::Message, S::RsaPssSha256) => Mechanism::Sha256RsaPkcsPss(pss),
            (Self::Message, S::RsaPssSha384) => Mechanism::Sha384RsaPkcsPss(pss),
            (Self::Message, S::RsaPssSha512) => Mechanism::Sha512RsaPkcsPss(pss),
            (Self::Block, S::EcdsaP256Sha256 | S::EcdsaP384Sha384) => return None,
            (Self::Block, _) => Mechanism::RsaX509,
        })
    }

    /// Whether the token supports it.
    pub(super) fn is_supported(
        self,
        mechanisms: &[MechanismType],
        scheme: SignatureScheme,
    ) -> bool {
        let needed = self.mechanism(scheme);
        needed.is_some_and(|needed| mechanisms.contains(&needed.mechanism_type()))
    }

    /// The mechanism and its input.
    ///
    /// # Errors
    /// `Unsupported` when the method has no mechanism for the scheme; `Refused` when the scheme does not fit the key.
    pub(super) fn input(
        self,
        algorithm: KeyAlgorithm,
        scheme: SignatureScheme,
        message: &[u8],
    ) -> Result<(Mechanism<'static>, Vec<u8>), Pkcs11Error> {
        let error = |class| Pkcs11Error::new(SIGN, class, ErrorKind::WrongScheme);
        let mechanism = self.mechanism(scheme);
        let mechanism = mechanism.ok_or_else(|| error(ErrorClass::Unsupported))?;
        let input = match self {
            Self::Digest if algorithm.is_rsa() && !scheme.is_pss() => {
                let info = digest_info(scheme.hash(), &hash(scheme.hash(), message));
                info.ok_or_else(|| error(ErrorClass::Refused))?
            }
            Self::Digest => hash(scheme.hash(), message),
            Self::Message => message.to_vec(),
            Self::Block => {
                let mut salt = vec![0; salt_length(scheme)];
                getrandom::fill(&mut salt).map_err(|e| {
                    let kind = ErrorKind::Binding(e.to_string());
                    Pkcs11Error::new(SIGN, ErrorClass::Refused, kind)
                })?;
                let block = to_sign(algorithm, scheme, message, &salt);
                block.ok_or_else(|| error(ErrorClass::Refused))?
            }
        };
        Ok((mechanism, input))
    }
}

const fn pss_parameters(hash: Hash) -> PkcsPssParams {
    let (hash_alg, mgf, salt) = match hash {
        Hash::Sha256 => (MechanismType::SHA256, PkcsMgfType::MGF1_SHA256, 32),
        Hash::Sha384 => (MechanismType::SHA384, PkcsMgfType::MGF1_SHA384, 48),
        Hash::Sha512 => (MechanismType::SHA512, PkcsMgfType::MGF1_SHA512, 64),
    };
    PkcsPssParams {
        hash_alg,
        mgf,
        s_len: cryptoki::types::Ulong::new(salt),
    }
}
