//! Changes of what is in the slots: keys made and destroyed, certificates written and deleted. In such an order that a card
//! pulled between any two steps holds nothing that is not known again.
//!
//! The PIN must have been verified and the management key proven in the same transaction.

use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::x509::summary::CertificateSummary;
use sha2::{Digest as _, Sha256};

use super::algorithm;
use super::apdu::ins;
use super::container::{self, Held};
use super::content::{self, KeyState, Memory, SlotContent};
use super::error::PivError;
use super::identity;
use super::metadata;
use super::object;
use super::opener::Opener;
use super::own;
use super::session::Session;
use super::slot::Slot;
use super::tlv;

/// Around the public key of a new pair.
const PUBLIC_KEY: u32 = 0x7f49;

/// A key to be made.
pub(super) struct New<'a> {
    pub(super) algorithm: KeyAlgorithm,
    pub(super) label: &'a str,
    /// The slot to take, and the SHA-256 of the public key expected there; otherwise a free one.
    pub(super) instead_of: Option<(Slot, Option<[u8; 32]>)>,
    /// Bytes that its certificate is going to need.
    pub(super) room: usize,
}

/// Makes a key pair in a free slot, or in the one named, whose key and certificate are destroyed by that. Gives the slot with
/// the new key in it.
pub(super) fn generate(
    session: &Session<'_>,
    new: &New<'_>,
    opener: &Opener,
) -> Result<SlotContent, PivError> {
    let New {
        algorithm,
        label,
        room,
        ..
    } = *new;
    let (slot, before) = match new.instead_of {
        Some((slot, spki_sha256)) => {
            expect_key(&content::one(session, slot)?, spki_sha256)?;
            (slot, object::read(session, slot.object())?)
        }
        None => (free_slot(session)?, None),
    };
    identity::complete(session)?;
    // As large as what will be there in the end: a card without that much room says so while no key is made yet.
    let reserved = container::reserved(label, room);
    let made = object::write(session, slot.object(), &reserved)
        .and_then(|()| make(session, slot, algorithm));
    let spki_der = match made {
        Ok(spki_der) => spki_der,
        Err(error) => {
            // Nothing was made, and what was there still is: the mark makes way for its certificate again. Where it cannot,
            // the slot counts as free.
            if !matches!(error, PivError::Pcsc(_)) {
                let before = before.as_ref().map_or(&[][..], |before| before.as_slice());
                let _ = object::write(session, slot.object(), before);
            }
            return Err(error);
        }
    };
    let own = own::certificate(session, slot, &spki_der, opener)?;
    object::write(session, slot.object(), &container::mark(label, Some(&own)))?;
    let read_back = content::one(session, slot)?;
    match &read_back.key {
        KeyState::Known(key) if key.spki_der == spki_der => Ok(read_back),
        _ => Err(PivError::Malformed {
            what: "key just made",
        }),
    }
}

/// That the key in the slot is the one that was meant, where one was.
fn expect_key(present: &SlotContent, spki_sha256: Option<[u8; 32]>) -> Result<(), PivError> {
    match (&present.key, spki_sha256) {
        (_, None) => Ok(()),
        // Its certificate was deleted, and the card does not say by itself which key it is.
        (KeyState::Unknown, Some(_)) if present.held == Held::Nothing => Ok(()),
        (KeyState::Known(key), Some(hash)) if Sha256::digest(&key.spki_der)[..] == hash => Ok(()),
        _ => Err(PivError::NoKey(present.slot)),
    }
}

/// The first slot that a new key may go to.
fn free_slot(session: &Session<'_>) -> Result<Slot, PivError> {
    for slot in Slot::for_new_keys() {
        let content = content::one(session, slot)?;
        if content::is_free(session, &content)? {
            return Ok(slot);
        }
    }
    Err(PivError::NoFreeSlot)
}

/// Has the card make a key pair: whatever key was there is gone. Gives the public key.
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

