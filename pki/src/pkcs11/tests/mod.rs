//! The crate against a real token: SoftHSM2, a directory and a process for each test.
//!
//! Signatures are checked by another library than the one that made them.

mod certificate;
mod find;
mod generate;
mod login;
mod module;
mod sign;
mod spy;

use std::sync::Arc;

use aws_lc_rs::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use softhsm_test_helpers::{SoftHsm, TestToken};
use x509_parser::prelude::{FromDer, SubjectPublicKeyInfo};

use super::generate::{GeneratedKey, NewKey, generate_key_pair};
use super::{Access, Module, Session, TokenInfo, TokenSelector};
use crate::algorithm::{KeyAlgorithm, SignatureScheme};
use crate::secret::Pin;

/// A fresh SoftHSM2 with one token.
pub(crate) struct Fixture {
    pub(crate) hsm: SoftHsm,
    pub(crate) token: TestToken,
    pub(crate) module: Arc<Module>,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let hsm = SoftHsm::new();
        hsm.use_in_this_process();
        let token = hsm.init_token("inkan-test");
        let module = Module::load(&hsm.module_path()).unwrap();
        Self { hsm, token, module }
    }

    pub(crate) fn info(&self) -> TokenInfo {
        let selector = TokenSelector::Label(self.token.label.clone());
        self.module.find_token(&selector).unwrap()
    }

    pub(crate) fn pin(&self) -> Pin {
        Pin::new(&*self.token.pin)
    }

    pub(crate) fn public(&self, access: Access) -> Session {
        Session::open(&self.module, &self.info(), access).unwrap()
    }

    /// A session with write access, logged in.
    pub(crate) fn session(&self) -> Session {
        let session = self.public(Access::ReadWrite);
        session.login(&self.pin()).unwrap();
        session
    }
}

pub(crate) fn new_pair(session: &Session, algorithm: KeyAlgorithm, label: &str) -> GeneratedKey {
    let new_key = NewKey::with_random_id(algorithm, label).unwrap();
    generate_key_pair(session, &new_key).unwrap()
}

/// Whether aws-lc accepts the signature.
pub(crate) fn verifies(spki: &[u8], scheme: SignatureScheme, message: &[u8], sig: &[u8]) -> bool {
    let algorithm: &'static dyn VerificationAlgorithm = match scheme {
        SignatureScheme::EcdsaP256Sha256 => &signature::ECDSA_P256_SHA256_ASN1,
        SignatureScheme::EcdsaP384Sha384 => &signature::ECDSA_P384_SHA384_ASN1,
        SignatureScheme::RsaPkcs1Sha256 => &signature::RSA_PKCS1_2048_8192_SHA256,
        SignatureScheme::RsaPkcs1Sha384 => &signature::RSA_PKCS1_2048_8192_SHA384,
        SignatureScheme::RsaPkcs1Sha512 => &signature::RSA_PKCS1_2048_8192_SHA512,
        SignatureScheme::RsaPssSha256 => &signature::RSA_PSS_2048_8192_SHA256,
        SignatureScheme::RsaPssSha384 => &signature::RSA_PSS_2048_8192_SHA384,
        SignatureScheme::RsaPssSha512 => &signature::RSA_PSS_2048_8192_SHA512,
    };
    let (rest, parsed) = SubjectPublicKeyInfo::from_der(spki).unwrap();
    assert!(rest.is_empty());
    UnparsedPublicKey::new(algorithm, &parsed.subject_public_key.data)
        .verify(message, sig)
        .is_ok()
}
