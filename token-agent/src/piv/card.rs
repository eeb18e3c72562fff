//! An opened PIV card.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use inkan_pki::algorithm::{KeyAlgorithm, SignatureScheme};
use inkan_pki::pkcs11::pin_attempts::PinHalt;
use inkan_pki::secret::Pin;

use super::change;
use super::content::{KeyState, Memory, SlotContent, SlotKey};
use super::error::PivError;
use super::keypad::Keypad;
use super::management::{self, ManagementKey};
use super::opener::Opener;
use super::pin::{self, Tries};
use super::session::{self, Facts, Session, Told};
use super::sign::sign_with_pin;
use super::slot::Slot;
use crate::pcsc::{Link, PcscError};

/// Most fresh connections for one step, when other programs take the card's power away.
const MAX_SETTLED: usize = 5;

/// A PIV card in a reader. What it was proven (PIN, management key) is kept until this is dropped, because another program
/// may reset the card between two transactions; the card is then made to forget it.
#[derive(Debug)]
pub struct PivCard {
    link: Link,
    facts: Facts,
    keypad: Option<Keypad>,
    kept: Kept,
}

/// What is kept between transactions.
#[derive(Debug, Default)]
struct Kept {
    /// Resets of the card seen by now.
    resets: Option<u64>,
    /// What opened the card.
    opener: Option<Opener>,
    /// The PIN that was given last, if the card did not take it: the same one is not sent again.
    refused: Option<Opener>,
    /// Whether the card still counted it as verified when the transaction began.
    verified: bool,
    /// The management key, after the card took it.
    management: Option<ManagementKey>,
    /// What the card said about its PIN when it was opened, for whoever asks right after that.
    tries: Option<Tries>,
    /// What is in the slots.
    memory: Memory,
    /// Management keys that were tried without anybody asking, once each.
    tried: management::Tried,
}

impl PivCard {
    /// Opens the card in that reader.
    ///
    /// # Errors
    /// [`PivError::NotPiv`] for other cards; what PC/SC says.
    pub fn open(reader: &str) -> Result<Self, PivError> {
        let mut link = Link::open(reader)?;
        let ((facts, tries), keypad, resets) = link.transaction(
            |exchange, resets| -> Result<(Told, Option<Keypad>, u64), PivError> {
                let unknown = Facts::default();
                let session = Session {
                    exchange,
                    facts: &unknown,
                };
                Ok((session::facts(&session)?, Keypad::of(exchange), resets))
            },
        )?;
        let kept = Kept {
            resets: Some(resets),
            tries,
            ..Kept::default()
        };
        Ok(Self {
            link,
            facts,
            keypad,
            kept,
        })
    }

    /// What is known about the card.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// True while the card does something for us: false while another program has it.
    #[must_use]
    pub fn inside(&self) -> Arc<AtomicBool> {
        self.link.inside()
    }

    /// What the card says about the PIN. Uses no try.
    ///
    /// # Errors
    /// What PC/SC says.
    pub fn pin_tries(&mut self) -> Result<Tries, PivError> {
        if let Some(tries) = self.kept.tries.take() {
            return Ok(tries);
        }
        self.within(|session, _| pin::tries(session))
    }

    /// What the card says about the PUK, where it says anything.
    ///
    /// # Errors
    /// What PC/SC says.
    pub fn puk_tries(&mut self) -> Result<Tries, PivError> {
        self.within(|session, _| pin::puk_tries(session))
    }

    /// Whether the PIN was verified by us.
    #[must_use]
    pub fn logged_in(&self) -> bool {
        self.kept.opener.is_some()
    }

    /// Whether the reader has a keypad for PINs.
    #[must_use]
    pub fn has_keypad(&self) -> bool {
        self.keypad.is_some()
    }

