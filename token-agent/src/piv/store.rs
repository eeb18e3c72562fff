//! A PIV card as a key store.

use inkan_pki::algorithm::{KeyAlgorithm, SignatureScheme};
use inkan_pki::officer::{AgreedSecret, ShareKeyPoint};
use inkan_pki::secret::Pin;
use sha2::{Digest as _, Sha256};

use super::algorithm;
use super::card::PivCard;
use super::container::ObjectContent;
use super::content::{KeyState, SlotContent, SlotKey};
use super::discovery::view_of;
use super::error::PivError;
use super::pin::{MAX_LENGTH, MIN_LENGTH, Tries};
use super::slot::Slot;
use super::thread::CardThread;
use crate::error::TokenError;
use crate::keystore::KeyStore;
use crate::keystore::capabilities::{Admin, Capabilities, Capability, NewKey, Unblock};
use crate::keystore::content::{
    CertificateEntry, Content, KeyEntry, KeyLocation, KeyRef, OrphanPublicKey, SHARE_KEY,
};
use crate::keystore::view::{PinState, TokenKind, TokenView};

/// Maximum tries, if the card does not report them.
const USUAL_TRIES: u8 = 3;

/// An opened PIV card.
#[derive(Debug)]
pub struct PivStore {
    thread: CardThread,
    view: TokenView,
    logged_in: bool,
    /// Certificates that were deleted with their keys.
    gone: Vec<Vec<u8>>,
}

impl PivStore {
    /// Opens the card in a reader.
    ///
    /// # Errors
    /// The error of the reader or the card.
    pub fn open(reader: &str) -> Result<Self, TokenError> {
        let name = reader.to_owned();
        let (thread, view) =
            CardThread::start(reader, move |card| Ok(view_of(card.info(), &name)))?;
        Ok(Self {
            thread,
            view,
            logged_in: false,
            gone: Vec::new(),
        })
    }
}

