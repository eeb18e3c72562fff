//! One opened token, whatever it is and however it is spoken to. Knows nothing of banks, questions or sentences.
//!
//! - [`view`]: what a token says about itself: names, kind, PIN
//! - [`content`]: keys and certificates on it
//! - [`places`]: tokens found, and where each can be opened
//! - [`abilities`]: what it can do, and what it asks for
//! - [`secret`]: what a PIN may be made of
//! - [`bytes`]: binary values in messages

pub mod abilities;
pub mod bytes;
pub mod content;
pub mod places;
pub mod secret;
pub mod view;

use std::fmt::Debug;

use inkan_pki::algorithm::{KeyAlgorithm, SignatureScheme};
use inkan_pki::secret::Pin;

use crate::error::TokenError;
use abilities::{Abilities, Ability, Admin, NewKey};
use content::{Content, KeyEntry, KeyRef};
use view::{PinState, TokenView};

/// One opened token: a session of its own, closed when dropped.
///
/// All calls block, for as long as the token takes (an RSA-4096 key on a card: minutes), but never for ever: a store that
/// can hang gives [`TokenError::Hung`] after a deadline of its own. After [`TokenError::Removed`], [`TokenError::Hung`] or
/// [`TokenError::DriverCrashed`] the store is of no further use; open the token again.
///
/// Secrets are sent to the token once for each call that takes one, never again by themselves (except as
/// [`KeyStore::sign`] and [`KeyStore::administer`] say, and then only while the last answer to them was a success), and are
/// forgotten when the store is dropped. One that was refused, or got an unclear answer, is not sent when it is given again.
pub trait KeyStore: Send + Debug {
    /// What it is called. Does not talk to the token.
    fn view(&self) -> &TokenView;

    /// What can be done with it. Does not talk to the token.
    fn abilities(&self) -> Abilities;

    /// True while the PIN is needed to see and use private keys.
    ///
    /// # Errors
    /// What the token said.
    fn needs_login(&mut self) -> Result<bool, TokenError>;

    /// What the token says about the tries left, now. Reading it uses none of them.
    ///
    /// # Errors
    /// What the token said.
    fn pin_state(&mut self) -> Result<PinState, TokenError>;

    /// Sends the PIN, once. Success when already logged in: the PIN is then kept for keys that ask for it at each use.
    ///
    /// # Errors
    /// [`TokenError::PinWrong`] with what is left, [`TokenError::PinLocked`]; [`TokenError::Unfit`] for what cannot be a PIN of
    /// this token (it was not sent), [`TokenError::PinUnusable`] for one that the token itself takes for unusable.
    fn login(&mut self, pin: &Pin) -> Result<(), TokenError>;

    /// Has the PIN entered at the reader's own keypad. Only where [`PinState::pin_pad`] says so.
    ///
    /// # Errors
    /// As [`KeyStore::login`], and [`TokenError::Cancelled`].
    fn login_pin_pad(&mut self) -> Result<(), TokenError> {
        Err(Ability::PinPad.missing())
    }

    /// What must be asked for beyond the PIN before keys and certificates can be made, written or deleted; `None` when
    /// nothing must: then the store does by itself what is needed (a management key that is the maker's default, or that
    /// the PIN opens).
    ///
    /// # Errors
    /// What the token said.
    fn administration(&mut self) -> Result<Option<Admin>, TokenError>;

    /// Proves the secret that [`KeyStore::administration`] asks for: the security officer's PIN, or the management key as
    /// hex digits. Tried once. The store keeps it, and may send it again for each later change on this token; the user
    /// stays (or is again) logged in afterwards.
    ///
    /// # Errors
    /// [`TokenError::AdminWrong`], [`TokenError::AdminLocked`], [`TokenError::AdminUnusable`] (not hex, wrong length).
    fn administer(&mut self, secret: &Pin) -> Result<(), TokenError>;

    /// Keys and certificates, read anew. Without a login only what the token shows without one.
    ///
    /// # Errors
    /// What the token said.
    fn content(&mut self) -> Result<Content, TokenError>;

    /// True when nothing the token says leaves a way for this private key to be somewhere else as well: not extractable,
    /// made on the token.
    ///
    /// # Errors
    /// [`TokenError::KeyGone`], or what the token said.
    fn confined(&mut self, key: &KeyRef) -> Result<bool, TokenError>;