    /// Verifies the PIN, once.
    ///
    /// # Errors
    /// [`PivError::PinWrong`], [`PivError::PinBlocked`], [`PivError::PinShape`].
    pub fn login(&mut self, pin: &Pin) -> Result<(), PivError> {
        self.kept.tries = None;
        let before = self.kept.opener.take().or(self.kept.refused.take());
        let opener = match before {
            Some(opener @ Opener::Pin(_)) => opener,
            Some(Opener::Keypad(_)) | None => Opener::pin(pin),
        };
        let provided = opener.provide(pin);
        self.kept.refused = Some(opener);
        match provided {
            // The same as before: the card would count it once more, and is asked for its count alone.
            Err(PivError::PinWithheld(PinHalt::Refused)) => {
                return Err(match self.pin_tries()?.left {
                    Some(0) => PivError::PinBlocked,
                    left => PivError::PinWrong { left },
                });
            }
            other => other?,
        }
        self.within(|session, kept| {
            let opener = kept.refused.as_ref().ok_or(PivError::PinNeeded)?;
            opener.verify(session)?;
            kept.opener = kept.refused.take();
            Ok(())
        })
    }

    /// Has the PIN entered at the reader's keypad, once.
    ///
    /// # Errors
    /// As [`PivCard::login`]; [`PivError::KeypadCancelled`], [`PivError::NoKeypad`].
    pub fn login_at_keypad(&mut self) -> Result<(), PivError> {
        let opener = Opener::Keypad(self.keypad.ok_or(PivError::NoKeypad)?);
        self.kept.opener = None;
        self.kept.tries = None;
        self.within(|session, kept| {
            opener.verify(session)?;
            kept.opener = Some(opener);
            Ok(())
        })
    }

    /// Whether the management key has to be asked for before the card can be changed. The PIN should have been verified: it
    /// may open the management key.
    ///
    /// # Errors
    /// What the card says.
    pub fn needs_management_key(&mut self) -> Result<bool, PivError> {
        self.within(|session, kept| {
            if kept.management.is_none() {
                let open = kept.opener.is_some();
                if open {
                    unlock(session, kept)?;
                }
                kept.management = match management::found(session, &mut kept.tried) {
                    // Without the PIN it cannot be seen whether the key is kept under it.
                    Err(PivError::PinNeeded) if !open => return Ok(false),
                    found => found?,
                };
            }
            Ok(kept.management.is_none())
        })
    }

    /// Takes the management key, as hex digits.
    ///
    /// # Errors
    /// [`PivError::ManagementKeyShape`], [`PivError::ManagementKeyWrong`].
    pub fn administer(&mut self, hex: &Pin) -> Result<(), PivError> {
        self.within(|session, kept| {
            let key = management::given(session, hex)?;
            management::prove(session, &key)?;
            kept.management = Some(key);
            Ok(())
        })
    }

    /// What is in the slots.
    ///
    /// # Errors
    /// What the card says.
    pub fn content(&mut self) -> Result<Vec<SlotContent>, PivError> {
        self.within(|session, kept| kept.memory.all(session).map(<[_]>::to_vec))
    }

    /// Whether the card says of a key that it was brought to it.
    ///
    /// # Errors
    /// What the card says.
    pub fn imported(&mut self, slot: Slot) -> Result<bool, PivError> {
        self.within(|session, _| change::imported(session, slot))
    }

    /// Makes a key pair in a free slot, or in the one named (with the SHA-256 of the public key expected there): what is
    /// there is destroyed then.
    ///
    /// # Errors
    /// [`PivError::NoFreeSlot`], [`PivError::Algorithm`], [`PivError::PinNeeded`], [`PivError::ManagementKeyNeeded`],
    /// [`PivError::Full`].
    pub fn generate(
        &mut self,
        algorithm: KeyAlgorithm,
        label: &str,
        instead_of: Option<(Slot, Option<[u8; 32]>)>,
    ) -> Result<(Slot, SlotKey), PivError> {
        self.generate_with_room(algorithm, label, instead_of, 0)
    }