impl KeyStore for PivStore {
    fn view(&self) -> &TokenView {
        &self.view
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            generate: true,
            write_certificates: true,
            ca_certificates: false,
            labels: true,
            delete_keys: true,
            change_pin: true,
            change_pin_pad: false,
            unblock: Some(Unblock::Puk),
            in_card: true,
            in_tpm: false,
        }
    }

    fn needs_login(&mut self) -> Result<bool, TokenError> {
        Ok(!self.logged_in)
    }

    fn pin_state(&mut self) -> Result<PinState, TokenError> {
        self.thread.call(state_of)
    }

    fn login_pin_pad(&mut self) -> Result<(), TokenError> {
        self.logged_in = false;
        self.thread.call(|card| card.login_at_keypad())?;
        self.logged_in = true;
        Ok(())
    }

    fn login(&mut self, pin: &Pin) -> Result<(), TokenError> {
        let pin = pin.clone();
        self.logged_in = false;
        self.thread.call(move |card| card.login(&pin))?;
        self.logged_in = true;
        Ok(())
    }

    fn required_admin(&mut self) -> Result<Option<Admin>, TokenError> {
        let needed = self.thread.call(|card| card.needs_management_key())?;
        Ok(needed.then_some(Admin::ManagementKey))
    }

    fn authenticate_admin(&mut self, secret: &Pin) -> Result<(), TokenError> {
        let secret = secret.clone();
        self.thread
            .call(move |card| card.authenticate_admin(&secret))
    }

    fn content(&mut self) -> Result<Content, TokenError> {
        Ok(content(self.thread.call(|card| card.content())?))
    }

    fn confined(&mut self, key: &KeyRef) -> Result<bool, TokenError> {
        let slot = Reference::read(key)?.slot;
        let imported = self.thread.call(move |card| card.imported(slot))?;
        Ok(!imported)
    }

    fn generate(&mut self, new: &NewKey) -> Result<KeyEntry, TokenError> {
        let certificate_size = new.certificate_size;
        let replaces = match &new.replaces {
            Some(key) => {
                let Reference { slot, key } = Reference::read(key)?;
                Some((slot, key.map(|(_, spki_sha256)| spki_sha256)))
            }
            None => None,
        };
        let (algorithm, label) = (new.algorithm, new.label.clone());
        let (slot, key) = self
            .thread
            .call(move |card| card.generate(algorithm, &label, replaces, certificate_size))?;
        if key.imported {
            self.thread.call(move |card| card.delete_key(slot, None))?;
            return Err(TokenError::Extractable);
        }
        Ok(entry(slot, &key, &new.label))
    }

    fn share_key(&mut self) -> Result<Option<KeyEntry>, TokenError> {
        let slot = Some(location(Slot::KEY_MANAGEMENT));
        let ours = |key: &KeyEntry| {
            key.location == slot && key.label == SHARE_KEY && key.algorithm == KeyAlgorithm::EcP256
        };
        Ok(self.content()?.keys.into_iter().find(ours))
    }

    fn generate_share_key(&mut self) -> Result<KeyEntry, TokenError> {
        let (slot, key) = self
            .thread
            .call(|card| card.generate_for_agreement(SHARE_KEY))?;
        Ok(entry(slot, &key, SHARE_KEY))
    }

    fn agree(&mut self, key: &KeyRef, peer: &ShareKeyPoint) -> Result<AgreedSecret, TokenError> {
        match Reference::of_key(key)? {
            (slot, KeyAlgorithm::EcP256) => {
                let peer = peer.clone();
                self.thread.call(move |card| card.agree(slot, &peer))
            }
            _ => Err(Capability::Agree.missing()),
        }
    }

    fn offered_schemes(
        &mut self,
        algorithm: KeyAlgorithm,
    ) -> Result<Vec<SignatureScheme>, TokenError> {
        // Hashing and padding happen here; the card applies the raw key.
        Ok(algorithm.schemes().to_vec())
    }

    fn schemes(&mut self, key: &KeyRef) -> Result<Vec<SignatureScheme>, TokenError> {
        Ok(Reference::of_key(key)?.1.schemes().to_vec())
    }

    fn sign(
        &mut self,
        key: &KeyRef,
        scheme: SignatureScheme,
        message: &[u8],
    ) -> Result<Vec<u8>, TokenError> {
        let (slot, algorithm) = Reference::of_key(key)?;
        let message = message.to_vec();
        self.thread
            .call(move |card| card.sign(slot, algorithm, scheme, &message))
    }

    fn write_certificate(
        &mut self,
        key: Option<&KeyRef>,
        der: &[u8],
        _label: &str,
    ) -> Result<(), TokenError> {
        let slot = match key {
            Some(key) => Reference::read(key)?.slot,
            None => return Err(Capability::WriteCertificates.missing()),
        };
        let der = der.to_vec();
        self.thread
            .call(move |card| card.write_certificate(slot, &der))
    }

    fn delete_certificate(&mut self, der: &[u8]) -> Result<(), TokenError> {
        let wanted = der.to_vec();
        let deleted = self
            .thread
            .call(move |card| card.delete_certificate(&wanted));
        match deleted {
            Err(TokenError::CertificateGone) if self.gone.iter().any(|gone| gone == der) => Ok(()),
            other => other,
        }
    }

    fn delete_key(&mut self, key: &KeyRef) -> Result<(), TokenError> {
        let Reference { slot, key } = Reference::read(key)?;
        let spki_sha256 = key.map(|(_, spki_sha256)| spki_sha256);
        let gone = self
            .thread
            .call(move |card| card.delete_key(slot, spki_sha256))?;
        self.gone.extend(gone);
        Ok(())
    }

    fn change_pin(&mut self, old: &Pin, new: &Pin) -> Result<(), TokenError> {
        let (old, new) = (old.clone(), new.clone());
        self.thread.call(move |card| card.change_pin(&old, &new))
    }

    fn unblock_state(&mut self) -> Result<PinState, TokenError> {
        Ok(pin_state(self.thread.call(|card| card.puk_tries())?))
    }

    fn unblock(&mut self, puk: &Pin, new: &Pin) -> Result<(), TokenError> {
        let (puk, new) = (puk.clone(), new.clone());
        self.logged_in = false;
        self.thread.call(move |card| card.unblock(&puk, &new))
    }
}

/// The meaning of a [`KeyRef`] of this store: the slot, and the key expected in it. Encoding: slot, type, SHA-256 of
/// the public key; only the slot if the key is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Reference {
    slot: Slot,
    key: Option<(KeyAlgorithm, [u8; 32])>,
}

