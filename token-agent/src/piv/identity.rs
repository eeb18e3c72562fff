//! The objects that identify a card to other programs: CHUID, capabilities, key history.

use super::error::PivError;
use super::object;
use super::session::Session;
use super::slot::{CAPABILITIES, CHUID, KEY_HISTORY, Slot};
use super::tlv;

/// A FASC-N of a card that no government agency issued.
const FASC_N: [u8; 25] = [
    0xd4, 0xe7, 0x39, 0xda, 0x73, 0x9c, 0xed, 0x39, 0xce, 0x73, 0x9d, 0x83, 0x68, 0x58, 0x21, 0x08,
    0x42, 0x10, 0x84, 0x21, 0xc8, 0x42, 0x10, 0xc3, 0xeb,
];

/// An expiration date beyond the life of any card.
const EXPIRES: &[u8; 8] = b"20501231";

const GUID: u32 = 0x34;
const SIGNATURE: u32 = 0x3e;

/// The card's number as other programs know it, in hex: from its capabilities, otherwise from its CHUID.
pub(super) fn number(session: &Session<'_>) -> Result<Option<String>, PivError> {
    let part = |object, tag| -> Result<Option<String>, PivError> {
        let Some(value) = object::read(session, object)? else {
            return Ok(None);
        };
        let found = tlv::find(&value, tag).ok().flatten();
        Ok(found
            .filter(|v| (8..=64).contains(&v.len()))
            .map(hex::encode))
    };
    match part(CAPABILITIES, 0xf0)? {
        Some(number) => Ok(Some(number)),
        None => part(CHUID, GUID),
    }
}

/// Writes the capabilities object if there is none: some programs ignore a card without it.
pub(super) fn complete(session: &Session<'_>) -> Result<(), PivError> {
    if object::read(session, CAPABILITIES)?.is_some_and(|v| !v.is_empty()) {
        return Ok(());
    }
    let mut number = [0; 14];
    random(&mut number)?;
    object::write(session, CAPABILITIES, &capabilities(number))
}

fn capabilities(number: [u8; 14]) -> Vec<u8> {
    let identifier = [&[0xa0, 0, 0, 1, 0x16, 0xff, 2][..], &number].concat();
    let mut value = tlv::element(0xf0, &identifier);
    value.extend([
        0xf1, 1, 0x21, 0xf2, 1, 0x21, 0xf3, 0, 0xf4, 1, 0, 0xf5, 1, 0x10,
    ]);
    for empty in [0xf6, 0xf7, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe] {
        value.extend([empty, 0]);
    }
    value
}

/// Gives the CHUID a new GUID. Windows caches a card's contents under this number and would not see changes otherwise.
/// A CHUID signed by its issuer is not changed.
pub(super) fn renew(session: &Session<'_>) -> Result<(), PivError> {
    let present = object::read(session, CHUID)?;
    let mut guid = [0; 16];
    random(&mut guid)?;
    // A random UUID (RFC 9562).
    guid[6] = guid[6] & 0x0f | 0x40;
    guid[8] = guid[8] & 0x3f | 0x80;
    match renewed(present.as_ref().map_or(&[], |v| v.as_slice()), guid) {
        Some(value) => object::write(session, CHUID, &value),
        None => Ok(()),
    }
}

/// The CHUID with this GUID; `None` if it must not be changed.
fn renewed(present: &[u8], guid: [u8; 16]) -> Option<Vec<u8>> {
    let elements = tlv::all(present).unwrap_or_default();
    let signed = elements
        .iter()
        .any(|e| e.tag == SIGNATURE && !e.value.is_empty());
    if signed {
        return None;
    }
    if !elements.iter().any(|e| e.tag == GUID) {
        let fresh = [
            tlv::element(0x30, &FASC_N),
            tlv::element(GUID, &guid),
            tlv::element(0x35, EXPIRES),
            tlv::element(SIGNATURE, &[]),
            tlv::element(0xfe, &[]),
        ];
        return Some(fresh.concat());
    }
    let with_guid = |e: &tlv::Element<'_>| match e.tag {
        GUID => tlv::element(GUID, &guid),
        tag => tlv::element(tag, e.value),
    };
    Some(elements.iter().flat_map(with_guid).collect())
}

/// Registers a certificate in a retired slot: other programs read only as many of these slots as the key history
/// counts.
pub(super) fn count(session: &Session<'_>, slot: Slot) -> Result<(), PivError> {
    let Some(number) = slot.retired() else {
        return Ok(());
    };
    let present = object::read(session, KEY_HISTORY)?;
    match counted(present.as_ref().map_or(&[], |v| v.as_slice()), number) {
        Some(value) => object::write(session, KEY_HISTORY, &value),
        None => Ok(()),
    }
}

/// The key history with at least this many certificates on the card; `None` if it counts them already.
fn counted(present: &[u8], least: u8) -> Option<Vec<u8>> {
    let elements = tlv::all(present).unwrap_or_default();
    let part = |tag| elements.iter().find(|e| e.tag == tag).map(|e| e.value);
    let on_card = match part(0xc1) {
        Some([count]) => *count,
        _ => 0,
    };
    if on_card >= least {
        return None;
    }
    let off_card = match part(0xc2) {
        Some([count]) => *count,
        _ => 0,
    };
    let mut value = vec![0xc1, 1, least, 0xc2, 1, off_card];
    if let Some(address) = part(0xf3) {
        value.extend(tlv::element(0xf3, address));
    }
    value.extend([0xfe, 0]);
    Some(value)
}

fn random(into: &mut [u8]) -> Result<(), PivError> {
    getrandom::fill(into).map_err(|e| PivError::Internal(e.to_string()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_the_number_of_a_chuid_changes() {
        let fresh = renewed(&[], [1; 16]).unwrap();
        assert_eq!(
            fresh.len(),
            59,
            "as the standard lays it out without signature"
        );
        let again = renewed(&fresh, [2; 16]).unwrap();
        let differing = fresh.iter().zip(&again).filter(|(a, b)| a != b).count();
        assert_eq!((again.len(), differing), (fresh.len(), 16));
        assert!(
            renewed(&[0x99; 7], [1; 16])
                .unwrap()
                .starts_with(&[0x30, 25])
        );
    }

    #[test]
    fn a_signed_chuid_stays() {
        let signed = [
            tlv::element(GUID, &[1; 16]),
            tlv::element(SIGNATURE, &[9; 80]),
        ]
        .concat();
        assert_eq!(renewed(&signed, [2; 16]), None);
    }

    #[test]
    fn the_key_history_grows_and_keeps_the_rest() {
        assert_eq!(counted(&[], 1).unwrap(), [0xc1, 1, 1, 0xc2, 1, 0, 0xfe, 0]);
        let present = [0xc1, 1, 2, 0xc2, 1, 3, 0xf3, 1, b'u', 0xfe, 0];
        assert_eq!(counted(&present, 2), None);
        let grown = [0xc1, 1, 5, 0xc2, 1, 3, 0xf3, 1, b'u', 0xfe, 0];
        assert_eq!(counted(&present, 5).unwrap(), grown);
        assert!(counted(&[0xff], 1).is_some());
    }

    #[test]
    fn capabilities_have_the_length_of_the_standard() {
        assert_eq!(capabilities([7; 14]).len(), 51);
        assert!(tlv::all(&capabilities([7; 14])).is_ok());
    }
}
