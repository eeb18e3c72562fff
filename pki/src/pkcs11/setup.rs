//! Initialising tokens: for ceremonies and tests. Nothing here touches a token that is initialised already.

use std::sync::Arc;

use super::error::{ErrorClass, ErrorKind, Pkcs11Error};
use super::module::Module;
use super::session::{Access, Session, auth_pin};
use super::token::{TokenInfo, TokenSelector};
use crate::secret::Pin;

const INITIALISE: &str = "initialise token";
/// PKCS#11 3.1, CK_TOKEN_INFO: the label is 32 bytes, blank padded.
const MAX_LABEL: usize = 32;

impl Module {
    /// A token that is not initialised yet.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    pub fn free_token(&self) -> Result<TokenInfo, Pkcs11Error> {
        let token = self
            .tokens()?
            .into_iter()
            .find(|token| token.readable && !token.initialized);
        token.ok_or_else(|| {
            Pkcs11Error::new(INITIALISE, ErrorClass::NotFound, ErrorKind::NoFreeSlot)
        })
    }

    /// Gives an uninitialised token its label and the security officer's PIN. The label (1 to 32 bytes) must be free.
    ///
    /// # Errors
    /// `Ambiguous` when the label is taken or the token is initialised, `NotFound` when there is no free token.
    pub fn init_token(
        &self,
        token: &TokenInfo,
        so_pin: &Pin,
        label: &str,
    ) -> Result<TokenInfo, Pkcs11Error> {
        let refused = |class, kind| Err(Pkcs11Error::new(INITIALISE, class, kind));
        if label.is_empty() || label.len() > MAX_LABEL {
            return refused(
                ErrorClass::Refused,
                ErrorKind::LabelLength(label.to_owned()),
            );
        }
        if self.tokens()?.iter().any(|token| token.label == label) {
            return refused(
                ErrorClass::Ambiguous,
                ErrorKind::TokenExists(label.to_owned()),
            );
        }
        // Read again at the last moment: C_InitToken wipes whatever is there.
        let now = self.refresh(token)?;
        if !now.readable || now.initialized {
            return refused(ErrorClass::Ambiguous, ErrorKind::TokenExists(now.label));
        }
        let so_pin = auth_pin(so_pin);
        self.call(INITIALISE, |context| {
            context.init_token(token.slot, &so_pin, label)
        })?;
        self.find_token(&TokenSelector::Label(label.to_owned()))
    }

    /// Initialises a free token and sets the user's PIN: ready for [`Session::login`].
    ///
    /// # Errors
    /// As [`Module::init_token`]; `PinInvalid` when the token does not take such a PIN.
    pub fn create_token(
        self: &Arc<Self>,
        so_pin: &Pin,
        label: &str,
        user_pin: &Pin,
    ) -> Result<TokenInfo, Pkcs11Error> {
        let token = self.init_token(&self.free_token()?, so_pin, label)?;
        let session = Session::open(self, &token, Access::ReadWrite)?;
        session.login_so(so_pin)?;
        session.init_user_pin(user_pin)?;
        session.logout()?;
        drop(session);
        self.refresh(&token)
    }
}
