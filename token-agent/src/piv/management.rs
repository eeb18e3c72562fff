//! The card management key: its cipher, where it is stored, and authentication with it.

use inkan_pki::secret::Pin;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::apdu::ins;
use super::cipher::CipherKind;
use super::error::PivError;
use super::metadata;
use super::object;
use super::session::Session;
use super::slot::{ADMIN_DATA, PRINTED};
use super::tlv::{self, Malformed};

/// The key reference.
const REFERENCE: u8 = 0x9b;

/// The default key of all cards.
const FACTORY: [u8; 24] = [
    1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8,
];

/// A management key.
#[derive(Clone)]
pub(super) struct ManagementKey {
    kind: CipherKind,
    bytes: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for ManagementKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ManagementKey({:?}, ..)", self.kind)
    }
}

/// What the card reports about its management key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct KeyInfo {
    kind: CipherKind,
    /// Whether it is the default, if the card reports that.
    factory: Option<bool>,
}

/// Keys that were tried automatically. Each is sent once to an opened card.
#[derive(Debug, Default)]
pub(super) struct TriedKeys {
    factory: bool,
    under_pin: bool,
}

/// The key entered by the user, as hex digits.
pub(super) fn given(session: &Session<'_>, hex: &Pin) -> Result<ManagementKey, PivError> {
    let kind = key_info(session)?.kind;
    let bytes = hex::decode(hex.expose()).map(Zeroizing::new);
    match bytes {
        Ok(bytes) if bytes.len() == kind.key_length() => Ok(ManagementKey { kind, bytes }),
        _ => Err(PivError::ManagementKeyShape),
    }
}