/// Destroys a key. Where the card has no command for that, an unknown one takes its place, and the slot counts as free; the
/// certificate then goes, too, because nothing else would say that its key is gone: it is given back.
pub(super) fn delete_key(
    session: &Session<'_>,
    slot: Slot,
    spki_sha256: Option<[u8; 32]>,
) -> Result<Option<Vec<u8>>, PivError> {
    let present = content::one(session, slot)?;
    expect_key(&present, spki_sha256)?;
    if session.facts.deletes() {
        if !matches!(present.key, KeyState::Absent) {
            let answer = session.send([ins::MOVE_KEY, 0xff, slot.number()], &[])?;
            if answer.word == 0x6982 {
                return Err(PivError::ManagementKeyNeeded);
            }
            answer.expect("delete a key")?;
        }
        if matches!(present.held, Held::Mark { .. }) {
            object::write(session, slot.object(), &[])?;
        }
        return Ok(None);
    }
    // First the word that the slot is free, so that no key is ever listed that is gone.
    object::write(session, slot.object(), &container::mark("", None))?;
    if present.given_back() && !matches!(present.key, KeyState::Known(_)) {
        return Ok(None);
    }
    match make(session, slot, KeyAlgorithm::EcP256) {
        Err(PivError::Algorithm(_)) => make(session, slot, KeyAlgorithm::Rsa2048)?,
        other => other?,
    };
    Ok(match present.held {
        Held::Certificate(der) => Some(der),
        Held::Nothing | Held::Mark { .. } | Held::Unreadable => None,
    })
}

/// Writes the certificate of the slot's key. Another key's certificate there is not touched. Gives the slot as it is then.
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
    if !gives_way(&present, &spki_der) {
        return Err(PivError::SlotTaken(slot));
    }
    if present.held != Held::Certificate(der.to_vec()) {
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
        held: Held::Certificate(der.to_vec()),
        ..present
    })
}

/// Whether what is in the object may be replaced: nothing, a mark of ours, or an older certificate of the same key.
fn gives_way(present: &SlotContent, spki_der: &[u8]) -> bool {
    match &present.held {
        Held::Nothing | Held::Mark { .. } => true,
        Held::Certificate(older) => {
            CertificateSummary::parse(older).is_ok_and(|older| older.spki_der == spki_der)
        }
        Held::Unreadable => false,
    }
}

/// Deletes every copy of this certificate. Keys stay, and stay in sight.
pub(super) fn delete_certificate(
    session: &Session<'_>,
    der: &[u8],
    opener: &Opener,
    memory: &mut Memory,
) -> Result<(), PivError> {
    let mut holders = Vec::new();
    for known in memory.all(session)? {
        if holds(known, der) {
            // As it is now, whatever is remembered of it.
            let present = content::one(session, known.slot)?;
            holders.extend(Some(present).filter(|present| holds(present, der)));
        }
    }
    memory.forget();
    if holders.is_empty() {
        return Err(PivError::NoCertificate);
    }
    for content in holders {
        let left = left_behind(session, &content, opener)?;
        object::write(session, content.slot.object(), &left)?;
    }
    identity::renew(session)
}

fn holds(content: &SlotContent, der: &[u8]) -> bool {
    matches!(&content.held, Held::Certificate(held) if held == der)
}

/// What takes the place of a certificate where nothing else would show the key: on cards that do not say which keys they
/// hold, and in retired slots. A mark with the public key, where the key proves by a signature that it is there.
fn left_behind(
    session: &Session<'_>,
    content: &SlotContent,
    opener: &Opener,
) -> Result<Vec<u8>, PivError> {
    let KeyState::Known(key) = &content.key else {
        return Ok(Vec::new());
    };
    if session.facts.metadata && content.slot.retired().is_none() {
        return Ok(Vec::new());
    }
    match own::certificate(session, content.slot, &key.spki_der, opener) {
        Ok(own) if own::is_by_its_key(&own) => Ok(container::mark(own::NAME, Some(&own))),
        Err(error @ (PivError::Pcsc(_) | PivError::PinWrong { .. } | PivError::PinBlocked)) => {
            Err(error)
        }
        // Another key than the certificate said, or none.
        Ok(_) | Err(_) => Ok(Vec::new()),
    }
}

/// Whether the card says of a key that it was brought to it.
pub(super) fn imported(session: &Session<'_>, slot: Slot) -> Result<bool, PivError> {
    if !session.facts.metadata {
        return Ok(false);
    }
    let told = metadata::read(session, slot.number())?.ok_or(PivError::NoKey(slot))?;
    Ok(told.origin.is_some_and(|origin| origin != 1))
}
