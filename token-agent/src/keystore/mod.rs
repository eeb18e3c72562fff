//! One opened token, of any kind and with any driver. Independent of banks, questions and sentences.
//!
//! - [`view`]: how a token describes itself: names, kind, PIN
//! - [`content`]: its keys and certificates
//! - [`discovery`]: tokens found, and where each can be opened
//! - [`capabilities`]: what it supports, and what it requires
//! - [`secret`]: the format of PINs
//! - [`bytes`]: binary values in messages

pub mod bytes;
pub mod capabilities;
pub mod content;
pub mod discovery;
pub mod secret;
pub mod view;

use std::fmt::Debug;

use inkan_pki::algorithm::{KeyAlgorithm, SignatureScheme};
use inkan_pki::officer::{AgreedSecret, ShareKeyPoint};
use inkan_pki::secret::Pin;

use crate::error::TokenError;
use capabilities::{Admin, Capabilities, Capability, NewKey};
use content::{Content, KeyEntry, KeyRef};
use view::{PinState, TokenView};

/// One opened token, with its own session, which closes on drop.
///
/// All calls block as long as the token takes (minutes for an RSA-4096 key on a card), but never forever: a store that
/// can hang returns [`TokenError::TimedOut`] after its own deadline. After [`TokenError::Removed`],
/// [`TokenError::TimedOut`] or [`TokenError::DriverCrashed`] the store is unusable; open the token again.
///
/// A secret is sent to the token once for each call that takes one, and is not resent automatically (except as
/// described for [`KeyStore::sign`] and [`KeyStore::authenticate_admin`], and then only while its last use succeeded).
/// It is forgotten when the store is dropped. A secret that was refused, or got an unclear response, is not sent again
/// even if it is given again.
pub trait KeyStore: Send + Debug {
    /// The names of the token. Does not access the token.
    fn view(&self) -> &TokenView;

    /// The capabilities of the token. Does not access the token.
    fn capabilities(&self) -> Capabilities;

    /// Whether the PIN is required to see and use private keys.
    ///
    /// # Errors
    /// The error that the token reports.
    fn needs_login(&mut self) -> Result<bool, TokenError>;

    /// The tries left as the token reports them now. Reading them uses none.
    ///
    /// # Errors
    /// The error that the token reports.
    fn pin_state(&mut self) -> Result<PinState, TokenError>;

    /// Sends the PIN once. Succeeds if already logged in; the PIN is then kept for keys that require it for each use.
    ///
    /// # Errors
    /// [`TokenError::PinWrong`] with the tries left, [`TokenError::PinLocked`]; [`TokenError::InvalidSecret`] if it
    /// cannot be a PIN of this token (it was not sent); [`TokenError::PinUnusable`] if the token rejects it as
    /// unusable.
    fn login(&mut self, pin: &Pin) -> Result<(), TokenError>;

    /// Has the PIN entered on the reader's keypad. Only if [`PinState::pin_pad`] is set.
    ///
    /// # Errors
    /// As [`KeyStore::login`], and [`TokenError::Cancelled`].
    fn login_pin_pad(&mut self) -> Result<(), TokenError> {
        Err(Capability::PinPad.missing())
    }

    /// The secret required in addition to the PIN before keys and certificates can be created or deleted; `None` if no
    /// question is needed, because the store itself can authenticate (with a default management key, or one protected
    /// by the PIN).
    ///
    /// # Errors
    /// The error that the token reports.
    fn required_admin(&mut self) -> Result<Option<Admin>, TokenError>;

    /// Authenticates with the secret that [`KeyStore::required_admin`] names: the security officer PIN, or the
    /// management key as hex digits. One attempt. The store keeps the secret and may resend it for each later change on
    /// this token; the user remains (or is again) logged in afterwards.
    ///
    /// # Errors
    /// [`TokenError::AdminWrong`], [`TokenError::AdminLocked`], [`TokenError::AdminUnusable`] (not hex, wrong length).
    fn authenticate_admin(&mut self, secret: &Pin) -> Result<(), TokenError>;

    /// Reads keys and certificates. Without a login only those that the token shows without one.
    ///
    /// # Errors
    /// The error that the token reports.
    fn content(&mut self) -> Result<Content, TokenError>;

    /// Whether this private key exists on the token only, as far as the token reports: not extractable, and generated
    /// on the token.
    ///
    /// # Errors
    /// [`TokenError::KeyGone`], or the error that the token reports.
    fn confined(&mut self, key: &KeyRef) -> Result<bool, TokenError>;

    /// Generates a key pair on the token and reads it back. An extractable pair is destroyed again.
    ///
    /// # Errors
    /// [`TokenError::NoAlgorithm`] if the token does not generate such keys; [`TokenError::Full`] if there is no free
    /// slot or no space for [`NewKey::certificate_size`] (a store with slots never uses one that holds a key or
    /// certificate unless [`NewKey::replaces`] names it); [`TokenError::Extractable`], [`TokenError::AdminNeeded`],
    /// [`TokenError::WriteProtected`].
    fn generate(&mut self, new: &NewKey) -> Result<KeyEntry, TokenError>;

    /// The signature schemes that the token reports for keys of this type, to be checked before a key is generated.
    ///
    /// # Errors
    /// The error that the token reports.
    fn offered_schemes(
        &mut self,
        algorithm: KeyAlgorithm,
    ) -> Result<Vec<SignatureScheme>, TokenError>;

