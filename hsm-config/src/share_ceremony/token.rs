//! The token whose PIN is shared.

use std::sync::Arc;

use inkan_pki::pkcs11::login::{PinOwner, log_in_once};
use inkan_pki::pkcs11::module::Module;
use inkan_pki::pkcs11::session::{Access, Session};
use inkan_pki::pkcs11::token::TokenInfo;
use inkan_pki::secret::Pin;

use super::ShareCeremonyError as Error;
use crate::shares::ShareSet;
use crate::spec::{Spec, TokenSpec};
use crate::transcript::Transcript;

/// The only token with the label of the specification.
pub(super) struct Found {
    module: Arc<Module>,
    info: TokenInfo,
    label: String,
}

impl Found {
    pub(super) fn open(spec: &Spec, token: &TokenSpec) -> Result<Self, Error> {
        let label = token.label.clone();
        let module = spec.load_module()?;
        let mut tokens = module
            .tokens()
            .map_err(|error| Error::Hsm(label.clone(), error))?;
        tokens.retain(|t| t.readable && t.initialized && t.label == label);
        match (tokens.pop(), tokens.is_empty()) {
            (Some(info), true) => Ok(Self {
                module,
                info,
                label,
            }),
            _ => Err(Error::TokenNotFound(label)),
        }
    }

    pub(super) fn serial(&self) -> &str {
        &self.info.serial
    }

    /// The set must have been made for this token, or for the one whose place it took by an adoption.
    pub(super) fn expect(
        &self,
        set: &ShareSet,
        transcript: Option<&Transcript>,
    ) -> Result<(), Error> {
        let adopted = transcript.is_some_and(|transcript| {
            let mut serials = transcript.token_serials(set.token());
            transcript.token_serial(set.token()) == Some(self.serial())
                && serials.any(|serial| serial == set.token_serial())
        });
        if adopted || set.token_serial() == self.serial() {
            return Ok(());
        }
        let (expected, found) = (set.token_serial().to_owned(), self.serial().to_owned());
        Err(Error::OtherToken(expected, found))
    }

    /// A session in which the user is logged in; the PIN is sent once.
    pub(super) fn log_in(&self, pin: &Pin) -> Result<Session, Error> {
        let session =
            Session::open(&self.module, &self.info, Access::ReadWrite).map_err(self.failed())?;
        log_in_once(&session, PinOwner::User, pin).map_err(self.failed())?;
        Ok(session)
    }

    fn failed(&self) -> impl FnOnce(inkan_pki::pkcs11::error::Pkcs11Error) -> Error + use<> {
        let label = self.label.clone();
        move |error| Error::Hsm(label, error)
    }
}