impl Reference {
    fn to(slot: Slot, key: Option<&SlotKey>) -> KeyRef {
        let mut bytes = vec![slot.number()];
        if let Some(key) = key {
            bytes.push(algorithm::number(key.algorithm));
            bytes.extend(Sha256::digest(&key.spki_der));
        }
        KeyRef {
            kind: TokenKind::Piv,
            bytes,
        }
    }

    fn read(reference: &KeyRef) -> Result<Self, TokenError> {
        let read = || {
            let (slot, rest) = reference.bytes.split_first()?;
            let slot = Slot::numbered(*slot)?;
            let key = match rest {
                [] => None,
                [number, spki_sha256 @ ..] => {
                    Some((algorithm::numbered(*number)?, spki_sha256.try_into().ok()?))
                }
            };
            Some(Self { slot, key })
        };
        let ours = reference.kind == TokenKind::Piv;
        ours.then(read).flatten().ok_or(TokenError::KeyGone)
    }

    fn of_key(reference: &KeyRef) -> Result<(Slot, KeyAlgorithm), TokenError> {
        let Self { slot, key } = Self::read(reference)?;
        let (algorithm, _) = key.ok_or(TokenError::KeyGone)?;
        Ok((slot, algorithm))
    }
}

fn location(slot: Slot) -> KeyLocation {
    KeyLocation::new(slot.to_string())
}

fn entry(slot: Slot, key: &SlotKey, label: &str) -> KeyEntry {
    KeyEntry {
        reference: Reference::to(slot, Some(key)),
        label: label.to_owned(),
        location: Some(location(slot)),
        algorithm: key.algorithm,
        spki_der: key.spki_der.clone(),
        always_authenticate: key.always_authenticate,
        protection: None,
    }
}

fn content(slots: Vec<SlotContent>) -> Content {
    let mut content = Content::default();
    for slot in slots {
        let (is_released, label) = (slot.is_released(), slot.label());
        match &slot.key {
            KeyState::Known(key) if !is_released => content.keys.push(entry(slot.slot, key, label)),
            _ if is_released && !label.is_empty() => content.orphans.push(OrphanPublicKey {
                reference: Reference::to(slot.slot, None),
                label: label.to_owned(),
            }),
            _ => {}
        }
        if let ObjectContent::Certificate(der) = slot.object {
            content.certificates.push(CertificateEntry {
                label: String::new(),
                location: Some(location(slot.slot)),
                der,
                key_gone: None,
            });
        }
    }
    content
}

/// The PIN state that card and reader report.
pub(super) fn state_of(card: &mut PivCard) -> Result<PinState, PivError> {
    Ok(PinState {
        pin_pad: card.has_keypad(),
        ..pin_state(card.pin_tries()?)
    })
}

/// The counter of a PIN or PUK as the state that all stores share.
fn pin_state(tries: Tries) -> PinState {
    let counted = match tries.left {
        Some(left) => PinState::counted(left, tries.all.unwrap_or(USUAL_TRIES)),
        None => PinState::UNKNOWN,
    };
    PinState {
        factory: tries.factory,
        min_length: MIN_LENGTH,
        max_length: MAX_LENGTH,
        ..counted
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn own_references_are_parsed_and_others_are_not() {
        let slot = Slot::AUTHENTICATION;
        let key = SlotKey {
            algorithm: KeyAlgorithm::EcP256,
            spki_der: vec![1, 2, 3],
            always_authenticate: false,
            imported: false,
        };
        let reference = Reference::to(slot, Some(&key));
        let read = Reference::of_key(&reference).unwrap();
        assert_eq!(read, (slot, KeyAlgorithm::EcP256));
        let location = Reference::to(slot, None);
        assert_eq!(Reference::read(&location).unwrap().key, None);
        assert!(Reference::of_key(&location).is_err());
        for bytes in [vec![], vec![0x9b], vec![0x9a, 0x11], vec![0x9a, 0x06, 0]] {
            let kind = TokenKind::Piv;
            assert!(Reference::read(&KeyRef { kind, bytes }).is_err());
        }
        let other = KeyRef {
            kind: TokenKind::Pkcs11,
            ..reference
        };
        assert!(Reference::read(&other).is_err());
    }
}
