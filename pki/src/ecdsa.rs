//! ECDSA signatures as X.509 and TLS need them: DER `ECDSA-Sig-Value` from the numbers, or from `r ‖ s` as PKCS#11 returns it.

use der::asn1::UintRef;
use der::{Encode, Sequence};

/// `ECDSA-Sig-Value` (RFC 3279, 2.2.3).
#[derive(Sequence)]
struct EcdsaSigValue<'a> {
    r: UintRef<'a>,
    s: UintRef<'a>,
}

/// Minimal DER of both numbers (big-endian, without sign); `None` if one of them is zero.
#[must_use]
pub fn to_der(r: &[u8], s: &[u8]) -> Option<Vec<u8>> {
    if [r, s]
        .iter()
        .any(|number| number.iter().all(|byte| *byte == 0))
    {
        return None;
    }
    let (r, s) = (UintRef::new(r).ok()?, UintRef::new(s).ok()?);
    EcdsaSigValue { r, s }.to_der().ok()
}

/// Minimal DER of `r ‖ s`; `None` unless there are exactly twice `number_length` bytes and neither number is zero.
#[must_use]
pub fn raw_to_der(raw: &[u8], number_length: usize) -> Option<Vec<u8>> {
    if raw.len() != 2 * number_length {
        return None;
    }
    let (r, s) = raw.split_at(number_length);
    to_der(r, s)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn der(r: &[u8], s: &[u8]) -> Option<Vec<u8>> {
        raw_to_der(&[r, s].concat(), 4)
    }

    #[test]
    fn numbers_are_minimal_and_positive() {
        let cases: [(&[u8], &[u8], &[u8]); 5] = [
            (
                &[1, 2, 3, 4],
                &[5, 6, 7, 8],
                &[0x30, 12, 2, 4, 1, 2, 3, 4, 2, 4, 5, 6, 7, 8],
            ),
            // The high bit set: a zero in front, or it would be negative.
            (
                &[0x80, 0, 0, 0],
                &[0x7f, 0, 0, 0],
                &[0x30, 13, 2, 5, 0, 0x80, 0, 0, 0, 2, 4, 0x7f, 0, 0, 0],
            ),
            // Leading zeros go.
            (
                &[0, 0, 0, 1],
                &[0, 0, 2, 0],
                &[0x30, 7, 2, 1, 1, 2, 2, 2, 0],
            ),
            // Leading zeros go, except the one that keeps it positive.
            (
                &[0, 0, 0, 0xff],
                &[0, 0x80, 0, 1],
                &[0x30, 10, 2, 2, 0, 0xff, 2, 4, 0, 0x80, 0, 1],
            ),
            (
                &[0xff; 4],
                &[0xff; 4],
                &[
                    0x30, 14, 2, 5, 0, 255, 255, 255, 255, 2, 5, 0, 255, 255, 255, 255,
                ],
            ),
        ];
        for (r, s, expected) in cases {
            assert_eq!(der(r, s).unwrap(), expected);
        }
    }

    #[test]
    fn long_signatures_keep_a_short_length() {
        // P-384 at its longest: 104 bytes, still one length byte.
        let encoded = raw_to_der(&[0xff; 96], 48).unwrap();
        assert_eq!((encoded.len(), encoded[1]), (104, 102));
    }

    #[test]
    fn what_cannot_be_a_signature_is_none() {
        assert_eq!(der(&[0; 4], &[1; 4]), None);
        assert_eq!(der(&[1; 4], &[0; 4]), None);
        assert_eq!(raw_to_der(&[1; 7], 4), None);
        assert_eq!(raw_to_der(&[1; 9], 4), None);
        assert_eq!(raw_to_der(&[], 4), None);
    }
}
