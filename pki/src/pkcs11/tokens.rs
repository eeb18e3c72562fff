//! The tokens of a module: listing, finding and reading them.

use cryptoki::context::Pkcs11;
use cryptoki::error::Error as Binding;
use cryptoki::slot::Slot;

use super::error::{ErrorClass, ErrorKind, Pkcs11Error};
use super::module::Module;
use super::selector::TokenSelector;
use super::token::{TokenInfo, trimmed};

impl Module {
    /// Every slot with a token in it. A slot whose token cannot be read is listed with `readable == false`.
    ///
    /// # Errors
    /// The error of `C_GetSlotList`.
    pub fn tokens(&self) -> Result<Vec<TokenInfo>, Pkcs11Error> {
        let (slots, _) = self.call("list tokens", Pkcs11::get_slots_with_token)?;
        slots
            .into_iter()
            .map(|slot| self.read_token(slot))
            .collect()
    }

    /// The one token that matches.
    ///
    /// # Errors
    /// `TokenLost` when none does (a module may have to be re-initialised to see it), `Ambiguous` when several do.
    pub fn find_token(&self, selector: &TokenSelector) -> Result<TokenInfo, Pkcs11Error> {
        let mut matching = self.tokens()?;
        matching.retain(|token| token.readable && token.matches(selector));
        let count = matching.len();
        match (matching.pop(), count) {
            (Some(token), 1) => Ok(token),
            (None, _) => Err(Pkcs11Error::new(
                "find token",
                ErrorClass::TokenLost,
                ErrorKind::TokenNotFound(selector.clone()),
            )),
            (Some(_), count) => Err(Pkcs11Error::new(
                "find token",
                ErrorClass::Ambiguous,
                ErrorKind::TokenAmbiguous {
                    selector: selector.clone(),
                    count,
                },
            )),
        }
    }

    /// Reads the token again: after a wrong PIN, it shows the tries left.
    ///
    /// # Errors
    /// Only when the library itself cannot be called.
    pub fn refresh(&self, token: &TokenInfo) -> Result<TokenInfo, Pkcs11Error> {
        self.read_token(token.slot)
    }

    pub(super) fn read_token(&self, slot: Slot) -> Result<TokenInfo, Pkcs11Error> {
        let (info, _) = self.call("read token", |context| {
            // The slot's name is optional.
            let slot_name = context.get_slot_info(slot).map_or_else(
                |_| String::new(),
                |info| trimmed(info.slot_description().as_bytes()),
            );
            let token = match context.get_token_info(slot) {
                Ok(info) => TokenInfo::from_binding(slot, &info),
                Err(Binding::Pkcs11(..)) => TokenInfo::unreadable(slot),
                // The token answered; the binding rejected a field that does not matter here.
                Err(_) => match self.raw().map(|raw| raw.token_info(slot)) {
                    Some(Ok(info)) => TokenInfo::from_raw(slot, &info),
                    Some(Err(_)) | None => TokenInfo::unreadable(slot),
                },
            };
            Ok(TokenInfo { slot_name, ..token })
        })?;
        Ok(info)
    }
}
