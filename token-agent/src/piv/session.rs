//! A transaction with the PIV application selected, and what is known about the card.

use super::apdu::{self, Answer, ins};
use super::error::PivError;
use super::identity;
use super::metadata;
use super::pin::{self, Tries};
use super::tlv;
use crate::pcsc::Exchange;

/// The application's name, as far as all cards know it.
const AID: [u8; 5] = [0xa0, 0x00, 0x00, 0x03, 0x08];

/// First firmware of Yubico that can delete a key.
const DELETES: [u8; 3] = [5, 7, 0];

/// What is known about a card and does not change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// What the application calls itself; empty where it does not.
    pub label: String,
    /// Firmware, on cards that tell it.
    pub version: Option<[u8; 3]>,
    /// Serial number, unique for this card as far as it can be.
    pub serial: String,
    /// The card tells what is in its slots.
    pub metadata: bool,
}

impl Facts {
    /// Whether the card deletes keys (others only put a new one in their place).
    #[must_use]
    pub fn deletes(&self) -> bool {
        self.metadata && self.version.is_some_and(|v| v >= DELETES)
    }
}

/// What a card says when it is opened.
pub(super) type Told = (Facts, Option<Tries>);

/// The card, during one transaction.
pub(super) struct Session<'a> {
    pub(super) exchange: &'a Exchange<'a>,
    pub(super) facts: &'a Facts,
}

impl Session<'_> {
    /// Sends a command: INS, P1, P2 and data.
    pub(super) fn send(&self, command: [u8; 3], data: &[u8]) -> Result<Answer, PivError> {
        apdu::send(self.exchange, command, data)
    }

    /// Selects PIV. Gives what the application says about itself.
    pub(super) fn select(&self) -> Result<Vec<u8>, PivError> {
        let answer = self.send([ins::SELECT, 4, 0], &AID)?;
        match answer.word {
            0x9000 => Ok(answer.data.to_vec()),
            // Not found, or no such command: another kind of card.
            _ => Err(PivError::NotPiv),
        }
    }

    /// Whether the PIN counts as verified; `None` when PIV is not selected any more, because another program has selected
    /// something else since. Uses no try.
    pub(super) fn still_selected(&self) -> Result<Option<bool>, PivError> {
        let answer = self.send([ins::VERIFY, 0, 0x80], &[])?;
        let selected = answer.ok() || answer.tries().is_some();
        Ok(selected.then(|| answer.ok()))
    }
}

/// What a card says about itself, and about the tries of its PIN where it says that in the same breath.
pub(super) fn facts(session: &Session<'_>) -> Result<Told, PivError> {
    let label = label_of(&session.select()?);
    let version = version(session)?;
    let maker = serial(session)?.filter(|serial| *serial != 0);
    let serial = match maker {
        Some(serial) => Some(serial.to_string()),
        None => identity::number(session)?,
    };
    // The PIN is on every card: one that tells nothing about it tells nothing about keys either.
    let tries = metadata::read(session, pin::PIN)?.map(|told| Tries::of(&told));
    let facts = Facts {
        label,
        version,
        serial: serial.unwrap_or_default(),
        metadata: tries.is_some(),
    };
    // A card that tells of its PIN and not how many tries are left is asked for them when they are wanted.
    Ok((facts, tries.filter(|tries| tries.left.is_some())))
}

/// The application's label, out of its answer to SELECT. A card that says nonsense here has none.
fn label_of(selected: &[u8]) -> String {
    let label = tlv::only(selected, 0x61)
        .and_then(|template| tlv::find(template, 0x50))
        .ok()
        .flatten()
        .unwrap_or_default();
    let text = String::from_utf8_lossy(label);
    text.chars().filter(|c| !c.is_control()).take(32).collect()
}

/// Firmware, where the card tells it.
fn version(session: &Session<'_>) -> Result<Option<[u8; 3]>, PivError> {
    let answer = session.send([ins::VERSION, 0, 0], &[])?;
    Ok(answer
        .ok()
        .then(|| answer.data.as_slice().try_into().ok())
        .flatten())
}

/// The maker's serial number, where the card tells it.
fn serial(session: &Session<'_>) -> Result<Option<u32>, PivError> {
    let answer = session.send([ins::SERIAL, 0, 0], &[])?;
    Ok(answer
        .ok()
        .then(|| answer.data.as_slice().try_into().ok())
        .flatten()
        .map(u32::from_be_bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_short_plain_text_or_nothing() {
        let template = |label: &[u8]| tlv::element(0x61, &tlv::element(0x50, label));
        assert_eq!(label_of(&template(b"Example PIV")), "Example PIV");
        assert_eq!(label_of(&template(b"a\x1b[31m\nb")), "a[31mb");
        assert_eq!(label_of(&template(&[b'x'; 200])).len(), 32);
        for nonsense in [
            &[][..],
            &[0x61],
            &[0x61, 5, 0x50, 9, 1, 2, 3],
            &[0x50, 1, 65],
        ] {
            assert_eq!(label_of(nonsense), "");
        }
    }

    #[test]
    fn only_known_firmware_deletes() {
        let facts = |metadata, version| Facts {
            metadata,
            version,
            ..Facts::default()
        };
        assert!(facts(true, Some([5, 7, 1])).deletes());
        assert!(!facts(true, Some([5, 4, 3])).deletes());
        assert!(!facts(false, Some([6, 6, 6])).deletes());
        assert!(!facts(true, None).deletes());
    }
}