    /// The signature schemes of this key, in order of preference for TLS. A scheme that the token lists but does not
    /// support is left out: where this is known to happen, a trial signature decides.
    ///
    /// # Errors
    /// [`TokenError::KeyGone`], or the error that the token reports.
    fn schemes(&mut self, key: &KeyRef) -> Result<Vec<SignatureScheme>, TokenError>;

    /// Signs a message (not a hash). ECDSA signatures are DER `ECDSA-Sig-Value`; RSA signatures have the length of the
    /// modulus. A key with [`KeyEntry::always_authenticate`] receives the PIN of [`KeyStore::login`] again, or asks on
    /// the keypad.
    ///
    /// # Errors
    /// [`TokenError::PinNeeded`] if such a key has no PIN: log in and sign again. [`TokenError::KeyGone`];
    /// [`TokenError::Failed`] for a scheme not in [`KeyStore::schemes`].
    fn sign(
        &mut self,
        key: &KeyRef,
        scheme: SignatureScheme,
        message: &[u8],
    ) -> Result<Vec<u8>, TokenError>;

    /// The officer's share key: the key on P-256 with the label [`SHARE_KEY`](content::SHARE_KEY) that only agrees on secrets.
    ///
    /// # Errors
    /// [`TokenError::Unsupported`] if the token does not agree on secrets.
    fn share_key(&mut self) -> Result<Option<KeyEntry>, TokenError> {
        Err(Capability::Agree.missing())
    }

    /// Generates the officer's share key on the token and reads it back. It never replaces a key.
    ///
    /// # Errors
    /// As [`KeyStore::generate`]; [`TokenError::AgreementSlotTaken`].
    fn generate_share_key(&mut self) -> Result<KeyEntry, TokenError> {
        Err(Capability::Agree.missing())
    }

    /// Agrees on a secret with the holder of another key (ECDH, the x coordinate).
    ///
    /// # Errors
    /// [`TokenError::PinNeeded`], [`TokenError::KeyGone`]; [`TokenError::Unsupported`] if the token does not hand such a secret out.
    fn agree(&mut self, _key: &KeyRef, _peer: &ShareKeyPoint) -> Result<AgreedSecret, TokenError> {
        Err(Capability::Agree.missing())
    }

    /// Writes a certificate (DER): that of `key`, so that browsers find the pair, or a CA certificate without a key
    /// (only with [`Capabilities::ca_certificates`]). Does nothing if the same certificate is stored already. A store
    /// with one certificate for each key replaces the present one.
    ///
    /// # Errors
    /// [`TokenError::Full`], [`TokenError::WriteProtected`], [`TokenError::AdminNeeded`].
    fn write_certificate(
        &mut self,
        key: Option<&KeyRef>,
        der: &[u8],
        label: &str,
    ) -> Result<(), TokenError>;

    /// Makes other programs find the key of a stored certificate (DER) again, where the token stores such a link and it is
    /// missing or names another key. Whether it did.
    ///
    /// # Errors
    /// [`TokenError::CertificateGone`], [`TokenError::WriteProtected`].
    fn repair_link(&mut self, _key: &KeyRef, _der: &[u8]) -> Result<bool, TokenError> {
        Ok(false)
    }

    /// Deletes every copy of exactly this certificate (DER). Keys are kept.
    ///
    /// # Errors
    /// [`TokenError::CertificateGone`], [`TokenError::WriteProtected`], [`TokenError::AdminNeeded`].
    fn delete_certificate(&mut self, der: &[u8]) -> Result<(), TokenError>;

    /// Deletes a key pair or an orphan public key. Certificates are kept, unless nothing else would show that the key
    /// is gone. Only with [`Capabilities::delete_keys`].
    ///
    /// # Errors
    /// [`TokenError::KeyGone`], [`TokenError::Unsupported`], [`TokenError::AdminNeeded`].
    fn delete_key(&mut self, key: &KeyRef) -> Result<(), TokenError>;

    /// Changes the PIN; the old one is tried once. Only with [`Capabilities::change_pin`].
    ///
    /// # Errors
    /// As [`KeyStore::login`]; [`TokenError::InvalidSecret`] or [`TokenError::NewPinRefused`] if the token does not
    /// accept the new PIN (the old one remains valid).
    fn change_pin(&mut self, _old: &Pin, _new: &Pin) -> Result<(), TokenError> {
        Err(Capability::ChangePin.missing())
    }

    /// Has the old and the new PIN entered on the reader's keypad.
    ///
    /// # Errors
    /// As [`KeyStore::change_pin`], and [`TokenError::Cancelled`].
    fn change_pin_pad(&mut self) -> Result<(), TokenError> {
        Err(Capability::PinPad.missing())
    }

    /// The tries left for the PUK or the security officer PIN, as the token reports them.
    ///
    /// # Errors
    /// [`TokenError::Unsupported`] if the PIN cannot be unblocked here.
    fn unblock_state(&mut self) -> Result<PinState, TokenError> {
        Err(Capability::Unblock.missing())
    }

    /// Sets a new PIN, whatever the state of the old one. The PUK (or security officer PIN, see
    /// [`Capabilities::unblock`]) is tried once.
    ///
    /// # Errors
    /// [`TokenError::PukWrong`], [`TokenError::PukLocked`], [`TokenError::InvalidSecret`],
    /// [`TokenError::NewPinRefused`], [`TokenError::Unsupported`].
    fn unblock(&mut self, _puk: &Pin, _new: &Pin) -> Result<(), TokenError> {
        Err(Capability::Unblock.missing())
    }
}
