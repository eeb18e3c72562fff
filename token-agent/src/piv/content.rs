//! The contents of the slots.

use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::spki::algorithm_of;
use inkan_pki::x509::summary::CertificateSummary;

use super::algorithm;
use super::container::{self, ObjectContent};
use super::error::PivError;
use super::metadata::{self, Metadata};
use super::object;
use super::session::Session;
use super::sign;
use super::slot::Slot;

/// A slot and its contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotContent {
    /// The slot.
    pub slot: Slot,
    /// The key.
    pub key: KeyState,
    /// Its certificate object.
    pub object: ObjectContent,
}

/// The known state of a slot's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyState {
    /// There is no key.
    Absent,
    /// A key of a supported type.
    Known(SlotKey),
    /// A key of another type.
    Other,
    /// The card does not report it, or was not asked.
    Unknown,
}

/// A key in a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotKey {
    /// Type.
    pub algorithm: KeyAlgorithm,
    /// Public key (DER SubjectPublicKeyInfo).
    pub spki_der: Vec<u8>,
    /// Whether the PIN is required before each signature.
    pub always_authenticate: bool,
    /// Whether it was imported, so that it exists elsewhere as well.
    pub imported: bool,
}

/// A cache of all slots, valid from the first read until another program accesses the card. With a slow reader each
/// command takes a third of a second, and each slot needs two.
#[derive(Debug, Default)]
pub(super) struct SlotCache(Option<Vec<SlotContent>>);

impl SlotCache {
    /// The contents of all slots.
    pub(super) fn all(&mut self, session: &Session<'_>) -> Result<&[SlotContent], PivError> {
        let known = match self.0.take() {
            Some(known) => known,
            None => all(session)?,
        };
        Ok(self.0.insert(known))
    }

    /// Updates one slot.
    pub(super) fn now(&mut self, content: SlotContent) {
        let known = self.0.iter_mut().flatten();
        if let Some(slot) = known.into_iter().find(|known| known.slot == content.slot) {
            *slot = content;
        }
    }

    /// Invalidates the cache.
    pub(super) fn forget(&mut self) {
        self.0 = None;
    }
}

/// Reads all slots.
fn all(session: &Session<'_>) -> Result<Vec<SlotContent>, PivError> {
    Slot::all().map(|slot| listed(session, slot)).collect()
}

/// Reads one slot as far as the list needs it: the key of a retired slot with an empty object is not queried. Our keys
/// always have a certificate or a mark, and before a new key is generated the whole slot is read.
fn listed(session: &Session<'_>, slot: Slot) -> Result<SlotContent, PivError> {
    let object = object(session, slot)?;
    if slot.retired().is_some() && object == ObjectContent::Nothing {
        let key = KeyState::Unknown;
        return Ok(SlotContent { slot, key, object });
    }
    with_key(session, slot, object)
}

/// Reads one slot.
pub(super) fn one(session: &Session<'_>, slot: Slot) -> Result<SlotContent, PivError> {
    let object = object(session, slot)?;
    with_key(session, slot, object)
}

fn object(session: &Session<'_>, slot: Slot) -> Result<ObjectContent, PivError> {
    match object::read(session, slot.object()) {
        Ok(value) => Ok(container::decode(
            value.as_ref().map_or(&[], |v| v.as_slice()),
        )),
        // An object that cannot be parsed or read belongs to another program.
        Err(PivError::Malformed { .. } | PivError::Status { .. } | PivError::PinNeeded) => {
            Ok(ObjectContent::Unreadable)
        }
        Err(error) => Err(error),
    }
}

fn with_key(
    session: &Session<'_>,
    slot: Slot,
    object: ObjectContent,
) -> Result<SlotContent, PivError> {
    let key = if session.info.metadata {
        match metadata::read(session, slot.number()) {
            Ok(None) => KeyState::Absent,
            Ok(Some(metadata)) => key_state(slot, &metadata),
            Err(PivError::Malformed { .. }) => KeyState::Other,
            Err(error) => return Err(error),
        }
    } else {
        guessed(slot, &object)
    };
    Ok(SlotContent { slot, key, object })
}

