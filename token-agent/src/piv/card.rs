//! An opened PIV card.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use inkan_pki::algorithm::{KeyAlgorithm, SignatureScheme};
use inkan_pki::officer::{AgreedSecret, ShareKeyPoint};
use inkan_pki::pkcs11::pin_attempts::PinHalt;
use inkan_pki::secret::Pin;

use super::agree::agree_with_pin;
use super::card_login::CardLogin;
use super::change;
use super::content::{KeyState, SlotCache, SlotContent, SlotKey};
use super::error::PivError;
use super::keypad::Keypad;
use super::management::{self, ManagementKey};
use super::pin::{self, Tries};
use super::session::{self, CardInfo, Selected, Session};
use super::sign::sign_with_pin;
use super::slot::Slot;
use crate::pcsc::{CardConnection, PcscError};

/// Maximum number of reconnects for one step, if other programs power off the card.
const MAX_RECONNECTS: usize = 5;

/// A PIV card in a reader. PIN and management key are kept until drop, because another program may reset the card
/// between two transactions; on drop the card is made to forget its authentication state.
#[derive(Debug)]
pub struct PivCard {
    connection: CardConnection,
    info: CardInfo,
    keypad: Option<Keypad>,
    state: CardState,
}

/// The state kept between transactions.
#[derive(Debug, Default)]
struct CardState {
    /// Number of resets seen so far.
    resets: Option<u64>,
    /// How the card was unlocked.
    login: Option<CardLogin>,
    /// The last PIN if the card refused it: it is not sent again.
    refused: Option<CardLogin>,
    /// Whether the PIN was still verified when the transaction began.
    verified: bool,
    /// The management key, once the card has accepted it.
    management: Option<ManagementKey>,
    /// The card's PIN counter from when it was opened, for a caller that asks right after that.
    tries: Option<Tries>,
    /// The contents of the slots.
    cache: SlotCache,
    /// Management keys that were tried automatically, once each.
    tried: management::TriedKeys,
}

impl PivCard {
    /// Opens the card in a reader.
    ///
    /// # Errors
    /// [`PivError::NotPiv`] for other cards; the error that PC/SC reports.
    pub fn open(reader: &str) -> Result<Self, PivError> {
        let mut connection = CardConnection::open(reader)?;
        let ((info, tries), keypad, resets) = connection.transaction(
            |exchange, resets| -> Result<(Selected, Option<Keypad>, u64), PivError> {
                let unknown = CardInfo::default();
                let session = Session {
                    exchange,
                    info: &unknown,
                };
                Ok((session::info(&session)?, Keypad::of(exchange), resets))
            },
        )?;
        let state = CardState {
            resets: Some(resets),
            tries,
            ..CardState::default()
        };
        Ok(Self {
            connection,
            info,
            keypad,
            state,
        })
    }

    /// The card's properties.
    #[must_use]
    pub fn info(&self) -> &CardInfo {
        &self.info
    }

    /// Whether a transaction of ours is in progress; false while another program has the card.
    #[must_use]
    pub fn in_transaction(&self) -> Arc<AtomicBool> {
        self.connection.in_transaction()
    }

    /// The card's PIN counter. Uses no try.
    ///
    /// # Errors
    /// The error that PC/SC reports.
    pub fn pin_tries(&mut self) -> Result<Tries, PivError> {
        if let Some(tries) = self.state.tries.take() {
            return Ok(tries);
        }
        self.within(|session, _| pin::tries(session))
    }

    /// The card's PUK counter, if the card reports it.
    ///
    /// # Errors
    /// The error that PC/SC reports.
    pub fn puk_tries(&mut self) -> Result<Tries, PivError> {
        self.within(|session, _| pin::puk_tries(session))
    }

    /// Whether the reader has a keypad for PINs.
    #[must_use]
    pub fn has_keypad(&self) -> bool {
        self.keypad.is_some()
    }