/// A key that needs no question: the default, or one protected by the PIN (which must have been verified). It is
/// authenticated, too; one in `tried` is not sent again.
pub(super) fn find(
    session: &Session<'_>,
    tried: &mut TriedKeys,
) -> Result<Option<ManagementKey>, PivError> {
    let info = key_info(session)?;
    if let Some(key) = kept_under_pin(session, info.kind)? {
        if std::mem::replace(&mut tried.under_pin, true) {
            return Ok(None);
        }
        prove(session, &key)?;
        return Ok(Some(key));
    }
    if info.factory == Some(false) || info.kind.key_length() != FACTORY.len() {
        return Ok(None);
    }
    if std::mem::replace(&mut tried.factory, true) {
        return Ok(None);
    }
    let key = ManagementKey {
        kind: info.kind,
        bytes: Zeroizing::new(FACTORY.to_vec()),
    };
    match prove(session, &key) {
        Ok(()) => Ok(Some(key)),
        Err(PivError::ManagementKeyWrong) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Mutual authentication: the card also proves that it has the key.
pub(super) fn prove(session: &Session<'_>, key: &ManagementKey) -> Result<(), PivError> {
    let ManagementKey { kind, bytes } = key;
    let malformed = PivError::Malformed {
        what: "response of the management key",
    };
    let shown = witness(session, *kind)?.ok_or(PivError::ManagementKeyWrong)?;
    let witness = kind.decrypt(bytes, &shown).ok_or(malformed.clone())?;
    let mut challenge = vec![0; kind.block_length()];
    getrandom::fill(&mut challenge).map_err(|e| PivError::Internal(e.to_string()))?;
    let template = [tlv::element(0x80, &witness), tlv::element(0x81, &challenge)].concat();
    let command = [ins::AUTHENTICATE, *kind as u8, REFERENCE];
    let answer = session.send(command, &tlv::element(0x7c, &template))?;
    if !answer.ok() {
        return Err(PivError::ManagementKeyWrong);
    }
    let expected = kind.encrypt(bytes, &challenge).ok_or(malformed.clone())?;
    let response = part(&answer.data, 0x82).map_err(|Malformed| malformed.clone())?;
    if bool::from(response.ct_eq(&expected)) {
        Ok(())
    } else {
        Err(malformed)
    }
}

/// The card's encrypted challenge; `None` if its key is for another cipher.
fn witness(session: &Session<'_>, kind: CipherKind) -> Result<Option<Vec<u8>>, PivError> {
    let request = tlv::element(0x7c, &tlv::element(0x80, &[]));
    let answer = session.send([ins::AUTHENTICATE, kind as u8, REFERENCE], &request)?;
    if !answer.ok() {
        return Ok(None);
    }
    let witness =
        part(&answer.data, 0x80).map_err(PivError::malformed("management key's challenge"))?;
    Ok(Some(witness.to_vec()))
}

fn part(data: &[u8], tag: u32) -> Result<&[u8], Malformed> {
    tlv::find(tlv::only(data, 0x7c)?, tag)?.ok_or(Malformed)
}

/// The key type that the card reports, otherwise the one that it accepts.
fn key_info(session: &Session<'_>) -> Result<KeyInfo, PivError> {
    if session.info.metadata
        && let Some(metadata) = metadata::read(session, REFERENCE)?
        && let Some(kind) = metadata.algorithm.and_then(CipherKind::numbered)
    {
        let factory = Some(metadata.default);
        return Ok(KeyInfo { kind, factory });
    }
    for kind in CipherKind::ALL {
        if witness(session, kind)?.is_some() {
            return Ok(KeyInfo {
                kind,
                factory: None,
            });
        }
    }
    Err(PivError::Status {
        operation: "request the management key's challenge",
        word: 0x6a86,
    })
}

/// The key that Yubico's programs store in an object protected by the PIN.
fn kept_under_pin(
    session: &Session<'_>,
    kind: CipherKind,
) -> Result<Option<ManagementKey>, PivError> {
    let Some(admin_data) = object::read(session, ADMIN_DATA)? else {
        return Ok(None);
    };
    if !says_kept(&admin_data) {
        return Ok(None);
    }
    let printed = match object::read(session, PRINTED) {
        Ok(Some(printed)) => printed,
        Ok(None) => return Ok(None),
        Err(error) => return Err(error),
    };
    let bytes = key_in(&printed).filter(|key| key.len() == kind.key_length());
    Ok(bytes.map(|bytes| ManagementKey { kind, bytes }))
}

/// `80 { 81 flags … }`, with the flag for a PIN-protected key.
fn says_kept(admin_data: &[u8]) -> bool {
    let flags = tlv::find(admin_data, 0x80)
        .ok()
        .flatten()
        .and_then(|inside| tlv::find(inside, 0x81).ok().flatten());
    matches!(flags, Some([flags]) if flags & 2 != 0)
}

/// `88 { 89 key }`.
fn key_in(printed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let inside = tlv::find(printed, 0x88).ok().flatten()?;
    let key = tlv::find(inside, 0x89).ok().flatten()?;
    Some(Zeroizing::new(key.to_vec()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_protected_key_is_found_only_if_the_card_reports_one() {
        assert!(says_kept(&[0x80, 3, 0x81, 1, 2]));
        assert!(says_kept(&[0x80, 3, 0x81, 1, 3]));
        for other in [
            &[][..],
            &[0x80, 3, 0x81, 1, 1],
            &[0x80, 0],
            &[0x80],
            &[0x81, 1, 2],
        ] {
            assert!(!says_kept(other), "{other:x?}");
        }
        let key = key_in(&[0x88, 4, 0x89, 2, 7, 8]).unwrap();
        assert_eq!(*key, [7, 8]);
        assert!(key_in(&[0x88, 4, 0x89, 3, 7, 8]).is_none());
        assert!(key_in(&[]).is_none());
    }

    #[test]
    fn a_key_does_not_show_in_logs() {
        let key = ManagementKey {
            kind: CipherKind::Tdes,
            bytes: Zeroizing::new(FACTORY.to_vec()),
        };
        assert_eq!(format!("{key:?}"), "ManagementKey(Tdes, ..)");
    }
}
