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

use softhsm_test_helpers::{SoftHsm, TestToken};

use super::generate::{GeneratedKey, NewKey, generate_key_pair};
use super::login::{PinOwner, log_in_once};
use super::{Access, Module, Pkcs11Error, Session, TokenInfo, TokenSelector};
use crate::algorithm::KeyAlgorithm;
use crate::secret::Pin;
pub(crate) use crate::verify::verifies;

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
        log_in(&session, &self.pin()).unwrap();
        session
    }
}

/// Logs the user in, without a memory of earlier PINs.
pub(crate) fn log_in(session: &Session, pin: &Pin) -> Result<(), Pkcs11Error> {
    log_in_once(session, PinOwner::User, pin)
}

pub(crate) fn new_pair(session: &Session, algorithm: KeyAlgorithm, label: &str) -> GeneratedKey {
    let new_key = NewKey::with_random_id(algorithm, label).unwrap();
    generate_key_pair(session, &new_key).unwrap()
}