    /// Verifies the PIN; one attempt.
    ///
    /// # Errors
    /// [`PivError::PinWrong`], [`PivError::PinBlocked`], [`PivError::PinShape`].
    pub fn login(&mut self, pin: &Pin) -> Result<(), PivError> {
        self.state.tries = None;
        let before = self.state.login.take().or(self.state.refused.take());
        let login = match before {
            Some(login @ CardLogin::Pin(_)) => login,
            Some(CardLogin::Keypad(_)) | None => CardLogin::pin(pin),
        };
        let provided = login.provide(pin);
        self.state.refused = Some(login);
        match provided {
            // The same PIN as before: the card would count another try, so only its counter is read.
            Err(PivError::PinWithheld(PinHalt::Refused)) => {
                return Err(match self.pin_tries()?.left {
                    Some(0) => PivError::PinBlocked,
                    left => PivError::PinWrong { left },
                });
            }
            other => other?,
        }
        self.within(|session, state| {
            let login = state.refused.as_ref().ok_or(PivError::PinNeeded)?;
            login.verify(session)?;
            state.login = state.refused.take();
            Ok(())
        })
    }

    /// Has the PIN entered on the reader's keypad; one attempt.
    ///
    /// # Errors
    /// As [`PivCard::login`]; [`PivError::KeypadCancelled`], [`PivError::NoKeypad`].
    pub fn login_at_keypad(&mut self) -> Result<(), PivError> {
        let login = CardLogin::Keypad(self.keypad.ok_or(PivError::NoKeypad)?);
        self.state.login = None;
        self.state.tries = None;
        self.within(|session, state| {
            login.verify(session)?;
            state.login = Some(login);
            Ok(())
        })
    }

    /// Whether the user must enter the management key before the card can be changed. Verify the PIN first: it may
    /// protect the management key.
    ///
    /// # Errors
    /// The error that the card reports.
    pub fn needs_management_key(&mut self) -> Result<bool, PivError> {
        self.within(|session, state| {
            if state.management.is_none() {
                let open = state.login.is_some();
                if open {
                    unlock(session, state)?;
                }
                state.management = match management::find(session, &mut state.tried) {
                    // Without the PIN it is unknown whether the key is protected by it.
                    Err(PivError::PinNeeded) if !open => return Ok(false),
                    found => found?,
                };
            }
            Ok(state.management.is_none())
        })
    }

    /// Authenticates with the management key, given as hex digits.
    ///
    /// # Errors
    /// [`PivError::ManagementKeyShape`], [`PivError::ManagementKeyWrong`].
    pub fn authenticate_admin(&mut self, hex: &Pin) -> Result<(), PivError> {
        self.within(|session, state| {
            let key = management::given(session, hex)?;
            management::prove(session, &key)?;
            state.management = Some(key);
            Ok(())
        })
    }

    /// The contents of the slots.
    ///
    /// # Errors
    /// The error that the card reports.
    pub fn content(&mut self) -> Result<Vec<SlotContent>, PivError> {
        self.within(|session, state| state.cache.all(session).map(<[_]>::to_vec))
    }

    /// Whether the card reports that the key was imported.
    ///
    /// # Errors
    /// The error that the card reports.
    pub fn imported(&mut self, slot: Slot) -> Result<bool, PivError> {
        self.within(|session, _| change::imported(session, slot))
    }

    /// Generates a key pair in a free slot, or in the given slot (with the SHA-256 of the public key expected there),
    /// whose contents are destroyed. Space for a certificate of `certificate_size` bytes is reserved first.
    ///
    /// # Errors
    /// [`PivError::NoFreeSlot`], [`PivError::Algorithm`], [`PivError::PinNeeded`], [`PivError::ManagementKeyNeeded`],
    /// [`PivError::Full`].
    pub fn generate(
        &mut self,
        algorithm: KeyAlgorithm,
        label: &str,
        replaces: Option<(Slot, Option<[u8; 32]>)>,
        certificate_size: usize,
    ) -> Result<(Slot, SlotKey), PivError> {
        let new = change::New {
            algorithm,
            label,
            replaces,
            agreement: false,
            certificate_size,
        };
        self.generate_new(&new)
    }