/// The key that the metadata describes.
fn key_state(slot: Slot, metadata: &Metadata) -> KeyState {
    let read = || {
        let algorithm = algorithm::numbered(metadata.algorithm?)?;
        let parts = metadata.public_key.as_ref()?;
        let spki_der = algorithm::public_key(algorithm, parts).ok()?;
        Some(SlotKey {
            algorithm,
            spki_der,
            always_authenticate: metadata
                .pin_policy
                .map_or_else(|| slot.always_authenticate(), |policy| policy == 3),
            imported: metadata.origin.is_some_and(|origin| origin != 1),
        })
    };
    read().map_or(KeyState::Other, KeyState::Known)
}

/// The key that the certificate suggests, on cards without metadata.
fn guessed(slot: Slot, object: &ObjectContent) -> KeyState {
    let spki_der = match object {
        ObjectContent::Certificate(der) => CertificateSummary::parse(der).ok().map(|c| c.spki_der),
        ObjectContent::Mark { spki_der, .. } => spki_der.clone(),
        ObjectContent::Nothing | ObjectContent::Unreadable => None,
    };
    let known = spki_der.and_then(|spki_der| {
        Some(SlotKey {
            algorithm: algorithm_of(&spki_der).ok()?,
            spki_der,
            always_authenticate: slot.always_authenticate(),
            imported: false,
        })
    });
    known.map_or(KeyState::Unknown, KeyState::Known)
}

impl SlotContent {
    /// The label of the key in the slot, if it is one of ours without a certificate.
    #[must_use]
    pub fn label(&self) -> &str {
        match (&self.object, &self.key) {
            // Another program has generated a key there since.
            (
                ObjectContent::Mark {
                    spki_der: Some(marked),
                    ..
                },
                KeyState::Known(key),
            ) if *marked != key.spki_der => "",
            (ObjectContent::Mark { label, .. }, _) => label,
            _ => "",
        }
    }

    /// Whether the slot was released, or reserved for a key of ours that was never generated.
    #[must_use]
    pub fn is_released(&self) -> bool {
        match (&self.object, &self.key) {
            (ObjectContent::Mark { label, .. }, _) if label.is_empty() => true,
            (ObjectContent::Mark { .. }, KeyState::Absent) => true,
            (ObjectContent::Mark { spki_der: None, .. }, KeyState::Unknown) => true,
            _ => false,
        }
    }
}

/// Whether a new key may use the slot without destroying anything. The PIN must have been verified.
pub(super) fn is_free(session: &Session<'_>, content: &SlotContent) -> Result<bool, PivError> {
    if content.is_released() {
        return Ok(true);
    }
    match (&content.object, &content.key) {
        (ObjectContent::Nothing, KeyState::Absent) => Ok(true),
        (ObjectContent::Nothing, KeyState::Unknown) => Ok(!has_key(session, content.slot)?),
        _ => Ok(false),
    }
}

/// Whether a slot that nothing else identifies holds a key: shown by a signature over useless data. In doubt it counts
/// as occupied.
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

    fn content(object: ObjectContent, key: KeyState) -> SlotContent {
        let slot = Slot::AUTHENTICATION;
        SlotContent { slot, key, object }
    }

    #[test]
    fn only_marks_without_their_key_count_as_released() {
        let mark = |label: &str, spki_der: Option<Vec<u8>>| ObjectContent::Mark {
            label: label.to_owned(),
            spki_der,
        };
        assert!(content(mark("", None), KeyState::Other).is_released());
        assert!(content(mark("a", None), KeyState::Absent).is_released());
        assert!(content(mark("a", None), KeyState::Unknown).is_released());
        assert!(content(mark("a", Some(vec![1])), KeyState::Absent).is_released());
        assert!(!content(mark("a", None), KeyState::Other).is_released());
        assert!(!content(mark("a", Some(vec![1])), KeyState::Unknown).is_released());
        for object in [
            ObjectContent::Nothing,
            ObjectContent::Unreadable,
            ObjectContent::Certificate(vec![1]),
        ] {
            assert!(!content(object, KeyState::Absent).is_released());
        }
    }

    #[test]
    fn metadata_of_an_unknown_key_means_no_usable_key_and_no_free_slot() {
        let metadata = Metadata {
            algorithm: Some(0x06),
            ..Metadata::default()
        };
        assert_eq!(key_state(Slot::CARD, &metadata), KeyState::Other);
        assert_eq!(
            guessed(Slot::CARD, &ObjectContent::Unreadable),
            KeyState::Unknown
        );
        assert_eq!(
            guessed(Slot::CARD, &ObjectContent::Certificate(vec![1])),
            KeyState::Unknown
        );
    }
}