    /// The same where there is room for a certificate of so many bytes, too.
    ///
    /// # Errors
    /// As [`PivCard::generate`]; [`PivError::Full`] before a key is made.
    pub fn generate_with_room(
        &mut self,
        algorithm: KeyAlgorithm,
        label: &str,
        instead_of: Option<(Slot, Option<[u8; 32]>)>,
        room: usize,
    ) -> Result<(Slot, SlotKey), PivError> {
        let new = change::New {
            algorithm,
            label,
            instead_of,
            room,
        };
        self.changing(|session, opener, memory| {
            let made = change::generate(session, &new, opener)?;
            memory.now(made.clone());
            match made.key {
                KeyState::Known(key) => Ok((made.slot, key)),
                _ => Err(PivError::NoKey(made.slot)),
            }
        })
    }

    /// Signs a message with the key in this slot.
    ///
    /// # Errors
    /// [`PivError::NoKey`], [`PivError::PinNeeded`].
    pub fn sign(
        &mut self,
        slot: Slot,
        algorithm: KeyAlgorithm,
        scheme: SignatureScheme,
        message: &[u8],
    ) -> Result<Vec<u8>, PivError> {
        self.within(|session, kept| {
            if !slot.asks_each_time() {
                unlock(session, kept)?;
            }
            // One that the card does not take any more is not kept.
            let opener = kept.opener.take().ok_or(PivError::PinNeeded)?;
            let signed = sign_with_pin(session, slot, algorithm, scheme, message, &opener);
            if matches!(
                signed,
                Err(PivError::PinWrong { .. } | PivError::PinBlocked)
            ) {
                kept.refused = Some(opener);
            } else {
                kept.opener = Some(opener);
            }
            signed.map_err(asked_again)
        })
    }

    /// Writes the certificate of the key in this slot.
    ///
    /// # Errors
    /// [`PivError::OtherKey`], [`PivError::NoKey`], [`PivError::SlotTaken`] when another key's certificate is there,
    /// [`PivError::Full`], [`PivError::ManagementKeyNeeded`].
    pub fn write_certificate(&mut self, slot: Slot, der: &[u8]) -> Result<(), PivError> {
        self.changing(|session, _, memory| {
            memory.now(change::write_certificate(session, slot, der)?);
            Ok(())
        })
    }

    /// Deletes every copy of this certificate.
    ///
    /// # Errors
    /// [`PivError::NoCertificate`], [`PivError::ManagementKeyNeeded`].
    pub fn delete_certificate(&mut self, der: &[u8]) -> Result<(), PivError> {
        self.changing(|session, opener, memory| {
            change::delete_certificate(session, der, opener, memory)
        })
    }

    /// Destroys the key in this slot; with the SHA-256 of its public key, only that key. Gives the certificate that had to
    /// go with it, on cards that would otherwise seem to have the key still.
    ///
    /// # Errors
    /// [`PivError::NoKey`], [`PivError::ManagementKeyNeeded`], or what the card says.
    pub fn delete_key(
        &mut self,
        slot: Slot,
        spki_sha256: Option<[u8; 32]>,
    ) -> Result<Option<Vec<u8>>, PivError> {
        self.changing(|session, _, memory| {
            memory.forget();
            change::delete_key(session, slot, spki_sha256)
        })
    }

    /// Changes the PIN; the old one is tried once.
    ///
    /// # Errors
    /// As [`PivCard::login`], and [`PivError::NewPinRefused`].
    pub fn change_pin(&mut self, old: &Pin, new: &Pin) -> Result<(), PivError> {
        self.kept.tries = None;
        self.within(|session, kept| {
            pin::change(session, old, new)?;
            // What was refused before may be the new one.
            kept.refused = None;
            if matches!(kept.opener, Some(Opener::Pin(_))) {
                kept.opener = Some(Opener::pin(new));
            }
            Ok(())
        })
    }

