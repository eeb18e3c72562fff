//! What is in the slots.

use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::spki::algorithm_of;
use inkan_pki::x509::summary::CertificateSummary;

use super::algorithm;
use super::container::{self, Held};
use super::error::PivError;
use super::metadata::{self, Metadata};
use super::object;
use super::session::Session;
use super::sign;
use super::slot::Slot;

/// A slot and what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotContent {
    /// Which.
    pub slot: Slot,
    /// The key.
    pub key: KeyState,
    /// The object of its certificate.
    pub held: Held,
}

/// What is known about a slot's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyState {
    /// There is none.
    Absent,
    /// There is one of a type that can be used.
    Known(SlotKey),
    /// There is one of another type.
    Other,
    /// The card does not say, or was not asked.
    Unknown,
}

/// A key in a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotKey {
    /// Type.
    pub algorithm: KeyAlgorithm,
    /// Public key (DER SubjectPublicKeyInfo).
    pub spki_der: Vec<u8>,
    /// The PIN is needed right before each signature.
    pub asks_each_time: bool,
    /// It was brought to the card, so it is somewhere else as well.
    pub imported: bool,
}

/// What is in all slots, remembered from the first time it was read until something else touches the card: with a slow
/// reader each command takes a third of a second, and there are two for each slot.
#[derive(Debug, Default)]
pub(super) struct Memory(Option<Vec<SlotContent>>);

impl Memory {
    /// What is in all slots.
    pub(super) fn all(&mut self, session: &Session<'_>) -> Result<&[SlotContent], PivError> {
        let known = match self.0.take() {
            Some(known) => known,
            None => all(session)?,
        };
        Ok(self.0.insert(known))
    }

    /// One slot is known to be like this now.
    pub(super) fn now(&mut self, content: SlotContent) {
        let known = self.0.iter_mut().flatten();
        if let Some(slot) = known.into_iter().find(|known| known.slot == content.slot) {
            *slot = content;
        }
    }

    /// Something may have changed.
    pub(super) fn forget(&mut self) {
        self.0 = None;
    }
}

/// Reads all slots.
fn all(session: &Session<'_>) -> Result<Vec<SlotContent>, PivError> {
    Slot::all().map(|slot| seen(session, slot)).collect()
}

/// Reads one slot as far as the list needs it: of a retired slot whose object is empty the card is not asked for a key. Ours
/// never are without a certificate or a mark, and a new one is made only after the slot was read as a whole.
fn seen(session: &Session<'_>, slot: Slot) -> Result<SlotContent, PivError> {
    let held = held(session, slot)?;
    if slot.retired().is_some() && held == Held::Nothing {
        let key = KeyState::Unknown;
        return Ok(SlotContent { slot, key, held });
    }
    with_key(session, slot, held)
}

/// Reads one slot.
pub(super) fn one(session: &Session<'_>, slot: Slot) -> Result<SlotContent, PivError> {
    let held = held(session, slot)?;
    with_key(session, slot, held)
}

fn held(session: &Session<'_>, slot: Slot) -> Result<Held, PivError> {
    match object::read(session, slot.object()) {
        Ok(value) => Ok(container::decode(
            value.as_ref().map_or(&[], |v| v.as_slice()),
        )),
        // An object that makes no sense, or that may not be read, is somebody's.
        Err(PivError::Malformed { .. } | PivError::Status { .. } | PivError::PinNeeded) => {
            Ok(Held::Unreadable)
        }
        Err(error) => Err(error),
    }
}

fn with_key(session: &Session<'_>, slot: Slot, held: Held) -> Result<SlotContent, PivError> {
    let key = if session.facts.metadata {
        match metadata::read(session, slot.number()) {
            Ok(None) => KeyState::Absent,
            Ok(Some(metadata)) => told(slot, &metadata),
            Err(PivError::Malformed { .. }) => KeyState::Other,
            Err(error) => return Err(error),
        }
    } else {
        guessed(slot, &held)
    };
    Ok(SlotContent { slot, key, held })
}

/// What the metadata says.
fn told(slot: Slot, metadata: &Metadata) -> KeyState {
    let read = || {
        let algorithm = algorithm::numbered(metadata.algorithm?)?;
        let parts = metadata.public_key.as_ref()?;
        let spki_der = algorithm::public_key(algorithm, parts).ok()?;
        Some(SlotKey {
            algorithm,
            spki_der,
            asks_each_time: metadata
                .pin_policy
                .map_or_else(|| slot.asks_each_time(), |policy| policy == 3),
            imported: metadata.origin.is_some_and(|origin| origin != 1),
        })
    };
    read().map_or(KeyState::Other, KeyState::Known)
}

