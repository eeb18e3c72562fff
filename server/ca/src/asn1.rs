//! The little DER that is written here manually: lists of a million lines are built as bytes, not as trees.

use der::Encode;
use der::asn1::{GeneralizedTime, UtcTime};
use der::oid::ObjectIdentifier;
use jiff::Timestamp;
use std::time::Duration;

use super::profile::ProfileError;

pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const OCTET_STRING: u8 = 0x04;
const INTEGER: u8 = 0x02;
const ENUMERATED: u8 = 0x0a;
const BOOLEAN_TRUE: [u8; 3] = [0x01, 0x01, 0xff];

/// Tag and length of what follows.
pub(super) fn header(tag: u8, length: usize, out: &mut Vec<u8>) {
    out.push(tag);
    let bytes = length.to_be_bytes();
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => out.push(short),
        _ => {
            let skip = bytes.iter().take_while(|b| **b == 0).count();
            let digits = bytes.get(skip..).unwrap_or_default();
            // At most eight: a length of this machine.
            out.push(0x80 | u8::try_from(digits.len()).unwrap_or(8));
            out.extend_from_slice(digits);
        }
    }
}

/// One element.
pub(super) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len() + 10);
    header(tag, content.len(), &mut out);
    out.extend_from_slice(content);
    out
}

/// A sequence of encoded parts.
pub(super) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(SEQUENCE, &parts.concat())
}

/// A positive INTEGER of big-endian octets.
pub(super) fn integer(octets: &[u8]) -> Vec<u8> {
    let skip = octets.iter().take_while(|b| **b == 0).count();
    let digits = octets.get(skip..).unwrap_or_default();
    let mut content = Vec::with_capacity(digits.len() + 1);
    if digits.first().is_none_or(|b| b & 0x80 != 0) {
        content.push(0);
    }
    content.extend_from_slice(digits);
    element(INTEGER, &content)
}

/// An ENUMERATED of one octet.
pub(super) const fn enumerated(value: u8) -> [u8; 3] {
    [ENUMERATED, 1, value]
}

/// UTCTime until 2049, GeneralizedTime after (RFC 5280 §5.1.2.4).
pub(super) fn time(at: Timestamp) -> Result<Vec<u8>, ProfileError> {
    const YEAR_2050: i64 = 2_524_608_000;
    let seconds = u64::try_from(at.as_second()).map_err(|_| ProfileError::Validity)?;
    let since = Duration::from_secs(seconds);
    let encoded = if at.as_second() < YEAR_2050 {
        UtcTime::from_unix_duration(since).and_then(|t| t.to_der())
    } else {
        GeneralizedTime::from_unix_duration(since).and_then(|t| t.to_der())
    };
    encoded.map_err(|_| ProfileError::Validity)
}

/// An extension.
pub(super) fn extension(
    oid: ObjectIdentifier,
    critical: bool,
    value: &[u8],
) -> Result<Vec<u8>, ProfileError> {
    let oid = oid.to_der().map_err(|_| ProfileError::Validity)?;
    let critical: &[u8] = if critical { &BOOLEAN_TRUE } else { &[] };
    Ok(sequence(&[&oid, critical, &element(OCTET_STRING, value)]))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use der::{Decode, Reader, SliceReader};

    #[test]
    fn lengths_of_every_size_are_read_by_another_reader() {
        for length in [0, 1, 127, 128, 255, 256, 65_535, 65_536, 20_000_000] {
            let der = element(OCTET_STRING, &vec![7; length]);
            let mut reader = SliceReader::new(&der).unwrap();
            let read = der::asn1::OctetStringRef::decode(&mut reader).unwrap();
            assert_eq!(read.as_bytes().len(), length);
            assert!(reader.is_finished());
        }
    }

    #[test]
    fn integers_are_positive_and_short() {
        assert_eq!(integer(&[0, 0, 5]), [2, 1, 5]);
        assert_eq!(integer(&[0x80]), [2, 2, 0, 0x80]);
        assert_eq!(integer(&[]), [2, 1, 0]);
        assert_eq!(
            u64::from_der(&integer(&300_u64.to_be_bytes())).unwrap(),
            300
        );
    }

    #[test]
    fn times_change_their_form_in_2050() {
        let of = |text: &str| time(text.parse().unwrap()).unwrap();
        assert_eq!(of("2049-12-31T23:59:59Z")[0], 0x17);
        assert_eq!(of("2050-01-01T00:00:00Z")[0], 0x18);
        assert!(time("1960-01-01T00:00:00Z".parse().unwrap()).is_err());
    }
}