    /// Generates a key pair on P-256 for key agreement, in the slot for that.
    ///
    /// # Errors
    /// As [`PivCard::generate`]; [`PivError::AgreementSlotTaken`] if that slot is not free.
    pub fn generate_for_agreement(&mut self, label: &str) -> Result<(Slot, SlotKey), PivError> {
        self.generate_new(&change::New {
            algorithm: KeyAlgorithm::EcP256,
            label,
            replaces: None,
            agreement: true,
            certificate_size: 0,
        })
    }

    fn generate_new(&mut self, new: &change::New<'_>) -> Result<(Slot, SlotKey), PivError> {
        self.changing(|session, login, cache| {
            let made = change::generate(session, new, login)?;
            cache.now(made.clone());
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
        self.using_key(slot, |session, login| {
            sign_with_pin(session, slot, algorithm, scheme, message, login)
        })
    }

    /// Agrees on a secret with the holder of another key.
    ///
    /// # Errors
    /// [`PivError::NoKey`], [`PivError::PinNeeded`].
    pub fn agree(&mut self, slot: Slot, peer: &ShareKeyPoint) -> Result<AgreedSecret, PivError> {
        self.using_key(slot, |session, login| {
            agree_with_pin(session, slot, peer, login)
        })
    }

    /// Uses the key in a slot, with the PIN verified unless the slot requires it each time.
    fn using_key<T>(
        &mut self,
        slot: Slot,
        work: impl FnOnce(&Session<'_>, &CardLogin) -> Result<T, PivError>,
    ) -> Result<T, PivError> {
        self.within(|session, state| {
            if !slot.always_authenticate() {
                unlock(session, state)?;
            }
            // A PIN that the card no longer accepts is not kept.
            let login = state.login.take().ok_or(PivError::PinNeeded)?;
            let done = work(session, &login);
            if matches!(done, Err(PivError::PinWrong { .. } | PivError::PinBlocked)) {
                state.refused = Some(login);
            } else {
                state.login = Some(login);
            }
            done.map_err(pin_needed)
        })
    }

    /// Writes the certificate of the key in this slot.
    ///
    /// # Errors
    /// [`PivError::OtherKey`], [`PivError::NoKey`], [`PivError::SlotTaken`] if another key's certificate is there,
    /// [`PivError::Full`], [`PivError::ManagementKeyNeeded`].
    pub fn write_certificate(&mut self, slot: Slot, der: &[u8]) -> Result<(), PivError> {
        self.changing(|session, _, cache| {
            cache.now(change::write_certificate(session, slot, der)?);
            Ok(())
        })
    }

    /// Deletes every copy of this certificate.
    ///
    /// # Errors
    /// [`PivError::NoCertificate`], [`PivError::ManagementKeyNeeded`].
    pub fn delete_certificate(&mut self, der: &[u8]) -> Result<(), PivError> {
        self.changing(|session, login, cache| {
            change::delete_certificate(session, der, login, cache)
        })
    }

    /// Deletes the key in this slot; with the SHA-256 of its public key, only that key. Returns the certificate that
    /// had to be deleted with it, on cards that would otherwise still appear to have the key.
    ///
    /// # Errors
    /// [`PivError::NoKey`], [`PivError::ManagementKeyNeeded`], or the error that the card reports.
    pub fn delete_key(
        &mut self,
        slot: Slot,
        spki_sha256: Option<[u8; 32]>,
    ) -> Result<Option<Vec<u8>>, PivError> {
        self.changing(|session, _, cache| {
            cache.forget();
            change::delete_key(session, slot, spki_sha256)
        })
    }

    /// Changes the PIN; the old one is tried once.
    ///
    /// # Errors
    /// As [`PivCard::login`], and [`PivError::NewPinRefused`].
    pub fn change_pin(&mut self, old: &Pin, new: &Pin) -> Result<(), PivError> {
        self.state.tries = None;
        self.within(|session, state| {
            pin::change(session, old, new)?;
            // The new PIN may be one that was refused before.
            state.refused = None;
            if matches!(state.login, Some(CardLogin::Pin(_))) {
                state.login = Some(CardLogin::pin(new));
            }
            Ok(())
        })
    }

    /// Sets a new PIN; the PUK is tried once.
    ///
    /// # Errors
    /// [`PivError::PukWrong`], [`PivError::PukBlocked`], [`PivError::NewPinRefused`].
    pub fn unblock(&mut self, puk: &Pin, new: &Pin) -> Result<(), PivError> {
        self.within(|session, state| {
            state.login = None;
            state.tries = None;
            pin::unblock(session, puk, new)?;
            state.refused = None;
            Ok(())
        })
    }

    /// Runs `work` with the PIN verified and the management key authenticated. The slot cache is dropped if it fails.
    fn changing<T>(
        &mut self,
        work: impl FnOnce(&Session<'_>, &CardLogin, &mut SlotCache) -> Result<T, PivError>,
    ) -> Result<T, PivError> {
        self.within(|session, state| {
            unlock(session, state)?;
            match state.management.take() {
                // A key that the card no longer accepts, or answers unclearly, is not kept: it is not sent again.
                Some(key) => {
                    management::prove(session, &key)?;
                    state.management = Some(key);
                }
                None => {
                    let found = management::find(session, &mut state.tried)?;
                    state.management = Some(found.ok_or(PivError::ManagementKeyNeeded)?);
                }
            }
            let login = state.login.as_ref().ok_or(PivError::PinNeeded)?;
            let mut cache = std::mem::take(&mut state.cache);
            let done = work(session, login, &mut cache)?;
            state.cache = cache;
            Ok(done)
        })
    }

    /// Runs `work` in one transaction with PIV selected.
    fn within<T>(
        &mut self,
        work: impl FnOnce(&Session<'_>, &mut CardState) -> Result<T, PivError>,
    ) -> Result<T, PivError> {
        let mut work = Some(work);
        let mut reconnects = 0;
        loop {
            let (info, state) = (&self.info, &mut self.state);
            let result = self.connection.transaction(|exchange, resets| {
                let session = Session { exchange, info };
                let selected = if state.resets == Some(resets) {
                    session.still_selected()?
                } else {
                    None
                };
                state.verified = selected.unwrap_or(false);
                if selected.is_none() {
                    session.select()?;
                    state.resets = Some(resets);
                    state.tries = None;
                    state.cache.forget();
                }
                match work.take() {
                    Some(work) => work(&session, state),
                    None => Err(PcscError::PowerLost.into()),
                }
            });
            match result {
                // Nothing has been done yet: try again on a new connection.
                Err(PivError::Pcsc(PcscError::PowerLost))
                    if work.is_some() && reconnects < MAX_RECONNECTS =>
                {
                    self.connection.reconnect()?;
                    reconnects += 1;
                }
                other => return other,
            }
        }
    }
}

impl Drop for PivCard {
    fn drop(&mut self) {
        if self.state.login.is_none() && self.state.management.is_none() {
            return;
        }
        // Only a reset makes a card forget a management key.
        let forgotten = self.state.management.is_none()
            && self
                .within(|session, _| pin::forget(session))
                .unwrap_or(false);
        self.connection.reset_on_drop(!forgotten);
    }
}

/// Repeats the authentication that the card has forgotten since. A PIN that the card no longer accepts is forgotten
/// here too, so that it is never sent twice.
fn unlock(session: &Session<'_>, state: &mut CardState) -> Result<(), PivError> {
    let login = state.login.take().ok_or(PivError::PinNeeded)?;
    if !state.verified {
        // The keypad is not used without notice.
        if matches!(login, CardLogin::Keypad(_)) {
            return Err(PivError::PinNeeded);
        }
        if let Err(error) = login.verify(session) {
            state.refused = Some(login);
            return Err(pin_needed(error));
        }
        state.verified = true;
    }
    state.login = Some(login);
    Ok(())
}

/// A PIN that is not resent automatically: the user is asked for it.
fn pin_needed(error: PivError) -> PivError {
    match error {
        PivError::PinWithheld(_) => PivError::PinNeeded,
        other => other,
    }
}