/// What the certificate lets guess, on cards without metadata.
fn guessed(slot: Slot, held: &Held) -> KeyState {
    let spki_der = match held {
        Held::Certificate(der) => CertificateSummary::parse(der).ok().map(|c| c.spki_der),
        Held::Mark { spki_der, .. } => spki_der.clone(),
        Held::Nothing | Held::Unreadable => None,
    };
    let known = spki_der.and_then(|spki_der| {
        Some(SlotKey {
            algorithm: algorithm_of(&spki_der).ok()?,
            spki_der,
            asks_each_time: slot.asks_each_time(),
            imported: false,
        })
    });
    known.map_or(KeyState::Unknown, KeyState::Known)
}

impl SlotContent {
    /// The label of the key in the slot, where it is one of ours without a certificate.
    #[must_use]
    pub fn label(&self) -> &str {
        match (&self.held, &self.key) {
            // Another program has made a key there since.
            (
                Held::Mark {
                    spki_der: Some(marked),
                    ..
                },
                KeyState::Known(key),
            ) if *marked != key.spki_der => "",
            (Held::Mark { label, .. }, _) => label,
            _ => "",
        }
    }

    /// True for a slot that was given back, or in which one of our keys was going to be made and never was.
    #[must_use]
    pub fn given_back(&self) -> bool {
        match (&self.held, &self.key) {
            (Held::Mark { label, .. }, _) if label.is_empty() => true,
            (Held::Mark { .. }, KeyState::Absent) => true,
            (Held::Mark { spki_der: None, .. }, KeyState::Unknown) => true,
            _ => false,
        }
    }
}

/// Whether a new key may go there without destroying anything. The PIN must have been verified.
pub(super) fn is_free(session: &Session<'_>, content: &SlotContent) -> Result<bool, PivError> {
    if content.given_back() {
        return Ok(true);
    }
    match (&content.held, &content.key) {
        (Held::Nothing, KeyState::Absent) => Ok(true),
        (Held::Nothing, KeyState::Unknown) => Ok(!has_key(session, content.slot)?),
        _ => Ok(false),
    }
}

/// Whether a key is in a slot that nothing else tells of: found out by having it sign something that is of no use to
/// anybody. What is in doubt counts as a key.
fn has_key(session: &Session<'_>, slot: Slot) -> Result<bool, PivError> {
    let mut random = [0; 32];
    getrandom::fill(&mut random).map_err(|e| PivError::Internal(e.to_string()))?;
    for algorithm in KeyAlgorithm::ALL {
        match sign::sign(
            session,
            slot,
            algorithm,
            algorithm.default_scheme(),
            &random,
        ) {
            Err(PivError::NoKey(_)) => {}
            Err(error @ PivError::Pcsc(_)) => return Err(error),
            Ok(_) | Err(_) => return Ok(true),
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(held: Held, key: KeyState) -> SlotContent {
        let slot = Slot::AUTHENTICATION;
        SlotContent { slot, key, held }
    }

    #[test]
    fn only_marks_without_a_key_of_theirs_are_given_back() {
        let mark = |label: &str, spki_der: Option<Vec<u8>>| Held::Mark {
            label: label.to_owned(),
            spki_der,
        };
        assert!(content(mark("", None), KeyState::Other).given_back());
        assert!(content(mark("a", None), KeyState::Absent).given_back());
        assert!(content(mark("a", None), KeyState::Unknown).given_back());
        assert!(content(mark("a", Some(vec![1])), KeyState::Absent).given_back());
        assert!(!content(mark("a", None), KeyState::Other).given_back());
        assert!(!content(mark("a", Some(vec![1])), KeyState::Unknown).given_back());
        for held in [Held::Nothing, Held::Unreadable, Held::Certificate(vec![1])] {
            assert!(!content(held, KeyState::Absent).given_back());
        }
    }

    #[test]
    fn metadata_of_an_unknown_key_is_no_key_for_us_and_no_free_slot() {
        let metadata = Metadata {
            algorithm: Some(0x06),
            ..Metadata::default()
        };
        assert_eq!(told(Slot::CARD, &metadata), KeyState::Other);
        assert_eq!(guessed(Slot::CARD, &Held::Unreadable), KeyState::Unknown);
        assert_eq!(
            guessed(Slot::CARD, &Held::Certificate(vec![1])),
            KeyState::Unknown
        );
    }
}
