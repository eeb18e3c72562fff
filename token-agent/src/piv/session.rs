//! A transaction with the PIV application selected, and the card's properties.

use super::apdu::{self, Response, ins};
use super::error::PivError;
use super::identity;
use super::metadata;
use super::pin::{self, Tries};
use super::tlv;
use crate::pcsc::Exchange;

/// The application identifier, as far as all cards share it.
const AID: [u8; 5] = [0xa0, 0x00, 0x00, 0x03, 0x08];

/// First Yubico firmware that can delete a key.
const DELETES: [u8; 3] = [5, 7, 0];

/// The constant properties of a card.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CardInfo {
    /// The application's label; empty if it has none.
    pub label: String,
    /// Firmware version, if the card reports it.
    pub version: Option<[u8; 3]>,
    /// Serial number, as unique as possible.
    pub serial: String,
    /// Whether the card supports metadata.
    pub metadata: bool,
}

impl CardInfo {
    /// Whether the card can delete keys (others can only replace them).
    #[must_use]
    pub fn deletes(&self) -> bool {
        self.metadata && self.version.is_some_and(|v| v >= DELETES)
    }
}

/// What a card reports when it is opened.
pub(super) type Selected = (CardInfo, Option<Tries>);

/// The card, during one transaction.
pub(super) struct Session<'a> {
    pub(super) exchange: &'a Exchange<'a>,
    pub(super) info: &'a CardInfo,
}

impl Session<'_> {
    /// Sends a command: INS, P1, P2 and data.
    pub(super) fn send(&self, command: [u8; 3], data: &[u8]) -> Result<Response, PivError> {
        apdu::send(self.exchange, command, data)
    }

    /// Selects PIV, and returns the application's response.
    pub(super) fn select(&self) -> Result<Vec<u8>, PivError> {
        let answer = self.send([ins::SELECT, 4, 0], &AID)?;
        match answer.word {
            0x9000 => Ok(answer.data.to_vec()),
            // No such application or command: another kind of card.
            _ => Err(PivError::NotPiv),
        }
    }

    /// Whether the PIN is verified; `None` if another program has selected another application. Uses no try.
    pub(super) fn still_selected(&self) -> Result<Option<bool>, PivError> {
        let answer = self.send([ins::VERIFY, 0, 0x80], &[])?;
        let selected = answer.ok() || answer.tries().is_some();
        Ok(selected.then(|| answer.ok()))
    }
}

/// The card's properties, and its PIN counter if they include it.
pub(super) fn info(session: &Session<'_>) -> Result<Selected, PivError> {
    let label = label_of(&session.select()?);
    let version = version(session)?;
    let maker = serial(session)?.filter(|serial| *serial != 0);
    let serial = match maker {
        Some(serial) => Some(serial.to_string()),
        None => identity::number(session)?,
    };
    // Every card has a PIN: a card without metadata for it has none for keys either.
    let tries = metadata::read(session, pin::PIN)?.map(|metadata| Tries::of(&metadata));
    let info = CardInfo {
        label,
        version,
        serial: serial.unwrap_or_default(),
        metadata: tries.is_some(),
    };
    // If the metadata lacks the counter, it is read when needed.
    Ok((info, tries.filter(|tries| tries.left.is_some())))
}

/// The application's label from its response to SELECT; empty if that is invalid.
fn label_of(selected: &[u8]) -> String {
    let label = tlv::only(selected, 0x61)
        .and_then(|template| tlv::find(template, 0x50))
        .ok()
        .flatten()
        .unwrap_or_default();
    let text = String::from_utf8_lossy(label);
    text.chars().filter(|c| !c.is_control()).take(32).collect()
}

/// The firmware version, if the card reports it.
fn version(session: &Session<'_>) -> Result<Option<[u8; 3]>, PivError> {
    let answer = session.send([ins::VERSION, 0, 0], &[])?;
    Ok(answer
        .ok()
        .then(|| answer.data.as_slice().try_into().ok())
        .flatten())
}

/// The vendor's serial number, if the card reports it.
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
        let info = |metadata, version| CardInfo {
            metadata,
            version,
            ..CardInfo::default()
        };
        assert!(info(true, Some([5, 7, 1])).deletes());
        assert!(!info(true, Some([5, 4, 3])).deletes());
        assert!(!info(false, Some([6, 6, 6])).deletes());
        assert!(!info(true, None).deletes());
    }
}
