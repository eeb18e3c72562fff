//! Changes to the slots: keys and certificates are created and deleted. The order of steps guarantees that a card that
//! is removed between any two of them holds nothing unidentified.
//!
//! The PIN must have been verified and the management key authenticated in the same transaction.

use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::x509::summary::CertificateSummary;
use sha2::{Digest as _, Sha256};

use super::algorithm;
use super::apdu::ins;
use super::card_login::CardLogin;
use super::container::{self, ObjectContent};
use super::content::{self, KeyState, SlotCache, SlotContent};
use super::error::PivError;
use super::identity;
use super::metadata;
use super::object;
use super::placeholder;
use super::session::Session;
use super::slot::Slot;
use super::tlv;

/// The tag around the public key of a new pair.
const PUBLIC_KEY: u32 = 0x7f49;

/// A key to generate.
pub(super) struct New<'a> {
    pub(super) algorithm: KeyAlgorithm,
    pub(super) label: &'a str,
    /// The slot to use, and the SHA-256 of the public key expected there; otherwise a free slot.
    pub(super) replaces: Option<(Slot, Option<[u8; 32]>)>,
    /// For key agreement: in the slot for that, and nowhere else.
    pub(super) agreement: bool,
    /// Estimated size of its certificate in bytes.
    pub(super) certificate_size: usize,
}

/// Generates a key pair in a free slot, or in the given slot, whose key and certificate are destroyed. Returns the slot
/// with the new key.
pub(super) fn generate(
    session: &Session<'_>,
    new: &New<'_>,
    login: &CardLogin,
) -> Result<SlotContent, PivError> {
    let New {
        algorithm,
        label,
        certificate_size,
        ..
    } = *new;
    let (slot, before) = match new.replaces {
        Some((slot, spki_sha256)) => {
            expect_key(&content::one(session, slot)?, spki_sha256)?;
            (slot, object::read(session, slot.object())?)
        }
        None if new.agreement => (agreement_slot(session)?, None),
        None => (free_slot(session)?, None),
    };
    identity::complete(session)?;
    // As large as the final object: a card without enough space reports that before a key is generated.
    let reserved = container::reserved(label, certificate_size);
    let made = object::write(session, slot.object(), &reserved)
        .and_then(|()| make(session, slot, algorithm));
    let spki_der = match made {
        Ok(spki_der) => spki_der,
        Err(error) => {
            // Nothing was generated and the old key is still there: restore its certificate in place of the mark. If
            // that fails, the slot counts as free.
            if !matches!(error, PivError::Pcsc(_)) {
                let before = before.as_ref().map_or(&[][..], |before| before.as_slice());
                let _ = object::write(session, slot.object(), before);
            }
            return Err(error);
        }
    };
    let own = placeholder::certificate(session, slot, &spki_der, login)?;
    object::write(session, slot.object(), &container::mark(label, Some(&own)))?;
    let read_back = content::one(session, slot)?;
    match &read_back.key {
        KeyState::Known(key) if key.spki_der == spki_der => Ok(read_back),
        _ => Err(PivError::Malformed {
            what: "key just made",
        }),
    }
}

/// Checks that the slot holds the expected key, if one is expected.
fn expect_key(present: &SlotContent, spki_sha256: Option<[u8; 32]>) -> Result<(), PivError> {
    match (&present.key, spki_sha256) {
        (_, None) => Ok(()),
        // Its certificate was deleted, and the card does not identify the key itself.
        (KeyState::Unknown, Some(_)) if present.object == ObjectContent::Nothing => Ok(()),
        (KeyState::Known(key), Some(hash)) if Sha256::digest(&key.spki_der)[..] == hash => Ok(()),
        _ => Err(PivError::NoKey(present.slot)),
    }
}

/// The first slot that is free for a new key.
fn free_slot(session: &Session<'_>) -> Result<Slot, PivError> {
    for slot in Slot::for_new_keys() {
        let content = content::one(session, slot)?;
        if content::is_free(session, &content)? {
            return Ok(slot);
        }
    }
    Err(PivError::NoFreeSlot)
}

/// The slot for key agreement, if it is free. What is there is never replaced.
fn agreement_slot(session: &Session<'_>) -> Result<Slot, PivError> {
    let slot = Slot::KEY_MANAGEMENT;
    if content::is_free(session, &content::one(session, slot)?)? {
        return Ok(slot);
    }
    Err(PivError::AgreementSlotTaken)
}

/// Has the card generate a key pair, which destroys the old key. Returns the public key.
fn make(session: &Session<'_>, slot: Slot, algorithm: KeyAlgorithm) -> Result<Vec<u8>, PivError> {
    let template = tlv::element(0xac, &[0x80, 1, algorithm::number(algorithm)]);
    let answer = session.send([ins::GENERATE, 0, slot.number()], &template)?;
    match answer.word {
        0x6982 => return Err(PivError::ManagementKeyNeeded),
        0x6a80 | 0x6a81 | 0x6a86 | 0x6985 => return Err(PivError::Algorithm(algorithm)),
        _ => {}
    }
    let data = answer.expect("make a key pair")?;
    let public = tlv::only(&data, PUBLIC_KEY).map_err(PivError::malformed("public key"))?;
    algorithm::public_key(algorithm, public)
}

