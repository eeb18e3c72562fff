//! Metadata about a slot, the PIN or the management key, on newer cards (GET METADATA). Older cards report none; some
//! of them report success without data.

use super::apdu::ins;
use super::error::PivError;
use super::session::Session;
use super::tlv::{self, Malformed};

/// The metadata of a key, a PIN or a management key. Missing values are `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Metadata {
    /// The card's identifier of the key type.
    pub(super) algorithm: Option<u8>,
    /// PIN policy: 1 never, 2 once, 3 always.
    pub(super) pin_policy: Option<u8>,
    /// 1 generated on the card, 2 imported.
    pub(super) origin: Option<u8>,
    /// Public key, in the card's format.
    pub(super) public_key: Option<Vec<u8>>,
    /// Whether it is the default value.
    pub(super) default: bool,
    /// Maximum tries, and tries left.
    pub(super) tries: Option<(u8, u8)>,
}

/// Reads the metadata of a slot, the PIN (80), the PUK (81) or the management key (9B). `None` if the card reports
/// none.
pub(super) fn read(session: &Session<'_>, of: u8) -> Result<Option<Metadata>, PivError> {
    let answer = session.send([ins::METADATA, 0, of], &[])?;
    if !answer.ok() || answer.data.is_empty() {
        return Ok(None);
    }
    parse(&answer.data)
        .map(Some)
        .map_err(PivError::malformed("metadata"))
}

fn parse(data: &[u8]) -> Result<Metadata, Malformed> {
    let mut metadata = Metadata::default();
    for element in tlv::all(data)? {
        match (element.tag, element.value) {
            (1, [algorithm]) => metadata.algorithm = Some(*algorithm),
            (2, [pin, _touch]) => metadata.pin_policy = Some(*pin),
            (3, [origin]) => metadata.origin = Some(*origin),
            (4, public) => metadata.public_key = Some(public.to_vec()),
            (5, [default]) => metadata.default = *default != 0,
            (6, [all, left]) => metadata.tries = Some((*all, *left)),
            (1..=6, _) => return Err(Malformed),
            _ => {}
        }
    }
    Ok(metadata)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_parsed_and_malformed_metadata_is_not() {
        let bytes = [
            1, 1, 0x11, 2, 2, 2, 1, 3, 1, 1, 5, 1, 1, 6, 2, 3, 2, 9, 1, 1,
        ];
        let metadata = Metadata {
            algorithm: Some(0x11),
            pin_policy: Some(2),
            origin: Some(1),
            public_key: None,
            default: true,
            tries: Some((3, 2)),
        };
        assert_eq!(parse(&bytes), Ok(metadata));
        assert_eq!(parse(&[]), Ok(Metadata::default()));
        for wrong in [&[1][..], &[1, 2, 0, 0], &[6, 1, 3], &[4, 0x82, 1, 0]] {
            assert_eq!(parse(wrong), Err(Malformed), "{wrong:x?}");
        }
    }
}
