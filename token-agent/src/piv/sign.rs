//! Signatures with a key on the card.

use inkan_pki::algorithm::{KeyAlgorithm, SignatureScheme};
use inkan_pki::ecdsa;
use inkan_pki::padding::{salt_length, to_sign};

use super::algorithm;
use super::apdu::ins;
use super::card_login::CardLogin;
use super::error::PivError;
use super::session::Session;
use super::slot::Slot;
use super::tlv::{self, Malformed};

const MALFORMED: PivError = PivError::Malformed { what: "signature" };

/// Signs a message with a key that may require the PIN immediately before: because of its slot or its PIN policy.
/// `login` was accepted by the card before.
pub(super) fn sign_with_pin(
    session: &Session<'_>,
    slot: Slot,
    algorithm: KeyAlgorithm,
    scheme: SignatureScheme,
    message: &[u8],
    login: &CardLogin,
) -> Result<Vec<u8>, PivError> {
    if !slot.always_authenticate() {
        match sign(session, slot, algorithm, scheme, message) {
            Err(PivError::PinNeeded) => {}
            other => return other,
        }
    }
    login.verify(session)?;
    sign(session, slot, algorithm, scheme, message)
}

/// Signs a message. ECDSA signatures are DER with minimal integers; RSA signatures have the length of the modulus.
pub(super) fn sign(
    session: &Session<'_>,
    slot: Slot,
    algorithm: KeyAlgorithm,
    scheme: SignatureScheme,
    message: &[u8],
) -> Result<Vec<u8>, PivError> {
    let mut salt = vec![0; salt_length(scheme)];
    getrandom::fill(&mut salt).map_err(|e| PivError::Internal(e.to_string()))?;
    let block = to_sign(algorithm, scheme, message, &salt)
        .ok_or_else(|| PivError::Internal(format!("{scheme:?} with a key of type {algorithm}")))?;
    let template = [tlv::element(0x82, &[]), tlv::element(0x81, &block)].concat();
    let command = [
        ins::AUTHENTICATE,
        algorithm::number(algorithm),
        slot.number(),
    ];
    let answer = session.send(command, &tlv::element(0x7c, &template))?;
    match answer.word {
        // Cards report a missing key in different ways.
        0x6985 | 0x6a80 | 0x6a86 | 0x6a88 | 0x6a82 => return Err(PivError::NoKey(slot)),
        _ => {}
    }
    let data = answer.expect("sign")?;
    let signature = tlv::only(&data, 0x7c)
        .and_then(|inside| tlv::find(inside, 0x82))
        .map_err(|Malformed| MALFORMED)?
        .ok_or(MALFORMED)?;
    if algorithm.is_rsa() {
        if signature.len() * 8 != algorithm.bits() {
            return Err(MALFORMED);
        }
        return Ok(signature.to_vec());
    }
    minimal(signature, algorithm.bits() / 8).ok_or(MALFORMED)
}

/// `ECDSA-Sig-Value` with minimal integers: some cards add leading zeros that strict programs refuse.
fn minimal(signature: &[u8], length: usize) -> Option<Vec<u8>> {
    let inside = tlv::only(signature, 0x30).ok()?;
    let numbers = tlv::all(inside).ok()?;
    let [r, s] = numbers.as_slice() else {
        return None;
    };
    ecdsa::to_der(number(r, length)?, number(s, length)?)
}

/// Without the zeros in front.
fn number<'a>(element: &tlv::Element<'a>, length: usize) -> Option<&'a [u8]> {
    if element.tag != 2 {
        return None;
    }
    let zeros = element.value.iter().take_while(|b| **b == 0).count();
    element
        .value
        .get(zeros..)
        .filter(|digits| digits.len() <= length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_as_short_as_they_can() {
        let cases: [(&[u8], &[u8]); 4] = [
            (&[0x30, 6, 2, 1, 5, 2, 1, 6], &[0x30, 6, 2, 1, 5, 2, 1, 6]),
            (
                &[0x30, 8, 2, 3, 0, 0, 5, 2, 1, 6],
                &[0x30, 6, 2, 1, 5, 2, 1, 6],
            ),
            (
                &[0x30, 7, 2, 2, 0, 0x85, 2, 1, 6],
                &[0x30, 7, 2, 2, 0, 0x85, 2, 1, 6],
            ),
            // A missing sign byte.
            (
                &[0x30, 6, 2, 1, 0x85, 2, 1, 6],
                &[0x30, 7, 2, 2, 0, 0x85, 2, 1, 6],
            ),
        ];
        for (given, expected) in cases {
            assert_eq!(minimal(given, 2).as_deref(), Some(expected), "{given:x?}");
        }
    }

    #[test]
    fn an_invalid_signature_is_rejected() {
        let cases: [&[u8]; 8] = [
            &[],
            &[0x30, 0],
            &[0x30, 3, 2, 1, 5],
            &[0x30, 6, 2, 1, 0, 2, 1, 6],
            &[0x30, 6, 3, 1, 5, 2, 1, 6],
            &[0x30, 8, 2, 3, 1, 2, 3, 2, 1, 6],
            &[0x30, 9, 2, 1, 5, 2, 1, 6, 2, 1, 7],
            &[0x30, 7, 2, 1, 5, 2, 1, 6],
        ];
        for case in cases {
            assert_eq!(minimal(case, 2), None, "{case:x?}");
        }
    }
}