    /// Sets a new PIN; the PUK is tried once.
    ///
    /// # Errors
    /// [`PivError::PukWrong`], [`PivError::PukBlocked`], [`PivError::NewPinRefused`].
    pub fn unblock(&mut self, puk: &Pin, new: &Pin) -> Result<(), PivError> {
        self.within(|session, kept| {
            kept.opener = None;
            kept.tries = None;
            pin::unblock(session, puk, new)?;
            kept.refused = None;
            Ok(())
        })
    }

    /// With the PIN verified and the management key proven. What is remembered of the slots is forgotten when it fails.
    fn changing<T>(
        &mut self,
        work: impl FnOnce(&Session<'_>, &Opener, &mut Memory) -> Result<T, PivError>,
    ) -> Result<T, PivError> {
        self.within(|session, kept| {
            unlock(session, kept)?;
            match kept.management.take() {
                // One that the card does not take any more, or answers to unclearly, is not kept: it is not sent again.
                Some(key) => {
                    management::prove(session, &key)?;
                    kept.management = Some(key);
                }
                None => {
                    let found = management::found(session, &mut kept.tried)?;
                    kept.management = Some(found.ok_or(PivError::ManagementKeyNeeded)?);
                }
            }
            let opener = kept.opener.as_ref().ok_or(PivError::PinNeeded)?;
            let mut memory = std::mem::take(&mut kept.memory);
            let done = work(session, opener, &mut memory)?;
            kept.memory = memory;
            Ok(done)
        })
    }

    /// In one transaction, with PIV selected.
    fn within<T>(
        &mut self,
        work: impl FnOnce(&Session<'_>, &mut Kept) -> Result<T, PivError>,
    ) -> Result<T, PivError> {
        let mut work = Some(work);
        let mut settled = 0;
        loop {
            let (facts, kept) = (&self.facts, &mut self.kept);
            let result = self.link.transaction(|exchange, resets| {
                let session = Session { exchange, facts };
                let selected = if kept.resets == Some(resets) {
                    session.still_selected()?
                } else {
                    None
                };
                kept.verified = selected.unwrap_or(false);
                if selected.is_none() {
                    session.select()?;
                    kept.resets = Some(resets);
                    kept.tries = None;
                    kept.memory.forget();
                }
                match work.take() {
                    Some(work) => work(&session, kept),
                    None => Err(PcscError::Unsettled.into()),
                }
            });
            match result {
                // Nothing has been done yet: once more, on a fresh connection.
                Err(PivError::Pcsc(PcscError::Unsettled))
                    if work.is_some() && settled < MAX_SETTLED =>
                {
                    self.link.settle()?;
                    settled += 1;
                }
                other => return other,
            }
        }
    }
}

impl Drop for PivCard {
    fn drop(&mut self) {
        if self.kept.opener.is_none() && self.kept.management.is_none() {
            return;
        }
        // Nothing but a reset makes a card forget a management key.
        let forgotten = self.kept.management.is_none()
            && self
                .within(|session, _| pin::forget(session))
                .unwrap_or(false);
        self.link.reset_at_end(!forgotten);
    }
}

/// Proves what the card took before, if it has forgotten it since. One it does not take any more is forgotten here
/// as well, so that it is never sent twice.
fn unlock(session: &Session<'_>, kept: &mut Kept) -> Result<(), PivError> {
    let opener = kept.opener.take().ok_or(PivError::PinNeeded)?;
    if !kept.verified {
        // Nobody is asked at a keypad without a word before.
        if matches!(opener, Opener::Keypad(_)) {
            return Err(PivError::PinNeeded);
        }
        if let Err(error) = opener.verify(session) {
            kept.refused = Some(opener);
            return Err(asked_again(error));
        }
        kept.verified = true;
    }
    kept.opener = Some(opener);
    Ok(())
}

/// A PIN that is not sent again by itself: the person is asked for it.
fn asked_again(error: PivError) -> PivError {
    match error {
        PivError::PinWithheld(_) => PivError::PinNeeded,
        other => other,
    }
}
