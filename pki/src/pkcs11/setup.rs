//! Initialises tokens. A token that is initialised already is never changed.

use super::error::{ErrorClass, ErrorKind, Pkcs11Error};
use super::module::Module;
use super::selector::TokenSelector;
use super::session::auth_pin;
use super::token::TokenInfo;
use crate::secret::Pin;

const INITIALISE: &str = "initialise token";
/// PKCS#11 3.1, CK_TOKEN_INFO: the label is 32 bytes, blank padded.
const MAX_LABEL: usize = 32;

impl Module {
    /// An uninitialised token.
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

    /// Initialises a token with a label (1 to 32 bytes, not in use) and the security officer's PIN.
    ///
    /// # Errors
    /// `Ambiguous` when the label is in use or the token is initialised.
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
        // Read again directly before: C_InitToken erases the token.
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
}
