//! The opened token. It has no PIN: Windows knows its user, and asks on its own where a key demands it.

use inkan_pki::algorithm::{KeyAlgorithm, SignatureScheme};
use inkan_pki::secret::Pin;

use super::providers::Providers;
use super::{certificates, contents, create, key};
use crate::error::TokenError;
use crate::keystore::KeyStore;
use crate::keystore::capabilities::{Admin, Capabilities, Capability, NewKey};
use crate::keystore::content::{Content, KeyEntry, KeyGoneReason, KeyProtection, KeyRef};
use crate::keystore::view::{PinState, TokenView};
use crate::windows_store::code::{Meaning, key_error, meaning};
use crate::windows_store::link::Link;
use crate::windows_store::names;

/// The keys of this user on this computer.
#[derive(Debug)]
pub(super) struct WindowsStore {
    view: TokenView,
    /// The id of this computer, for names of keys.
    computer: String,
    providers: Providers,
}

impl WindowsStore {
    pub(super) const fn new(view: TokenView, computer: String, providers: Providers) -> Self {
        Self {
            view,
            computer,
            providers,
        }
    }

    /// Reads the key that a reference names.
    fn key(&self, link: &Link) -> Result<KeyEntry, TokenError> {
        let found = key::find(&self.providers, link);
        let found = found.map_err(|e| key_error(link, &self.computer, e.call, e.code))?;
        found.ok_or(TokenError::CannotSign)
    }
}

impl KeyStore for WindowsStore {
    fn view(&self) -> &TokenView {
        &self.view
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            generate: true,
            write_certificates: true,
            ca_certificates: true,
            // The names of keys on cards are too short for labels.
            labels: !self.providers.have(KeyProtection::Card),
            delete_keys: true,
            change_pin: false,
            change_pin_pad: false,
            unblock: None,
            in_card: self.providers.have(KeyProtection::Card),
            in_tpm: self.providers.have(KeyProtection::Tpm),
        }
    }

    fn needs_login(&mut self) -> Result<bool, TokenError> {
        Ok(false)
    }

    fn pin_state(&mut self) -> Result<PinState, TokenError> {
        Ok(PinState::UNKNOWN)
    }

    fn login(&mut self, _: &Pin) -> Result<(), TokenError> {
        Ok(())
    }

    fn required_admin(&mut self) -> Result<Option<Admin>, TokenError> {
        Ok(None)
    }

    fn authenticate_admin(&mut self, _: &Pin) -> Result<(), TokenError> {
        Ok(())
    }

    fn content(&mut self) -> Result<Content, TokenError> {
        contents::read(&self.providers, &self.computer)
    }

    fn confined(&mut self, reference: &KeyRef) -> Result<bool, TokenError> {
        let link = Link::of(reference)?;
        // Windows does not report whether a key was imported; the agent imports none.
        if link.is_legacy() || names::parse(&link.container).is_none() {
            return Ok(false);
        }
        let key = key::open(&self.providers, &link, true);
        let key = key.map_err(|e| key_error(&link, &self.computer, e.call, e.code))?;
        Ok(key::is_confined(&key))
    }

    fn generate(&mut self, new: &NewKey) -> Result<KeyEntry, TokenError> {
        let made = create::generate(&self.providers, &self.computer, new)?;
        if let Some(old) = &new.replaces {
            // The new key is what matters; an old one that remains does no harm.
            let _ = self.delete_key(old);
        }
        Ok(made)
    }

    fn offered_schemes(
        &mut self,
        algorithm: KeyAlgorithm,
    ) -> Result<Vec<SignatureScheme>, TokenError> {
        let mut able = self
            .providers
            .all()
            .iter()
            .filter(|p| p.may_generate(algorithm));
        Ok(able.next().map_or_else(Vec::new, |p| p.schemes(algorithm)))
    }

    fn schemes(&mut self, reference: &KeyRef) -> Result<Vec<SignatureScheme>, TokenError> {
        let link = Link::of(reference)?;
        let algorithm = self.key(&link)?.algorithm;
        let provider = self.providers.named(&link.provider);
        Ok(match provider {
            Some(provider) => provider.schemes(algorithm),
            // Legacy providers have no PSS, and of those of other vendors nothing is known.
            None => {
                let schemes = algorithm.schemes().iter().copied();
                schemes.filter(|scheme| !scheme.is_pss()).collect()
            }
        })
    }

    fn sign(
        &mut self,
        reference: &KeyRef,
        scheme: SignatureScheme,
        message: &[u8],
    ) -> Result<Vec<u8>, TokenError> {
        let link = Link::of(reference)?;
        key::sign(&self.providers, &link, &self.computer, scheme, message)
    }

    fn write_certificate(
        &mut self,
        key: Option<&KeyRef>,
        der: &[u8],
        _: &str,
    ) -> Result<(), TokenError> {
        match key {
            Some(reference) => {
                let link = Link::of(reference)?;
                self.key(&link)?;
                certificates::write(der, &link)
            }
            None => certificates::write_authority(der),
        }
    }

    fn repair_link(&mut self, key: &KeyRef, der: &[u8]) -> Result<bool, TokenError> {
        certificates::repair(der, &Link::of(key)?)
    }

    fn delete_certificate(&mut self, der: &[u8]) -> Result<(), TokenError> {
        certificates::delete(der)
    }

    fn delete_key(&mut self, reference: &KeyRef) -> Result<(), TokenError> {
        let link = Link::of(reference)?;
        // Keys of other programs, and of the computer, are not the customer's to delete here.
        if link.is_legacy() || link.flags != 0 || names::parse(&link.container).is_none() {
            return Err(Capability::DeleteKeys.missing());
        }
        let deleted = key::open(&self.providers, &link, false).and_then(|key| key.delete());
        deleted.map_err(|e| match meaning(e.code) {
            Meaning::Gone(KeyGoneReason::Deleted) => TokenError::KeyGone,
            _ => key_error(&link, &self.computer, e.call, e.code),
        })
    }
}