/// Deletes a key. On a card without a command for that, a new unknown key replaces it, and the slot counts as free; its
/// certificate is then deleted and returned, because nothing else would show that its key is gone.
pub(super) fn delete_key(
    session: &Session<'_>,
    slot: Slot,
    spki_sha256: Option<[u8; 32]>,
) -> Result<Option<Vec<u8>>, PivError> {
    let present = content::one(session, slot)?;
    expect_key(&present, spki_sha256)?;
    if session.info.deletes() {
        if !matches!(present.key, KeyState::Absent) {
            let answer = session.send([ins::MOVE_KEY, 0xff, slot.number()], &[])?;
            if answer.word == 0x6982 {
                return Err(PivError::ManagementKeyNeeded);
            }
            answer.expect("delete a key")?;
        }
        if matches!(present.object, ObjectContent::Mark { .. }) {
            object::write(session, slot.object(), &[])?;
        }
        return Ok(None);
    }
    // Mark the slot as free first, so that a deleted key is never listed.
    object::write(session, slot.object(), &container::mark("", None))?;
    if present.is_released() && !matches!(present.key, KeyState::Known(_)) {
        return Ok(None);
    }
    match make(session, slot, KeyAlgorithm::EcP256) {
        Err(PivError::Algorithm(_)) => make(session, slot, KeyAlgorithm::Rsa2048)?,
        other => other?,
    };
    Ok(match present.object {
        ObjectContent::Certificate(der) => Some(der),
        ObjectContent::Nothing | ObjectContent::Mark { .. } | ObjectContent::Unreadable => None,
    })
}

/// Writes the certificate of the slot's key. It does not replace another key's certificate. Returns the new state of
/// the slot.
pub(super) fn write_certificate(
    session: &Session<'_>,
    slot: Slot,
    der: &[u8],
) -> Result<SlotContent, PivError> {
    let spki_der = CertificateSummary::parse(der)
        .map_err(|e| PivError::Internal(e.to_string()))?
        .spki_der;
    let present = content::one(session, slot)?;
    match &present.key {
        KeyState::Known(key) if key.spki_der == spki_der => {}
        KeyState::Known(_) => return Err(PivError::OtherKey),
        _ => return Err(PivError::NoKey(slot)),
    }
    if !is_replaceable(&present, &spki_der) {
        return Err(PivError::SlotTaken(slot));
    }
    if present.object != ObjectContent::Certificate(der.to_vec()) {
        identity::complete(session)?;
        match object::write(session, slot.object(), &container::plain(der)) {
            Err(PivError::Full) => {
                let packed = container::packed(der).ok_or(PivError::Full)?;
                object::write(session, slot.object(), &packed)?;
            }
            other => other?,
        }
    }
    identity::count(session, slot)?;
    identity::renew(session)?;
    Ok(SlotContent {
        object: ObjectContent::Certificate(der.to_vec()),
        ..present
    })
}

/// Whether the object may be replaced: nothing, a mark of ours, or an older certificate of the same key.
fn is_replaceable(present: &SlotContent, spki_der: &[u8]) -> bool {
    match &present.object {
        ObjectContent::Nothing | ObjectContent::Mark { .. } => true,
        ObjectContent::Certificate(older) => {
            CertificateSummary::parse(older).is_ok_and(|older| older.spki_der == spki_der)
        }
        ObjectContent::Unreadable => false,
    }
}

/// Deletes every copy of this certificate. Keys are kept and remain visible.
pub(super) fn delete_certificate(
    session: &Session<'_>,
    der: &[u8],
    login: &CardLogin,
    cache: &mut SlotCache,
) -> Result<(), PivError> {
    let mut card_users = Vec::new();
    for known in cache.all(session)? {
        if holds(known, der) {
            // Read again, whatever the cache holds.
            let present = content::one(session, known.slot)?;
            card_users.extend(Some(present).filter(|present| holds(present, der)));
        }
    }
    cache.forget();
    if card_users.is_empty() {
        return Err(PivError::NoCertificate);
    }
    for content in card_users {
        let left = left_behind(session, &content, login)?;
        object::write(session, content.slot.object(), &left)?;
    }
    identity::renew(session)
}

fn holds(content: &SlotContent, der: &[u8]) -> bool {
    matches!(&content.object, ObjectContent::Certificate(object) if object == der)
}

/// What replaces a certificate that alone identified its key: on cards without metadata, and in retired slots. It is a
/// mark with the public key, if the key proves its presence by a signature.
fn left_behind(
    session: &Session<'_>,
    content: &SlotContent,
    login: &CardLogin,
) -> Result<Vec<u8>, PivError> {
    let KeyState::Known(key) = &content.key else {
        return Ok(Vec::new());
    };
    if session.info.metadata && content.slot.retired().is_none() {
        return Ok(Vec::new());
    }
    match placeholder::certificate(session, content.slot, &key.spki_der, login) {
        Ok(own) if placeholder::is_self_signed(&own) => {
            Ok(container::mark(placeholder::NAME, Some(&own)))
        }
        Err(error @ (PivError::Pcsc(_) | PivError::PinWrong { .. } | PivError::PinBlocked)) => {
            Err(error)
        }
        // Another key than the certificate's, or none.
        Ok(_) | Err(_) => Ok(Vec::new()),
    }
}

/// Whether the card reports that the key was imported.
pub(super) fn imported(session: &Session<'_>, slot: Slot) -> Result<bool, PivError> {
    if !session.info.metadata {
        return Ok(false);
    }
    let key = metadata::read(session, slot.number())?.ok_or(PivError::NoKey(slot))?;
    Ok(key.origin.is_some_and(|origin| origin != 1))
}