    /// Makes a key pair on the token and reads it back. A pair that could leave the token is destroyed again.
    ///
    /// # Errors
    /// [`TokenError::NoAlgorithm`] when it makes no such keys, [`TokenError::Full`] when there is no free place, or no [`NewKey::room`] (a store
    /// with numbered places never takes one with a key or certificate in it unless [`NewKey::instead_of`] names it),
    /// [`TokenError::Extractable`], [`TokenError::AdminNeeded`], [`TokenError::WriteProtected`].
    fn generate(&mut self, new: &NewKey) -> Result<KeyEntry, TokenError>;

    /// The schemes that a key of this type could sign with here, by what the token says of itself: to be asked before one is
    /// made.
    ///
    /// # Errors
    /// What the token said.
    fn offered_schemes(
        &mut self,
        algorithm: KeyAlgorithm,
    ) -> Result<Vec<SignatureScheme>, TokenError>;

    /// The schemes this key can sign with here, the ones to prefer in TLS first. One that the token lists and cannot do after
    /// all is left out: found out by a signature, where that is known to happen.
    ///
    /// # Errors
    /// [`TokenError::KeyGone`], or what the token said.
    fn schemes(&mut self, key: &KeyRef) -> Result<Vec<SignatureScheme>, TokenError>;

    /// Signs a message (not a hash). ECDSA signatures are DER `ECDSA-Sig-Value`, RSA signatures as long as the modulus. A
    /// key with [`KeyEntry::asks_each_time`] gets the PIN of [`KeyStore::login`] again, or asks at the keypad.
    ///
    /// # Errors
    /// [`TokenError::PinNeeded`] when such a key has no PIN to get: log in and sign again. [`TokenError::KeyGone`];
    /// [`TokenError::Failed`] for a scheme that is not one of [`KeyStore::schemes`].
    fn sign(
        &mut self,
        key: &KeyRef,
        scheme: SignatureScheme,
        message: &[u8],
    ) -> Result<Vec<u8>, TokenError>;

    /// Writes a certificate (DER): that of `key`, so that browsers find the pair, or a CA's when there is none (only with
    /// [`Abilities::ca_certificates`]). Does nothing when this very certificate is there already. A store that holds one
    /// certificate for each key replaces the one that is there.
    ///
    /// # Errors
    /// [`TokenError::Full`], [`TokenError::WriteProtected`], [`TokenError::AdminNeeded`].
    fn write_certificate(
        &mut self,
        key: Option<&KeyRef>,
        der: &[u8],
        label: &str,
    ) -> Result<(), TokenError>;

    /// Deletes every copy of exactly this certificate (DER). Keys stay.
    ///
    /// # Errors
    /// [`TokenError::CertificateGone`], [`TokenError::WriteProtected`], [`TokenError::AdminNeeded`].
    fn delete_certificate(&mut self, der: &[u8]) -> Result<(), TokenError>;

    /// Destroys a key pair, or the half of one. Certificates stay, except where nothing else would say that the key is
    /// gone. Only with [`Abilities::delete_keys`].
    ///
    /// # Errors
    /// [`TokenError::KeyGone`], [`TokenError::CannotDo`], [`TokenError::AdminNeeded`].
    fn delete_key(&mut self, key: &KeyRef) -> Result<(), TokenError>;

    /// Changes the PIN; the old one is tried once. Only with [`Abilities::change_pin`].
    ///
    /// # Errors
    /// As [`KeyStore::login`]; [`TokenError::Unfit`] or [`TokenError::NewPinRefused`] when the token does not take the new one (the old one stays).
    fn change_pin(&mut self, old: &Pin, new: &Pin) -> Result<(), TokenError>;

    /// Has old and new PIN entered at the reader's own keypad.
    ///
    /// # Errors
    /// As [`KeyStore::change_pin`], and [`TokenError::Cancelled`].
    fn change_pin_pad(&mut self) -> Result<(), TokenError> {
        Err(Ability::PinPad.missing())
    }

    /// What the token says about the tries left for what unblocks it (PUK or security officer's PIN).
    ///
    /// # Errors
    /// [`TokenError::CannotDo`] when it cannot be unblocked here.
    fn unblock_state(&mut self) -> Result<PinState, TokenError>;

    /// Sets a new PIN, whatever became of the old one; the PUK (or security officer's PIN, see [`Abilities::unblock`]) is
    /// tried once.
    ///
    /// # Errors
    /// [`TokenError::PukWrong`], [`TokenError::PukLocked`], [`TokenError::Unfit`], [`TokenError::NewPinRefused`], [`TokenError::CannotDo`].
    fn unblock(&mut self, puk: &Pin, new: &Pin) -> Result<(), TokenError>;
}
